"""The decision on one page: what to decide by which dates, what stays missing, and what would help, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.decisions_and_causes import decision_name, delay, waiting, what_waits
from rampart.language.headlines import KeyFigure
from rampart.language.how_solved import cut_short
from rampart.language.in_words import InWords
from rampart.language.not_met import missing, not_met, rough, slightly_short
from rampart.language.reasons_in_words import AT_ONCE, as_if_split, limit_and_step
from rampart.results.largest_gap import NEED, Gap, gaps
from rampart.results.measures import measure
from rampart.results.reasons import KIND, PAIR, TOGETHER

MOST_DEADLINES = 5
MOST_WAITING = 2
"""Works named of those that wait together."""
MOST_NAMED = 3
"""Decisions named of one deadline."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What must be decided by the end of a month, and what it costs if the first of it waits."""

    by: str
    decisions: str
    money: float
    waits: str


def headline(answer: InWords) -> str:
    """The decision: how many, for how much, by when the first and the last; that nothing is to be decided where it is so."""
    words, table = answer.words, answer["decisions"]
    if table.is_empty():
        return words("paper.headline.none")
    dates = table["decide_by"].drop_nulls().sort()
    said = {"n": words.number(table.height), "money": words.money(float(table["money"].sum()))}
    if dates.is_empty():
        return words("paper.headline.undated", **said)
    said["first"], said["last"] = words.month(dates[0]), words.month(dates[-1])
    if len(dates) == table.height and dates[0] == dates[-1]:
        return words("paper.headline.one" if table.height == 1 else "paper.headline.same", **said)
    return words("paper.headline.other", **said, now=words.number(dates.to_list().count(dates[0])))


def last_month(answer: InWords) -> str:
    """Last month of the plan, "YYYY-MM"."""
    return month_text(answer.result.case.calendar.last)


def figures(answer: InWords, largest: Gap | None) -> list[KeyFigure]:
    """Up to four numbers to remember: the largest need, what is held, what is committed, the first deadline."""
    words, found = answer.words, []
    if largest is not None and largest.objective == NEED:
        found.append(KeyFigure(words.share(largest.share), words("key.served", item=answer.item(largest.item))))
    held = measure(answer.result, "coverage")["value"]
    if len(held) and held[0] is not None:
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
    """What stays missing, the largest thing and then every kind, what stays held, what would help; that the time ran out or
    a rule gave way where it did.
    """
    words = answer.words
    told = [cut_short(answer), missing(answer, largest) if largest else words("missing.none")]
    told += _costs_to_wait(answer)
    told += [not_met(answer, beside=largest) if largest else "", slightly_short(answer)]
    held = measure(answer.result, "coverage")["value"]
    if len(held) and held[0] is not None:
        told.append(words("paper.held", end=words.share(held[0]), month=words.month(last_month(answer))))
    told.append(_helps(answer, largest))
    broken = answer["rules_broken"].select("family", "code", "item").unique().height
    told.append(words.count("headline.broken", broken) if broken else "")
    return [sentence for sentence in told if sentence]


def _costs_to_wait(answer: InWords) -> list[str]:
    """What it costs where that which is decided together waits for the longest that was worked out; nothing where none does.
    Where a shorter wait costs another objective first, also that: its loss is not in the figure of the longer one.
    """
    words, table = answer.words, answer["delays"]
    rows = table.filter((pl.col("together") != "") & pl.col("objective").is_not_null() & (pl.col("cost") > 0))
    rows = rows.sort("months", "share", descending=True, nulls_last=True)
    if rows.is_empty():
        return []
    row = rows.row(0, named=True)
    months = words.count("paper.waits.months", row["months"])
    told = [words(
        "paper.waits", months=months, what=what_waits(answer, row, MOST_WAITING, kind="paper.waits"),
        loss=waiting(answer, row, None, marked=True),
    )]  # fmt: skip
    same = (pl.col("together") == row["together"]) & (pl.col("code") == row["code"])
    sooner = rows.filter(same & (pl.col("months") < row["months"]) & (pl.col("objective") != row["objective"]))
    for less in sooner.head(1).iter_rows(named=True):
        told.append(words(
            "paper.waits.sooner", sooner=words.count("paper.waits.months", less["months"]), months=months,
            loss=waiting(answer, less, None, marked=True),
            objective=words.inside(words.choice("objective", row["objective"])),
            other=words.inside(words.choice("objective", less["objective"])),
        ))  # fmt: skip
    return told


def _helps(answer: InWords, largest: Gap | None) -> str:
    """The kind of limit whose step takes most of the largest gap away, or two that hold together, and all of them at once."""
    if largest is None:
        return ""
    words = answer.words
    mine = reasons_of(answer, largest)
    told, kinds = [], mine.filter(pl.col("how") == KIND).height
    for ways, key in (((KIND, PAIR), "paper.helps"), ((TOGETHER,), "paper.helps.all")):
        rows = mine.filter(pl.col("how").is_in(ways) & (pl.col("relief") > 0)).sort("relief", descending=True)
        if rows.height and not (TOGETHER in ways and kinds < 2):  # of one limit all at once is that one
            row = rows.row(0, named=True)
            share = words.share(row["share"], digits=1)
            relief = answer.quantity(rough(row["relief"]), largest.item)
            if largest.objective not in AT_ONCE:
                relief = words("reason.lasting", quantity=relief)
            told.append(words(key, limit=words.inside(limit_and_step(answer, row)), relief=relief, share=share))
    if told and as_if_split(answer):
        told.append(as_if_split(answer))
    return " ".join(told)


def reasons_of(answer: InWords, gap: Gap) -> pl.DataFrame:
    """Rows of ``reasons`` of the holder that lacks most of what is missing."""
    of = answer["short"].filter((pl.col("item") == gap.item) & pl.col("objective").str.starts_with(gap.objective))
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
    """What is decided by one date, first what a month of waiting takes most of."""
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
    return Deadline(by, words("between.semicolon").join(named), money, delay(answer, rows[0], marked=True))


def _briefly(answer: InWords, row: dict[str, Any]) -> str:
    """A decision in a few words, beside who decides it."""
    words, key = answer.words, f"paper.do.{row['kind']}"
    if not words.has(key):
        return words.inside(decision_name(answer, row, short=True))
    code = row["code"]
    if row["kind"] == "expansion":  # the verb says what the name of the expansion says
        code = dict(answer.result.case["expansions"].select("expansion", "line").iter_rows()).get(code, code)
    name = answer.without_nation(answer.name(code))
    return words(key, **answer.in_sentence("name", name), item=answer.item(row["item"]), to=answer.nation(row["to"]))


def largest_gap(answer: InWords) -> Gap | None:
    """The dearest of what stays missing."""
    return next(iter(gaps(answer.result)), None)
