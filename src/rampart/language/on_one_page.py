"""The decision on one page: the largest thing missing, what to decide by which dates, and what would help, in sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.decisions_and_causes import decision_name, delay
from rampart.language.headlines import KeyFigure
from rampart.language.how_solved import cut_short
from rampart.language.in_words import InWords
from rampart.language.reasons_in_words import as_if_split, limit_and_step
from rampart.results.largest_gap import NEED, Gap, gaps
from rampart.results.measures import measure
from rampart.results.reasons import KIND, TOGETHER

MOST_DEADLINES = 5
MOST_NAMED = 3
"""Decisions named of one deadline."""
FIGURES = 3
"""Significant figures of quantities on the page."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What must be decided by the end of a month, and what it costs if the first of it waits."""

    by: str
    decisions: str
    money: float
    waits: str


def rough(value: float) -> float:
    """A quantity to three figures: page one is to be remembered, the tables are to be added up."""
    if not value or not math.isfinite(value):
        return value
    digits = FIGURES - 1 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits < 0 else value


def headline(answer: InWords, largest: Gap | None) -> str:
    """The largest thing that stays missing; that nothing does where nothing does."""
    words = answer.words
    if largest is None:
        return words("paper.headline.none")
    return words(
        f"paper.headline.{largest.objective}",
        missing=words.number(rough(largest.missing)), asked=words.number(rough(largest.asked)),
        unit=answer.unit(largest.item), item=answer.item(largest.item), month=words.month(last_month(answer)),
        who=words.list([answer.nation(n) for n in answer.roles("recipient")]),
    )  # fmt: skip


def last_month(answer: InWords) -> str:
    """Last month of the plan, "YYYY-MM"."""
    return month_text(answer.result.case.calendar.last)


def figures(answer: InWords, largest: Gap | None) -> list[KeyFigure]:
    """Up to four numbers to remember: the largest need, what is held, what is committed, the first deadline."""
    words, found = answer.words, []
    if largest is not None and largest.objective == NEED:
        found.append(KeyFigure(words.share(largest.share), words("key.served", item=answer.item(largest.item))))
    held = measure(answer.result, "coverage")["value"]
    if len(held):
        found.append(KeyFigure(words.share(held[0]), words("key.coverage", month=words.month(last_month(answer)))))
    if answer["money"].height:
        found.append(KeyFigure(words.money(float(answer["money"]["commitments"].sum())), words("key.commitments")))
    dates = answer["decisions"]["decide_by"].drop_nulls()
    if len(dates):
        first = dates.min()
        number = dates.to_list().count(first)
        found.append(KeyFigure(words.month(first), words.count("key.decide_by", number)))  # type: ignore[arg-type]
    return found


def sentences(answer: InWords, largest: Gap | None) -> list[str]:
    """What to decide, what stays held, what would help; that the time ran out or a rule gave way where it did."""
    words = answer.words
    told = [cut_short(answer), _to_decide(answer)]
    held = measure(answer.result, "coverage")["value"]
    if len(held):
        told.append(words("paper.held", end=words.share(held[0]), month=words.month(last_month(answer))))
    told.append(_helps(answer, largest))
    broken = answer["rules_broken"].select("family", "code", "item").unique().height
    told.append(words.count("headline.broken", broken) if broken else "")
    return [sentence for sentence in told if sentence]


def _to_decide(answer: InWords) -> str:
    words, table = answer.words, answer["decisions"]
    dates = table["decide_by"].drop_nulls().sort()
    if dates.is_empty():
        return "" if table.height else words("paper.decide.none")
    money = words.money(float(table["money"].sum()))
    return words.count(
        "paper.decide", table.height, money=money, first=words.month(dates[0]), last=words.month(dates[-1])
    )


