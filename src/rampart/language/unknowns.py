"""What the case does not know, found in its tables. Blank is unknown: it is listed, never read as zero."""

from __future__ import annotations

from rampart.language.names import Subject
from rampart.results.unknowns import items_without, orders_without_due, unknown_stocks, without_budget, without_rate


def statements(subject: Subject) -> list[str]:
    """Everything that is not known, as sentences; empty where nothing is missing."""
    words = subject.words

    def pairs(found: list[tuple[str, str]]) -> str:
        by_item: dict[str, list[str]] = {}
        for holder, item in found:
            by_item.setdefault(item, []).append(subject.nation(holder))
        return "; ".join(words("unknown.pair", item=subject.item(i), nations=words.list(n)) for i, n in by_item.items())

    told = []
    if stocks := unknown_stocks(subject.plan):
        told.append(words("unknown.stocks", list=pairs(stocks)))
    if rates := without_rate(subject.plan):
        told.append(words("unknown.rates", list=pairs(rates)))
    if budgets := without_budget(subject.plan):
        years: dict[str, list[str]] = {}
        for nation, year in budgets:
            years.setdefault(nation, []).append(str(year))
        parts = [words("unknown.years", nation=subject.nation(n), years=words.list(y)) for n, y in years.items()]
        told.append(words("unknown.budgets", list="; ".join(parts)))
    if due := orders_without_due(subject.plan):
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
    missing = {column: items_without(subject.plan, column) for column in ("price", "book_value")}
    told += [
        words(f"unknown.{column}", list=words.list([subject.item(i) for i in items]))
        for column, items in missing.items()
        if items
    ]
    return told
