"""Listings of a plan for a war: the chance that goes with the worth of what must be held, and what hangs on it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Head, Listing

GROUPS = {"expand": ("expand",), "order": ("order", "buy"), "send": ("send",)}
"""Kinds of decision that are told together: expansions, what is ordered or bought, what is sent."""
DIFFERS = 0.2
"""Share of its amount by which a decision is another than in the plan itself."""


def implied(answer: InWords) -> Listing | None:
    """Requirements and floors with the chance that goes with their worth, beside the one that is stated."""
    words, table = answer.words, answer["implied"]
    if table.is_empty():
        return None
    heads = ("holder", "item", "must_be_held", "quantity", "month_missing", "implied", "stated", "follows")
    rows = [
        (
            answer.nation(r["holder"]), answer.item(r["item"]), words.choice("objective", r["objective"]),
            words.number(r["quantity"]), money(answer, r["worth"]), chance(answer, r["chance"]),
            chance(answer, r["stated"]), money(answer, r["follows"]),
        )
        for r in table.iter_rows(named=True)
    ]  # fmt: skip
    note = words("war.note.implied", money=words.money_label)
    if not table.filter((pl.col("worth") > 0) & (pl.col("stated") > 0)).is_empty():
        note += " " + words("war.note.implied_both")
    if not table.filter(pl.col("chance") > 1).is_empty():
        note += " " + words("war.note.implied_more")
    shown = tuple(Head(words(f"war.head.{key}"), numeric=n > 2) for n, key in enumerate(heads))
    return Listing(words("war.title.implied"), shown, tuple(rows), "", note, repeat=1)


def chance(answer: InWords, share: float | None) -> str:
    """A chance a month with as many figures as a small one needs; what would be more than certain as above 100%."""
    if share is None:
        return "–"
    if share > 1:
        return f"> {answer.words.share(1.0, digits=0)}"
    return answer.words.share(share, digits=0 if share >= 0.1 else 1 if share >= 0.01 else 2)


def money(answer: InWords, amount: float | None) -> str:
    """An amount of money, or a dash."""
    return "–" if amount is None else answer.words.number(round(amount, 2) if abs(amount) < 100 else round(amount))


def by_factor(answer: InWords) -> list[tuple[float, dict[str, float], int]]:
    """Factors in rising order: money of each group (of what is sent its worth), and how many decisions differ from factor 1."""
    table = answer["sensitivity"]
    own = dict(table.filter(factor=1.0).select(pl.concat_str("kind", "what", separator="|"), "quantity").iter_rows())
    found = []
    for factor in sorted(set(table["factor"])):
        rows = table.filter(factor=factor)
        sums = {
            group: float(rows.filter(pl.col("kind").is_in(kinds))["worth" if group == "send" else "money"].sum())
            for group, kinds in GROUPS.items()
        }
        now = dict(rows.select(pl.concat_str("kind", "what", separator="|"), "quantity").iter_rows())
        off = sum(
            abs(now.get(of, 0.0) - own.get(of, 0.0)) > DIFFERS * max(now.get(of, 0.0), own.get(of, 0.0))
            for of in {*own, *now}
        )
        found.append((factor, sums, off))
    return found


def sensitivity(answer: InWords) -> Listing | None:
    """First decisions with readiness at home weighed so many times: what they cost, what is sent, how many differ."""
    words = answer.words
    if answer["sensitivity"].is_empty():
        return None
    rows = [
        (f"× {words.number(factor)}", *(money(answer, sums[group]) for group in GROUPS), words.number(float(off)))
        for factor, sums, off in by_factor(answer)
    ]
    heads = [Head(words("war.head.weighed"), numeric=True)]
    heads += [Head(words(f"war.series.{group}"), numeric=True) for group in GROUPS]
    heads.append(Head(words("war.head.differ"), numeric=True))
    found = Listing(words("war.title.sensitivity"), tuple(heads), tuple(rows), "")
    return replace(found, note=words("war.note.sensitivity", money=words.money_label))