def _helps(answer: InWords, largest: Gap | None) -> str:
    """The kind of limit whose step takes most of the largest gap away, and all of them at once."""
    if largest is None:
        return ""
    words = answer.words
    mine = reasons_of(answer, largest)
    told = []
    for how, key in ((KIND, "paper.helps"), (TOGETHER, "paper.helps.all")):
        rows = mine.filter((pl.col("how") == how) & (pl.col("relief") > 0)).sort("relief", descending=True)
        if rows.height:
            row = rows.row(0, named=True)
            share = words.share(row["share"], digits=1)
            relief = words.number(rough(row["relief"]))
            relief = words("quantity", number=relief, unit=answer.unit(largest.item))
            if largest.objective != NEED:
                relief = words("reason.lasting", quantity=relief)
            told.append(words(key, limit=words.inside(limit_and_step(answer, row)), relief=relief, share=share))
    if told and as_if_split(answer):
        told.append(as_if_split(answer))
    return " ".join(told)


def reasons_of(answer: InWords, gap: Gap) -> pl.DataFrame:
    """Rows of ``reasons`` of the holder that lacks most of what is missing."""
    key = "need" if gap.objective == NEED else "requirement"
    of = answer["short"].filter((pl.col("item") == gap.item) & pl.col("objective").str.starts_with(key))
    if gap.objective == NEED:
        of = of.filter(pl.col("holder").is_in(answer.roles("recipient")))
    if of.is_empty():
        return answer["reasons"].clear()
    sums = (
        of.group_by("objective", "holder")
        .agg(pl.col("amount").sum())
        .sort("amount", "holder", descending=[True, False])
    )
    objective, holder, _ = sums.row(0)
    same = (pl.col("objective") == objective) & (pl.col("holder") == holder) & (pl.col("item") == gap.item)
    return answer["reasons"].filter(same)


def deadlines(answer: InWords) -> list[Deadline]:
    """Decisions by the month until which waiting is bearable, the first months one by one, the later ones together."""
    table = answer["decisions"].sort("decide_by", "rank", nulls_last=True)
    by_month: dict[date | None, list[dict[str, Any]]] = {}
    for row in table.iter_rows(named=True):
        by_month.setdefault(row["decide_by"], []).append(row)
    groups = list(by_month.items())
    words = answer.words
    shown = groups if len(groups) <= MOST_DEADLINES else groups[: MOST_DEADLINES - 1]
    found = [
        _deadline(answer, words.month(month, short=True) if month else words("paper.no_date"), rows)
        for month, rows in shown
    ]
    later = [row for _, rows in groups[len(shown) :] for row in rows]
    return [*found, _deadline(answer, words("paper.later"), later)] if later else found


def _deadline(answer: InWords, by: str, rows: list[dict[str, Any]]) -> Deadline:
    words = answer.words
    by_nation: dict[str, list[str]] = {}
    for row in rows[:MOST_NAMED]:
        by_nation.setdefault(row["nation"], []).append(_briefly(answer, row))
    named = [
        words("paper.named", nation=answer.nation(nation), decisions=", ".join(dict.fromkeys(done)))
        for nation, done in by_nation.items()
    ]
    left = len(rows) - min(len(rows), MOST_NAMED)
    named += [words.count("paper.more", left)] if left else []
    money = sum(r["money"] or 0.0 for r in rows)
    return Deadline(by, "; ".join(named), money, delay(answer, rows[0]))


def _briefly(answer: InWords, row: dict[str, Any]) -> str:
    """A decision in a few words, beside who decides it."""
    words, key = answer.words, f"paper.do.{row['kind']}"
    if not words.has(key):
        return words.inside(decision_name(answer, row, short=True))
    code = row["code"]
    if row["kind"] == "expansion":  # the verb says what the name of the expansion says
        code = dict(answer.result.case["expansions"].select("expansion", "line").iter_rows()).get(code, code)
    name = answer.without_nation(answer.name(code))
    return words(key, name=name, item=answer.item(row["item"]), to=answer.nation(row["to"]))


def largest_gap(answer: InWords) -> Gap | None:
    """The dearest of what stays missing."""
    return next(iter(gaps(answer.result)), None)
