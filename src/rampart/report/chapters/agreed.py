"""What leaves the stock of holders as agreed with others outside the plan, and how short others are."""

from __future__ import annotations

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, listing


def agreed(answer: InWords) -> Chapter | None:
    """A row for each holder, item, destination and year; nothing where the case states neither of the two tables."""
    case, words = answer.result.case, answer.words
    start, end = (str(case.settings[name]) for name in ("start", "end"))
    sums: dict[tuple[str, str, str, str], float] = {}
    for r in case["agreed"].iter_rows(named=True):
        if start <= r["month"] <= end and r["quantity"]:
            key = r["holder"], r["item"], r["to"] or "", r["month"][:4]
            sums[key] = sums.get(key, 0.0) + r["quantity"]
    says = [words("chapter.agreed.says")] if sums else []
    says += [words("chapter.agreed.elsewhere")] if not case["elsewhere"].is_empty() else []
    if not says:
        return None
    heads = [
        Head(words(f"head.{name}"), numeric=name in ("year", "quantity"))
        for name in ("holder", "item", "to", "year", "quantity")
    ]
    rows = [
        [answer.nation(holder), answer.item(item), answer.nation(to) if to else words("cell.others"), year,
         answer.quantity(quantity, item)]
        for (holder, item, to, year), quantity in sorted(sums.items())
    ]  # fmt: skip
    listings = (listing(answer, words("table.agreed"), heads, rows, repeat=3),) if rows else ()
    return Chapter("agreed", words("chapter.agreed"), tuple(says), (), listings)
