"""The level of repair on the page of fleets: what is repaired where, and what that costs beside what stands."""

from __future__ import annotations

from datetime import date

import polars as pl

from rampart.language.words import Words
from rampart.report.chapters.listing import Head, Listing
from rampart.report.charts.fleet import Names
from rampart.results.result import Result

MOST_ROWS = 40


def repair_sentences(answer: Result, words: Words) -> list[str]:
    """In a sentence: what the level of repair costs and gives; none where the case leaves nothing open."""
    if answer["level_of_repair"].is_empty():
        return []
    unit = answer.case.money_unit
    own = answer["repair_costs"].filter(pl.col("kind") != "spares")
    today, decided = (float(own[column].sum()) / unit for column in ("today", "decided"))
    if today - decided <= 1e-6 * today:
        return [words("sustain.says.repair_same", cost=words.money(decided))]
    month = date.fromisoformat(f"{answer.manifest['month']}-01")
    there = answer["repair_effect"].filter(pl.col("month") == month).select(pl.col("today", "decided").sum())
    return [
        words("sustain.says.repair", cost=words.money(decided), today=words.money(today), month=words.month(month),
              available=words.number(there["decided"][0], digits=1), available_today=words.number(there["today"][0], digits=1))
    ]  # fmt: skip


def repair_listing(answer: Result, words: Words, names: Names) -> Listing:
    """What is repaired where, sent on and thrown away."""
    heads = [Head(words(f"sustain.head.{h}")) for h in ("part", "site", "setup")]
    heads += [
        Head(words(f"sustain.head.{h}"), numeric=True)
        for h in ("come", "repaired_today", "to_repair", "to_send", "to_throw")
    ]
    table = answer["level_of_repair"]
    rows = [
        (names(r["part"], "parts"), names(r["site"], "sites"), names(r["setup"], "repair_setups"),
         words.number(r["come"], digits=2), *(words.share(r[c]) for c in ("today", "repaired", "sent", "thrown")))
        for r in table.head(4 * MOST_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    left = table.height - len(rows)
    more = words.count("rows_left", left) if left else ""
    return Listing(words("sustain.table.repair"), tuple(heads), tuple(rows), more)


def repair_costs_listing(answer: Result, words: Words) -> Listing:
    """Its costs by kind, as the case stands and as decided."""
    heads = [Head(words("sustain.head.kind"))]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("as_stands", "as_decided")]
    table, unit = answer["repair_costs"], answer.case.money_unit

    def row(label: str, today: float | None, decided: float | None) -> tuple[str, str, str]:
        told = (words("unknown") if cost is None else words.number(cost / unit, digits=3) for cost in (today, decided))
        return (label, *told)  # type: ignore[return-value]

    own = table.filter(pl.col("kind") != "spares")
    rows = [
        row(words(f"sustain.cell.{r['kind']}"), r["today"], r["decided"])
        for r in own.iter_rows(named=True)
        if r["today"] or r["decided"]
    ]
    if rows:
        rows.append(row(words("sustain.head.total"), float(own["today"].sum()), float(own["decided"].sum())))
    spares = table.filter(pl.col("kind") == "spares")
    rows += [row(words("sustain.cell.spares"), r["today"], r["decided"]) for r in spares.iter_rows(named=True)]
    note = words("sustain.note.repair_spares") if spares.height else ""
    return Listing(words("sustain.table.repair_costs", unit=words.money_label), tuple(heads), tuple(rows), note=note)
