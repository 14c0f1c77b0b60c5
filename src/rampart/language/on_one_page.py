"""The decision on one page: what to decide by which dates, what stays missing, and what would help, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.decisions_and_causes import decision_name, delay, waiting, what_waits
from rampart.language.headlines import KeyFigure, held_figure, held_since, stock_held
from rampart.language.how_solved import cut_short
from rampart.language.in_words import InWords
from rampart.language.not_met import missing, not_met, rough, slightly_short
from rampart.language.reasons_in_words import AT_ONCE, as_if_split, limit_and_step, missing_if_split
from rampart.results.largest_gap import NEED, Gap, gaps
from rampart.results.measures import measure
from rampart.results.reasons import KIND, PAIR, TOGETHER

MOST_DEADLINES = 5
MOST_WAITING = 2
"""Works named of those that wait together."""
MOST_NAMED = 3
"""Decisions named of one deadline."""
FOR_FLEETS = ("spares", "bays")
"""Kinds of decisions that keep fleets ready: one of them is named whatever others stand before it."""


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
    """Up to five numbers to remember: the largest need, what is held, what of fleets is available, what is committed, the
    first deadline.
    """
    words, found = answer.words, []
    if largest is not None and largest.objective == NEED:
        found.append(KeyFigure(words.share(largest.share), words("key.served", item=answer.item(largest.item))))
    found += held_figure(answer)
    found += _available(answer)
    if answer["money"].height:
        found.append(KeyFigure(words.money(float(answer["money"]["commitments"].sum())), words("key.commitments")))
    dates = answer["decisions"]["decide_by"].drop_nulls()
    if len(dates):
        first = dates.min()
        number = dates.to_list().count(first)
        found.append(KeyFigure(words.month(first), words.count("key.decide_by", number)))  # type: ignore[arg-type]
    return found


def _available(answer: InWords) -> list[KeyFigure]:
    """Share of the systems needed that is available at the end, over all fleets: more of one hides no lack of another."""
    last = answer["fleets"].filter((pl.col("period") == pl.col("period").max()) & (pl.col("needed") > 0))
    if last.is_empty() or last["available"].is_null().any():
        return []
    there = float(last.select(pl.min_horizontal("available", "needed").sum() / pl.col("needed").sum()).item())
    label = answer.words.count("key.available", last.height, month=answer.words.month(last_month(answer)))
    return [KeyFigure(answer.words.share(there), label)]


def sentences(answer: InWords, largest: Gap | None) -> list[str]:
    """What stays missing, the largest thing and then every kind, what stays held, what would help; that the time ran out or
    a rule gave way where it did.
    """
    words = answer.words
    told = [cut_short(answer), missing(answer, largest) if largest else words("missing.none")]
    told += _costs_to_wait(answer)
    told += [not_met(answer, beside=largest) if largest else "", slightly_short(answer)]
    told.append(_held(answer))
    told.append(_helps(answer, largest))
    broken = answer["rules_broken"].select("family", "code", "item").unique().height
    told.append(words.count("headline.broken", broken) if broken else "")
    return [sentence for sentence in told if sentence]


def _costs_to_wait(answer: InWords) -> list[str]:
    """What it costs where that which is decided together waits for the longest that was worked out; nothing where none does.
    That is the loss of the first objective that it touches. Where one of these decisions alone loses another objective what
    is never made good, that comes before it; where a shorter wait costs another objective first, that comes after it.
    """
    words, table = answer.words, answer["delays"]
    rows = table.filter((pl.col("together") != "") & pl.col("objective").is_not_null() & (pl.col("cost") > 0))
    rows = rows.sort("months", "share", descending=True, nulls_last=True)
    if rows.is_empty():
        return []
    row = rows.row(0, named=True)
    months = words.count("paper.waits.months", row["months"])
    told = []
    objective = words.inside(words.choice("objective", row["objective"]))
    alone = _lost_for_good(answer, row)
    for less in alone:
        one = words("paper.waits.one", name=words.inside(decision_name(answer, less, short=True)))
        told.append(words("paper.waits", months=months, what=one, loss=waiting(answer, less, None, marked=True)))
    told.append(words(
        "paper.waits.first" if alone else "paper.waits", months=months, objective=objective,
        what=what_waits(answer, row, MOST_WAITING, kind="paper.waits"), loss=waiting(answer, row, None, marked=True),
    ))  # fmt: skip
    same = (pl.col("together") == row["together"]) & (pl.col("code") == row["code"])
    sooner = rows.filter(same & (pl.col("months") < row["months"]) & (pl.col("objective") != row["objective"]))
    if sooner.is_empty() and not alone:
        told[-1] += " " + words("paper.waits.first_only", objective=objective)
    for less in sooner.head(1).iter_rows(named=True):
        told.append(words(
            "paper.waits.sooner", sooner=words.count("paper.waits.months", less["months"]), months=months,
            loss=waiting(answer, less, None, marked=True), objective=objective,
            other=words.inside(words.choice("objective", less["objective"])),
        ))  # fmt: skip
    return told


def _held(answer: InWords) -> str:
    """What members hold of the stock that they require, at the end and at the start: of several items the plain mean, with
    the least and the most; nothing where nothing is required.
    """
    words, (_, end) = answer.words, stock_held(answer)
    if end is None:
        return ""
    said = words("paper.held", end=words.share(end), since=held_since(answer), month=words.month(last_month(answer)))
    of = measure(answer.result, "coverage", by="item").sort("value", "item").select("item", "value").rows()
    if len(of) == 1:
        return said
    least, most = ((answer.item(item), words.share(value)) for item, value in (of[0], of[-1]))
    return f"{said} " + words("paper.held.mean", n=len(of), least=least[0], low=least[1], most=most[0], high=most[1])


def _lost_for_good(answer: InWords, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of what waits together for so long and loses nothing for good, the one decision that alone loses most of another
    objective for good; none where none does.
    """
    if row["most"] is not None and row["made_good"] is None:
        return []
    alone = answer["delays"].filter(
        (pl.col("together") == "")
        & (pl.col("kind") == row["kind"])
        & (pl.col("months") == row["months"])
        & (pl.col("objective") != row["objective"])
        & pl.col("most").is_not_null()
        & pl.col("made_good").is_null()
    )
    mine = [one for one in alone.to_dicts() if all(part in row["key"] for part in one["key"])]
    return sorted(mine, key=lambda one: -(one["share"] or 0.0))[:1]


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
        told += [as_if_split(answer), missing_if_split(answer, mine, largest.missing)]
    return " ".join(said for said in told if said)


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
    return (
        [*found, _deadline(answer, _span(answer, [month for month, _ in groups[len(shown) :]]), later)]
        if later
        else found
    )


