"""What the case does not know, found in its tables. Blank is unknown: it is listed, never read as zero."""

from __future__ import annotations

import polars as pl

from rampart.report.subject import Subject


def unknown_stocks(subject: Subject) -> list[tuple[str, str]]:
    """Holder and item with a requirement or a demand but no stock row, in the order of the case."""
    case = subject.plan.case
    known = set(case["stocks"].select("holder", "item").iter_rows())
    asked = {
        pair: None for table in ("requirements", "demand") for pair in case[table].select("holder", "item").iter_rows()
    }
    return [pair for pair in asked if pair not in known]


def without_budget(subject: Subject) -> list[tuple[str, int]]:
    """Nation and fiscal year in which money is spent though no budget row limits it."""
    limited = set(subject.plan.case["budgets"].select("nation", "fiscal_year").iter_rows())
    spent = subject["money"].filter((pl.col("commitments") > 0) | (pl.col("payments") > 0))
    pairs = spent.select("nation", "fiscal_year").unique().sort("nation", "fiscal_year")
    return [pair for pair in pairs.iter_rows() if pair not in limited]


def orders_without_due(subject: Subject) -> list[tuple[str, str, float]]:
    """Buyer, item and quantity of placed orders whose amount still to pay is unknown."""
    orders = subject.plan.case["orders"].filter(pl.col("due").is_null())
    sums = orders.group_by("buyer", "item").agg(pl.col("quantity").sum()).sort("buyer", "item")
    return list(sums.iter_rows())


def items_without(subject: Subject, column: str) -> list[str]:
    """Items whose price or book value is unknown."""
    return subject.plan.case.tables["items"].filter(pl.col(column).is_null())["item"].to_list()


def without_rate(subject: Subject) -> list[tuple[str, str]]:
    """Holder and item with a requirement but no daily expenditure rate, so no days of supply."""
    stock = subject["stock"].filter(pl.col("requirement").is_not_null())
    rates = stock.group_by("holder", "item", maintain_order=True).agg(pl.col("daily_rate").is_not_null().any())
    return [(h, i) for h, i, known in rates.iter_rows() if not known]


def statements(subject: Subject) -> list[str]:
    """Everything that is not known, as sentences; empty where nothing is missing."""
    words = subject.words

    def pairs(found: list[tuple[str, str]]) -> str:
        by_item: dict[str, list[str]] = {}
        for holder, item in found:
            by_item.setdefault(item, []).append(subject.nation(holder))
        return "; ".join(words("unknown.pair", item=subject.item(i), nations=words.list(n)) for i, n in by_item.items())

    told = []
    if stocks := unknown_stocks(subject):
        told.append(words("unknown.stocks", list=pairs(stocks)))
    if rates := without_rate(subject):
        told.append(words("unknown.rates", list=pairs(rates)))
    if budgets := without_budget(subject):
        years: dict[str, list[str]] = {}
        for nation, year in budgets:
            years.setdefault(nation, []).append(str(year))
        parts = [words("unknown.years", nation=subject.nation(n), years=words.list(y)) for n, y in years.items()]
        told.append(words("unknown.budgets", list="; ".join(parts)))
    if due := orders_without_due(subject):
        parts = [
            words(
                "unknown.order",
                nation=subject.nation(n),
                quantity=subject.quantity(q, i),
                item=subject.item(i),
            )
            for n, i, q in due
        ]
        told.append(words("unknown.due", list="; ".join(parts)))
    missing = {column: items_without(subject, column) for column in ("price", "book_value")}
    told += [
        words(f"unknown.{column}", list=words.list([subject.item(i) for i in items]))
        for column, items in missing.items()
        if items
    ]
    return told
