"""What the case does not know, found in its tables. Blank is unknown: it is listed, never read as zero."""

from __future__ import annotations

from rampart.language.in_words import InWords
from rampart.results.unknowns import (
    items_without,
    only_planned,
    orders_without_due,
    unknown_stocks,
    without_budget,
    without_rate,
)


def statements(answer: InWords) -> list[str]:
    """Everything that is not known, as sentences; empty where nothing is missing."""
    words = answer.words

    def pairs(found: list[tuple[str, str]]) -> str:
        by_item: dict[str, list[str]] = {}
        for holder, item in found:
            by_item.setdefault(item, []).append(answer.nation(holder))
        return words("between.semicolon").join(
            words("unknown.pair", item=answer.item(i), nations=words.list(n)) for i, n in by_item.items()
        )

    told = []
    if stocks := unknown_stocks(answer.result):
        told.append(words("unknown.stocks", list=pairs(stocks)))
    of_plan = answer.result.kind == "plan"  # a plan alone says what is spent and held, month by month
    if of_plan and (rates := without_rate(answer.result)):
        told.append(words("unknown.rates", list=pairs(rates)))
    if of_plan and (budgets := without_budget(answer.result)):
        years: dict[str, list[str]] = {}
        for nation, year in budgets:
            years.setdefault(nation, []).append(str(year))
        parts = [words("unknown.years", nation=answer.nation(n), years=words.list(y)) for n, y in years.items()]
        told.append(words("unknown.budgets", list=words("between.semicolon").join(parts)))
    for said, orders in (
        ("unknown.due", orders_without_due(answer.result)), ("unknown.planned", only_planned(answer.result)),
    ):  # fmt: skip
        by_nation: dict[str, list[str]] = {}
        for n, i, q in orders:
            order = words("unknown.order", quantity=answer.quantity(q, i), item=answer.item(i))
            by_nation.setdefault(n, []).append(order)
        parts = [
            words("unknown.orders_of", nation=answer.nation(n), orders=", ".join(of)) for n, of in by_nation.items()
        ]
        told += [words(said, list=words("between.semicolon").join(parts))] if parts else []
    missing = {column: items_without(answer.result, column) for column in ("price", "book_value")}
    told += [
        words(f"unknown.{column}", list=words.list([answer.item(i) for i in items]))
        for column, items in missing.items()
        if items
    ]
    return told
