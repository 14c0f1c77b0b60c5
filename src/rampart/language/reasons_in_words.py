"""What would relieve a shortage, in words: the limit, its step, what that brings by year, and the objects inside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import polars as pl

from rampart.case.ranks import FIRST, objective_and_rank
from rampart.language.decisions_and_causes import bottleneck_name
from rampart.language.in_words import InWords
from rampart.language.not_met import rough
from rampart.results.reasons import GONE, HELD_TOGETHER, KIND, OBJECT, PAIR, TOGETHER

Row = dict[str, Any]
KEYS = ("objective", "holder", "item")
SAME = 0.0005
"""Share by which two quantities may differ and read alike."""
AT_ONCE = ("need", "own_use")
"""Objectives whose shortages are lost once, in plans saved before that was told of each shortage."""


def limit_and_step(answer: InWords, row: Mapping[str, Any]) -> str:
    """A limit with its step: "Capacity, 10 % more"; of two kinds each with its own."""
    both = f"reason.step.{row['cause']}"
    if not row["key"] and answer.words.has(both):
        return answer.words(both)
    name = bottleneck_name(answer, row["cause"], row["key"])
    return answer.words("reason.step", limit=name, step=answer.words.choice("step", row["cause"]))


def shortages(answer: InWords, holder: str | None = None, item: str | None = None) -> list[tuple[Row, pl.DataFrame]]:
    """What is short by year, with its reasons: those of the foremost objective first."""
    rank = dict(answer.result.case["priorities"].select("objective", "rank").iter_rows())
    short, reasons = answer["short"], answer["reasons"]
    for column, value in (("holder", holder), ("item", item)):
        short = short.filter(pl.col(column) == value) if value else short
    found = []
    for who, rows in short.group_by(*KEYS, maintain_order=True):
        mine = reasons
        for column, value in zip(KEYS, who, strict=True):
            mine = mine.filter(pl.col(column) == value)
        row: Row = dict(zip(KEYS, who, strict=True)) | {"years": rows.select("year", "amount").rows()}
        row |= {"lasting": rows["lasting"][0], "total": float(rows["amount"].sum())}
        row["most"], row["month"] = rows.sort("most", "year", descending=[True, False]).select("most", "month").row(0)
        found.append((row, mine.sort("rank")))

    def place(short: Row) -> tuple[int, int, str, str]:
        objective, of_demand = objective_and_rank(short["objective"])
        return rank.get(objective, 99), of_demand, short["holder"], short["item"]

    return sorted(found, key=lambda f: place(f[0]))


def amount(answer: InWords, value: float, short: Mapping[str, Any]) -> str:
    """An amount short with its unit; of what lasts in units times months."""
    quantity = answer.quantity(value, short["item"])
    return answer.words("reason.lasting", quantity=quantity) if lasts(short) else quantity


def lasts(short: Mapping[str, Any]) -> bool:
    """Whether a shortage lasts from month to month, and counts in units times months."""
    return bool(short["objective"] not in AT_ONCE if short["lasting"] is None else short["lasting"])


def in_all(answer: InWords, short: Mapping[str, Any]) -> str:
    """What is short in all, by year; of what lasts also how much at once, since its months are of the same units."""
    words = answer.words
    places = {"total": amount(answer, short["total"], short), "years": by_year(answer, short["years"], short["item"])}
    if short["most"] is None:
        return words("reason.in_all", **places)
    most = answer.quantity(short["most"], short["item"])
    return words("reason.at_worst", most=most, month=words.month(answer.end_of(short["month"])), **places)


def by_year(answer: InWords, years: Iterable[tuple[int, float]], item: str) -> str:
    """Amounts by year: "2024: 30; 2025: 15"."""
    words = answer.words
    return words("between.semicolon").join(
        words("reason.year", year=str(year), amount=answer.pieces(amount, item)) for year, amount in years
    )


def years_short(answer: InWords, short: Mapping[str, Any]) -> str:
    """What is short by year, for a cell; of what lasts in units times months, with the most at once."""
    words, years = answer.words, by_year(answer, short["years"], short["item"])
    if short["most"] is None:
        return words("reason.lasting", quantity=years) if lasts(short) else years
    return words(
        "reason.lasting_cell",
        years=years,
        most=answer.pieces(short["most"], short["item"]),
        month=words.month(answer.end_of(short["month"]), short=True),
    )


def relief_by_year(answer: InWords, row: Mapping[str, Any], *, way: str = "") -> str:
    """The relief of a row of the reasons by year; a year that goes the other way says so.

    way  what a bare number means: "fewer" are short (a head says so), or "more"; where not given, what the row's sum is
    """
    words, way = answer.words, way or ("more" if row["relief"] < 0 else "fewer")
    table = answer["reasons_by_year"]
    for column in (*KEYS, "how", "cause", "code"):
        table = table.filter(pl.col(column) == row[column])
    told = []
    for year, relief in table.sort("year").select("year", "relief").iter_rows():
        other = relief < 0 if way == "fewer" else relief > 0
        key = f"reason.year_other_way.{way}" if other else "reason.year"
        told.append(words(key, year=str(year), amount=answer.pieces(abs(relief), row["item"])))
    return words("between.semicolon").join(told)


def relief_cell(answer: InWords, relief: float, item: str) -> str:
    """How much less is short, for a cell of a table; where it is more, that it is."""
    number = answer.pieces(abs(relief), item)
    return answer.words("reason.more_cell", amount=number) if relief < 0 else number


def fewer_or_more(answer: InWords, relief: float, short: Mapping[str, Any]) -> str:
    """How many units fewer are short, or how many more."""
    key = "reason.more_short" if relief < 0 else "reason.fewer"
    return answer.words(key, amount=amount(answer, abs(relief), short))


def told(answer: InWords, short: Row, reasons: pl.DataFrame) -> list[str]:
    """Lines about one shortage: kinds with their objects, what holds together, all together, what is asked elsewhere."""
    named = reasons.filter(pl.col("named"))
    of = {how: named.filter(pl.col("how") == how).to_dicts() for how in (KIND, OBJECT, PAIR, TOGETHER, GONE)}
    kinds = {row["cause"]: row for row in of[KIND]}
    lines = []
    for row in of[KIND]:
        lines.append(dashed(_line(answer, short, row)))
        lines += [f"      {line}" for line in _objects(answer, short, row, of[OBJECT])]
    for cause in dict.fromkeys(row["cause"] for row in of[OBJECT] if row["cause"] not in kinds):
        lines += [dashed(_line(answer, short, row)) for row in of[OBJECT] if row["cause"] == cause]
    more = reasons.filter((pl.col("how") == KIND) & ~pl.col("named")).height
    if more:
        lines.append(dashed(answer.words.count("reason.more", more)))
    alone = {row["cause"]: row["relief"] for row in reasons.filter(pl.col("how") == KIND).to_dicts()}
    for row in of[PAIR]:
        in_sum = sum(alone.get(kind, 0.0) for kind in HELD_TOGETHER[row["cause"]])
        lines.append(dashed(_line(answer, short, row, alone=in_sum)))
    for row in of[TOGETHER] if len(alone) > 1 else []:
        lines.append(dashed(_together(answer, short, row, sum(alone.values()))))
    return lines + [dashed(_line(answer, short, row)) for row in of[GONE]]


def as_if_split(answer: InWords) -> str:
    """What is to be known of reasons where something comes whole; else nothing."""
    return answer.words("reasons.split") if answer.result.manifest.get("reasons_split") else ""


def missing_if_split(answer: InWords, reasons: pl.DataFrame, missing: float) -> str:
    """How much of one shortage is missing where things may be split, of which the shares of its reasons are; nothing where
    that is what is missing of it anyway.
    """
    told = reasons.filter(pl.col("share").is_not_null() & (pl.col("share") != 0)).head(1).to_dicts()
    if not told or not as_if_split(answer) or told[0]["objective"] not in AT_ONCE:
        return ""
    row = told[0]
    split = row["relief"] / row["share"]
    if abs(split - missing) <= SAME * missing:
        return ""
    return answer.words("reasons.split_of", quantity=answer.quantity(rough(split), row["item"]))


def dashed(line: str) -> str:
    """A line of a list."""
    return f"  – {line}"


def _line(answer: InWords, short: Row, row: Row, alone: float | None = None) -> str:
    words, said = answer.words, limit_and_step(answer, row)
    years, share = (
        relief_by_year(answer, row),
        words.share(abs(row["share"]), digits=0 if abs(row["share"]) > 0.1 else 1),
    )
    places = {
        "limit": said,
        "relief": amount(answer, abs(row["relief"]), short),
        "years": years,
        "share": share,
    }
    if alone is not None:
        places["relief"] = fewer_or_more(answer, row["relief"], short)
        return words("reason.pair", alone=_in_sum(answer, alone, row, short), **places)
    if row["relief"] < 0:
        return words(_lost(answer, short, row), **places)
    return words("reason.brings", **places)


def _in_sum(answer: InWords, alone: float, row: Row, short: Row) -> str:
    """What steps bring alone, in sum; where that goes the other way than all at once, that it does."""
    if alone * row["relief"] < 0:
        return fewer_or_more(answer, alone, short)
    return amount(answer, abs(alone), short)


def _lost(answer: InWords, short: Row, row: Row) -> str:
    """Why a step makes more short: an objective above takes what it frees where there is one above, or another does. Of what
    is asked elsewhere and is gone it is not said why: what it asked for may have served here too.
    """
    if row["how"] == GONE:
        return "reason.gone_lost"
    ranks = dict(answer.result.case["priorities"].select("objective", "rank").iter_rows())
    objective, of_demand = objective_and_rank(short["objective"])
    above = of_demand > FIRST or any(rank < ranks.get(objective, math.inf) for rank in ranks.values())
    return "reason.taken" if above else "reason.taken_by_another"


def _objects(answer: InWords, short: Row, kind: Row, rows: list[Row]) -> list[str]:
    """The objects of a kind, each with its step alone; those with the same gain in one line."""
    mine = [row for row in rows if row["cause"] == kind["cause"]]
    lines = []
    for _, alike in groupby(mine, key=lambda row: f"{row['relief']:.6g}"):
        group = list(alike)
        names = [answer.named(row["key"]) for row in group]
        key = "reason.object" if len(group) == 1 else "reason.objects"
        key = f"{key}_taken" if group[0]["relief"] < 0 else key
        relief = amount(answer, abs(group[0]["relief"]), short)
        lines.append(answer.words(key, names=answer.words.list(names), relief=relief))
    return lines


def _together(answer: InWords, short: Row, row: Row, alone: float) -> str:
    left = max(0.0, short["total"] - row["relief"])
    relief, in_sum = fewer_or_more(answer, row["relief"], short), _in_sum(answer, alone, row, short)
    return answer.words("reason.together", relief=relief, alone=in_sum, left=amount(answer, left, short))
