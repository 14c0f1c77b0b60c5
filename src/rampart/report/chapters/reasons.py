"""The chapter on what holds the plan back: what a step in each limit brings, to whole objectives and to each shortage."""

from __future__ import annotations

from dataclasses import replace
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
MOST_SHORT = 16
"""Most shortages told one by one."""
MOST = 6
"""Most steps told of one objective."""


def reasons(answer: InWords) -> Chapter:
    """What each step brings to an objective, and to each shortage."""
    figures = ("bottlenecks",)
    short = answer.words("table.causes") if answer["short"].height else ""
    told = (answer.words("chapter.reasons.says"), as_if_split(answer), short)
    tables = [_ranking(answer), *_reasons(answer), _shares(answer)]
    says = tuple(one for one in told if one)
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


def _reasons(answer: InWords) -> list[Listing]:
    """A table for each shortage: what is named of it."""
    words, tables = answer.words, []
    heads = [Head(words(f"head.{h}")) for h in ("limit_and_step", "relief_by_year")]
    heads += [Head(words("head.relief"), numeric=True), Head(words("head.taken_away"), numeric=True)]
    for short, table in shortages(answer):
        who = words(
            "explain.who", objective=words.choice("objective", short["objective"]), holder=answer.nation(short["holder"]),
            item=item_cell(answer, short["item"]),
        )  # fmt: skip
        rows = [
            [
                limit_and_step(answer, r), relief_by_year(answer, r, way="fewer"),
                relief_cell(answer, r["relief"], short["item"]),
                words.share(r["share"], digits=1),
            ]
            for r in in_reading_order(table.filter(pl.col("named")).to_dicts())
        ]  # fmt: skip
        rows = rows or [[words("reason.none"), *[words("none")] * 3]]
        caption = words("table.cause", who=who, years=years_short(answer, short))
        tables.append(listing(answer, caption, heads, rows, most=None))
    if len(tables) > MOST_SHORT:
        left = len(tables) - MOST_SHORT
        tables = tables[:MOST_SHORT]
        tables[-1] = replace(tables[-1], more=words.count("shortages_left", left))
    if tables:
        tables[-1] = replace(tables[-1], note=words("note.causes"))
    return tables


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
        [
            item_cell(answer, r["item"]),
            answer.nation(r["holder"]),
            words.share(r["share"], digits=1),
            answer.pieces(r["held"], r["item"]),
        ]
        for r in last.sort("share").iter_rows(named=True)
        if r["item"] in lacking
    ]
    rows.sort(key=lambda row: row[0])
    return listing(answer, words("table.shares"), heads, rows, repeat=1)
