"""Last buys on the page of fleets: how many of what must be bought before it can be bought no longer."""

from __future__ import annotations

from rampart.language.words import Words
from rampart.report.chapters.listing import Head, Listing
from rampart.report.charts.fleet import Names
from rampart.results.result import Result


def last_buys_listing(answer: Result, words: Words, names: Names) -> Listing:
    """The last buys, by part; empty where every part can be bought to the end."""
    heads = [Head(words(f"sustain.head.{h}")) for h in ("part", "last_month", "site")]
    heads += [Head(words(f"sustain.head.{h}"), numeric=True) for h in ("thrown_later", "to_buy")]
    heads.append(Head(words("sustain.head.cost", unit=words.money_label), numeric=True))
    table, unit = answer["last_buys"], answer.case.money_unit
    rows = [
        (names(r["part"], "parts"), words.month(r["month"]), names(r["site"], "sites"), words.number(r["thrown"], digits=1),
         words.number(r["units"], digits=0),
         words("unknown") if r["cost"] is None else words.number(r["cost"] / unit, digits=2))
        for r in table.iter_rows(named=True)
    ]  # fmt: skip
    gained = words.number(table["system_months"][0], digits=1) if rows else ""
    note = words("sustain.note.last_buys", gained=gained) if rows else ""
    return Listing(words("sustain.table.last_buys"), tuple(heads), tuple(rows), note=note)
