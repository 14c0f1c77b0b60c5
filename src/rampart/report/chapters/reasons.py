"""The chapter on what holds the plan back: what a step in each limit brings, to whole objectives and to each shortage."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.language.in_words import InWords
from rampart.language.reasons_in_words import (
    as_if_split,
    limit_and_step,
    relief_by_year,
    relief_cell,
    shortages,
    years_short,
)
from rampart.report.chapters.listing import Chapter, Head, Listing, listing
from rampart.report.chapters.stock import chapter, item_cell
from rampart.results.most_short import leading
from rampart.results.reasons import KIND, OBJECT, TOGETHER, kinds_and_pairs

ALL = 1 - 1e-6
"""Share from which nothing lacks."""
MOST = 6
"""Most steps told of one objective."""


def reasons(answer: InWords) -> Chapter:
    """What each step brings to an objective, and to each shortage."""
    figures = ("bottlenecks",)
    says = tuple(one for one in (answer.words("chapter.reasons.says"), as_if_split(answer)) if one)
    tables = [_ranking(answer), _reasons(answer), _shares(answer)]
    return chapter(answer, "reasons", figures=figures, listings=tables, says=says)


def _ranking(answer: InWords) -> Listing:
    """Kinds by what their step brings to an objective."""
    words, table = answer.words, kinds_and_pairs(answer["bottlenecks"])
    shown = leading(table, MOST)
    heads = [Head(words(f"head.{h}")) for h in ("objective", "limit_and_step")]
    heads += [Head(words("head.gain"), numeric=True), Head(words("head.taken_away"), numeric=True)]
    units = dict(answer["passes"].select("objective", "unit").iter_rows())
    rows = [
        [
            words.choice("objective", r["objective"]),
            limit_and_step(answer, r),
            words.number(r["gain"]),
            words.share(r["share"], digits=1),
        ]
        for r in shown.iter_rows(named=True)
    ]
    names = dict.fromkeys(shown["objective"].to_list())
    of = [(words.choice("objective", n), answer.objective_unit(units.get(n) or units.get(f"{n}_sum"))) for n in names]
    told = words("between.semicolon").join(words("note.gain_unit", objective=name, unit=unit) for name, unit in of)
    note = words("note.gain", units=told) if told else ""
    return listing(
        answer, words("table.bottlenecks"), heads, rows, left_out=table.height - shown.height, note=note, repeat=1
    )  # fmt: skip


def _reasons(answer: InWords) -> Listing:
    """Each shortage with what is named of it."""
    words = answer.words
    heads = [
        Head(words(f"head.{h}"))
        for h in ("objective", "holder", "item", "short_by_year", "limit_and_step", "relief_by_year")
    ]
    heads += [Head(words("head.relief"), numeric=True), Head(words("head.taken_away"), numeric=True)]
    rows = []
    for short, table in shortages(answer):
        place = [
            words.choice("objective", short["objective"]), answer.nation(short["holder"]),
            item_cell(answer, short["item"]), years_short(answer, short),
        ]  # fmt: skip
        named = in_reading_order(table.filter(pl.col("named")).to_dicts())
        for r in named:
            share = words.share(r["share"], digits=1)
            step = [limit_and_step(answer, r), relief_by_year(answer, r), relief_cell(answer, r["relief"]), share]
            rows.append([*place, *step])
        if not named:
            rows.append([*place, words("reason.none"), words("none"), words("none"), words("none")])
    return listing(answer, words("table.causes"), heads, rows, most=80, note=words("note.causes"), repeat=4)


def in_reading_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kinds with their objects behind them, then the others."""
    kinds = [r["cause"] for r in rows if r["how"] == KIND]
    last = len(kinds)

    def place(r: dict[str, Any]) -> tuple[int, bool, int]:
        at = kinds.index(r["cause"]) if r["how"] in (KIND, OBJECT) and r["cause"] in kinds else last
        return at + (r["how"] == TOGETHER), r["how"] != KIND, r["rank"]

    return sorted(rows, key=place)


def _shares(answer: InWords) -> Listing:
    """Who holds which share at the end of the plan of what somebody lacks then."""
    words, table = answer.words, answer["shares"]
    last = table.filter(pl.col("period") == pl.col("period").max())
    lacking = set(last.filter(pl.col("share") < ALL)["item"])
    heads = [
        Head(words("head.item")),
        Head(words("head.holder")),
        Head(words("head.share_held"), numeric=True),
        Head(words("head.held"), numeric=True),
    ]
    rows = [
        [item_cell(answer, r["item"]), answer.nation(r["holder"]), words.share(r["share"]), words.number(r["held"])]
        for r in last.sort("share").iter_rows(named=True)
        if r["item"] in lacking
    ]
    rows.sort(key=lambda row: row[0])
    return listing(answer, words("table.shares"), heads, rows, repeat=1)