def _span(answer: InWords, months: Sequence[date | None]) -> str:
    """From the first to the last of several months in order; last, that some have no date."""
    words, dated = answer.words, [month for month in months if month is not None]
    first, last = (words.month(month, short=True) for month in (dated[0], dated[-1]))
    by = first if first == last else words("paper.later.span", first=first, last=last)
    return by if len(dated) == len(months) else words("paper.later.undated", by=by)


def _deadline(answer: InWords, by: str, rows: list[dict[str, Any]]) -> Deadline:
    """What is decided by one date: first what a month of waiting takes most of, then what commits most money, with one
    decision for fleets where there is.
    """
    words = answer.words
    by_nation: dict[str, list[str]] = {}
    dearest = sorted(rows[1:], key=lambda row: -(row["money"] or 0.0))
    named_rows = [rows[0], *dearest[: MOST_NAMED - 1]]
    named_rows += [row for row in dearest[MOST_NAMED - 1 :] if row["kind"] in FOR_FLEETS][:1]
    for row in named_rows:
        by_nation.setdefault(row["nation"], []).append(_briefly(answer, row))
    named = [
        words("paper.named", nation=answer.nation(nation), decisions=", ".join(dict.fromkeys(done)))
        for nation, done in by_nation.items()
    ]
    left = len(rows) - len(named_rows)
    named += [words.count("paper.more", left)] if left else []
    money = sum(r["money"] or 0.0 for r in rows)
    return Deadline(by, words("between.semicolon").join(named), money, delay(answer, rows[0], marked=True))


def _briefly(answer: InWords, row: dict[str, Any]) -> str:
    """A decision in a few words, beside who decides it, with the money that it commits."""
    words, key = answer.words, f"paper.do.{row['kind']}"
    if not words.has(key):
        return words.inside(decision_name(answer, row, short=True))
    code = row["code"]
    if row["kind"] == "expansion":  # the verb says what the name of the expansion says
        code = dict(answer.result.case["expansions"].select("expansion", "line").iter_rows()).get(code, code)
    name = answer.without_nation(answer.name(code))
    money = words("unknown") if row["money"] is None else words.money(row["money"])
    places = {"item": answer.item(row["item"]), "to": answer.nation(row["to"]), "money": money}
    said = words(key, **answer.in_sentence("name", name), **places)
    return words("paper.do.for", what=said, money=money) if row["money"] and row["kind"] not in FOR_FLEETS else said


def largest_gap(answer: InWords) -> Gap | None:
    """The dearest of what stays missing."""
    return next(iter(gaps(answer.result)), None)
