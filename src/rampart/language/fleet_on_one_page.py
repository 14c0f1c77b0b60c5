"""The decision about fleets on one page: which spares to buy by when, what they bring, and what holds systems back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.language.headlines import KeyFigure
from rampart.language.in_words import HOMES_BY_KIND, InWords
from rampart.language.whole_parts import whole_parts
from rampart.results.result import Result
from rampart.sustainment.fleet import MONTH

MOST_MONTHS = 5
MOST_NEXT = 15
"""Purchases that are named where no target and no budget was stated."""
MOST_NAMED = 4
"""Spares named of one month."""
MOST_HOLDERS = 3
"""Holders whose systems are told apart; the others together."""
USUAL = 0.9
"""Supply availability whose cost is told where no target was stated."""


@dataclass(frozen=True, slots=True)
class Buy:
    """Spares of one part at one site to buy beyond what is held.

    decide_by  last month in which they can be ordered to be there in the month asked for, counted from 0; None where
               nobody knows how long they take
    """

    part: str
    site: str
    units: float
    cost: float
    decide_by: int | None


def month_asked(answer: InWords) -> int:
    """Number of the month for which spares are bought."""
    year, month = map(int, str(answer.result.manifest["month"]).split("-"))
    return 12 * year + month - 1


def marked(answer: InWords) -> dict[str, Any] | None:
    """The point of the curve that was asked for; None where no target and no budget was stated."""
    rows = answer["points"].filter(pl.col("marked"))
    return rows.row(0, named=True) if rows.height else None


def is_open(answer: InWords) -> bool:
    """Whether neither a target nor a budget was stated."""
    return marked(answer) is None and answer.result.manifest["target"] is None


def buys(answer: InWords) -> list[Buy]:
    """What the marked point asks for, the earliest deadline first, then the dearest."""
    point = marked(answer)
    if point is None:
        return []
    rows = answer["stock_list"].filter((pl.col("point") == point["point"]) & (pl.col("stock") > pl.col("held")))
    return _dated(answer, rows.select("part", "site", units=pl.col("stock") - pl.col("held"), cost="cost"))


def next_buys(answer: InWords) -> list[Buy]:
    """What brings most beyond what is held, the first ``MOST_NEXT`` purchases, the earliest deadline first."""
    once = pl.col("cost") / pl.len().over("order")  # the cost of a step stands in each of its rows
    rows = answer["buys"].filter(pl.col("order") <= MOST_NEXT).with_columns(once.alias("cost"))
    each = rows.group_by("part", "site", maintain_order=True)
    return _dated(answer, each.agg(units=pl.col("quantity").sum(), cost=pl.col("cost").sum()))


def _dated(answer: InWords, rows: pl.DataFrame) -> list[Buy]:
    by = deadlines(answer.result)
    found = [Buy(part, site, units, cost, by[part]) for part, site, units, cost in rows.iter_rows()]
    return sorted(found, key=lambda b: (b.decide_by is None, b.decide_by or 0, -b.cost, b.part, b.site))


def deadlines(result: Result) -> dict[str, int | None]:
    """For each part the last month in which it can be ordered to be there in the month asked for, counted from 0; None
    where its delivery time is not known.
    """
    year, month = map(int, str(result.manifest["month"]).split("-"))
    asked = 12 * year + month - 1
    leads = result.case["parts"].select("part", "lead_time").iter_rows()
    return {part: None if lead is None else asked - math.ceil(lead / MONTH) for part, lead in leads}


def headline(answer: InWords) -> str:
    """What to buy for how much, and what that brings; what a million brings most where nothing was asked for."""
    words, point, found = answer.words, marked(answer), buys(answer)
    places = {"month": words.month(str(answer.result.manifest["month"]))}
    if point is None and answer.result.manifest["target"] is not None:
        best = answer["points"].sort("supply_availability").row(-1, named=True)
        return words(
            "fleet.headline.out_of_reach", target=words.share(answer.result.manifest["target"], digits=1),
            most=words.share(best["supply_availability"], digits=1),
            money=words.money(best["cost"] / answer.result.case.money_unit), **places,
        )  # fmt: skip
    if point is None:
        return _first_to_buy(answer, places["month"])
    places["share"] = words.share(point["supply_availability"])
    if not found:
        return words("fleet.headline.enough", **places)
    before = answer["curve"].sort("step").row(0, named=True)["supply_availability"]
    return words(
        "fleet.headline", n=words.number(sum(b.units for b in found), digits=0), first=_first_order(answer, found),
        money=words.money(point["cost"] / answer.result.case.money_unit), before=words.share(before), **places,
    )  # fmt: skip


def _first_to_buy(answer: InWords, month: str) -> str:
    """What brings most for its money, where nothing was asked for."""
    best = best_lever(answer)
    if best is None:
        return answer.words("fleet.headline.open.nothing", month=month)
    (name, gain), words, found = best, answer.words, next_buys(answer)
    if not found:
        return words("fleet.headline.open", lever=name, gain=gain, currency=words.currency)
    unit = answer.result.case.money_unit
    before, reach, cost = _in_reach(answer)
    steps = answer["buys"].filter(pl.col("order") <= MOST_NEXT).unique("order")
    gained = 100.0 * float(steps["gained"].sum())
    further = words.share(reach) != words.share(before)
    return words(
        "fleet.headline.open.spares" if further else "fleet.headline.open.spares_alone", month=month,
        before=words.share(before), reach=words.share(reach), cost=words.money(cost / unit),
        first=_first_order(answer, found), n=words.number(sum(b.units for b in found), digits=0),
        money=words.money(sum(b.cost for b in found) / unit),
        gained=words.number(gained if gained < 0.1 else round(gained, 1)),
    )  # fmt: skip


def _in_reach(answer: InWords) -> tuple[float, float, float]:
    """Supply availability with what is held, the one that a planner asks for, and the least that the curve spends on it;
    the best of the curve where that one is out of reach, or there already.
    """
    curve = answer["curve"].sort("step")
    before = float(curve["supply_availability"][0])
    there = curve.filter(pl.col("supply_availability") >= USUAL)
    if before >= USUAL or there.is_empty():
        there = curve.filter(pl.col("supply_availability") == curve["supply_availability"].max())
        best = there.sort("cost").row(0, named=True)
        return before, float(best["supply_availability"]), float(best["cost"])
    return before, USUAL, float(there["cost"].min())  # type: ignore[arg-type]


def _first_order(answer: InWords, found: list[Buy]) -> str:
    """By when the first of them must be ordered; nothing where no delivery time is known."""
    dates = [one.decide_by for one in found if one.decide_by is not None]
    if not dates:
        return ""
    if min(dates) < answer.result.case.calendar.first:
        return answer.words("fleet.headline.at_once")
    return answer.words("fleet.headline.by", month=answer.words.month(month_text(min(dates))))


def best_lever(answer: InWords) -> tuple[str, str] | None:
    """Name, inside a sentence, of what brings most system-months for a million over all types, and how many; None where
    nothing brings any.
    """
    each = ["lever", "code", "site"]
    gains = answer["exchange"].group_by(each).agg(pl.col("per_million").sum()).filter(pl.col("per_million") > 0)
    if gains.is_empty():
        return None
    first = gains.sort("per_million", "code", "site", descending=[True, False, False]).row(0, named=True)
    name = answer.words(
        f"sustain.lever_name.{first['lever']}",
        name=answer.name(first["code"], table=HOMES_BY_KIND[first["lever"]][0]),
        site=answer.name(first["site"], table="sites"),
    )
    return answer.words.inside(name), answer.words.number(first["per_million"])


def figures(answer: InWords) -> list[KeyFigure]:
    """Up to four numbers to remember: systems available and supply availability with the spares, what they cost, and the
    first deadline.
    """
    words, point, found = answer.words, marked(answer), list[KeyFigure]()
    asked = answer["availability"].filter(pl.col("month") == _day(month_asked(answer)))
    held, available = (float(asked[c].sum()) for c in ("held", "available"))
    month = words.month(str(answer.result.manifest["month"]))
    if held > 0:
        label = words("fleet.key.available", month=month, held=words.number(held, digits=0))
        each = _by_holder(answer, asked)
        label = words("fleet.key.available_by", label=label, each=", ".join(each)) if len(each) > 1 else label
        found.append(KeyFigure(words.number(available, digits=0), label))
    if point is None:
        return [*found, *_first_deadline(answer, next_buys(answer))] if is_open(answer) else found
    found.append(KeyFigure(words.share(point["supply_availability"]), words("fleet.key.supply", month=month)))
    found.append(KeyFigure(words.money(point["cost"] / answer.result.case.money_unit), words("fleet.key.cost")))
    return [*found, *_first_deadline(answer, buys(answer))]


def _by_holder(answer: InWords, asked: pl.DataFrame) -> list[str]:
    """Systems available of those held by holder, in a month, the largest first."""
    words, holders = answer.words, answer.result.case["fleets"].select("fleet", "holder")
    sums = asked.join(holders, on="fleet").group_by("holder").agg(pl.col("held", "available").sum())
    sums = sums.filter(pl.col("held") > 0).sort("held", "holder", descending=[True, False])
    whole = [whole_parts(sums[column].to_list()) for column in ("held", "available")]
    rows = [(answer.nation(holder), *of) for holder, *of in zip(sums["holder"], *whole, strict=True)]
    rest = rows[MOST_HOLDERS:]
    if len(rest) > 1:
        others = words("fleet.key.available_others")
        rows = [*rows[:MOST_HOLDERS], (others, sum(held for _, held, _ in rest), sum(there for *_, there in rest))]
    return [
        words("fleet.key.available_of", holder=holder, held=words.number(held, digits=0),
              available=words.number(available, digits=0))
        for holder, held, available in rows
    ]  # fmt: skip


def _first_deadline(answer: InWords, found: list[Buy]) -> list[KeyFigure]:
    dates = [b.decide_by for b in found if b.decide_by is not None]
    if not dates:
        return []
    first = max(dates[0], answer.result.case.calendar.first)
    return [KeyFigure(answer.words.month(month_text(first)), answer.words("fleet.key.first"))]


def _day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class OrderBy:
    """Spares that must be ordered by the end of a month, what they cost, and since when they are too late if they are."""

    by: str
    spares: str
    cost: float
    waits: str


def order_by(answer: InWords) -> list[OrderBy]:
    """Spares by the last month in which they can be ordered and be there when asked for; those too late come first. Where
    no target and no budget was stated these are the purchases that bring most.
    """
    first = answer.result.case.calendar.first
    by_month: dict[int | None, list[Buy]] = {}
    for one in next_buys(answer) if is_open(answer) else buys(answer):
        late = one.decide_by is not None and one.decide_by < first
        by_month.setdefault(-1 if late else one.decide_by, []).append(one)
    words, groups = answer.words, list(by_month.items())
    shown = groups if len(groups) <= MOST_MONTHS else groups[: MOST_MONTHS - 1]
    found = [_ordered(answer, month, rows) for month, rows in shown]
    later = [one for _, rows in groups[len(shown) :] for one in rows]
    if later:
        found.append(OrderBy(words("paper.later"), *_told(answer, later), words("fleet.waits")))
    return found


def _ordered(answer: InWords, month: int | None, rows: list[Buy]) -> OrderBy:
    words = answer.words
    if month is None:
        return OrderBy(words("paper.no_date"), *_told(answer, rows), words("fleet.waits.unknown"))
    if month == -1:
        last = max(month_asked(answer) - one.decide_by for one in rows if one.decide_by is not None)
        there = answer.result.case.calendar.first + last
        return OrderBy(
            words("fleet.at_once"),
            *_told(answer, rows),
            words("fleet.waits.late", month=words.month(month_text(there))),
        )
    return OrderBy(words.month(month_text(month), short=True), *_told(answer, rows), words("fleet.waits"))


def _told(answer: InWords, rows: list[Buy]) -> tuple[str, float]:
    """Spares of a group by their names, the dearest first, and their cost in the unit of money."""
    words, sums = answer.words, dict[str, list[float]]()
    for one in rows:
        of = sums.setdefault(one.part, [0.0, 0.0])
        of[0] += one.units
        of[1] += one.cost
    order = sorted(sums, key=lambda part: (-sums[part][1], part))
    told = [
        words("fleet.spare", n=words.number(sums[part][0], digits=0), part=answer.name(part, table="parts"))
        for part in order[:MOST_NAMED]
    ]
    left = len(order) - len(told)
    told += [words.count("fleet.more", left)] if left else []
    return words.list(told), sum(one.cost for one in rows) / answer.result.case.money_unit
