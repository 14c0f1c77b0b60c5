"""``rampart sustain``: the whole answer for a case's fleets, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.soundness import require_sound
from rampart.case.tables import Case
from rampart.catalogues.results import frame
from rampart.catalogues.showing import must_be
from rampart.results.manifest import origin_of, records_of
from rampart.results.result import Result
from rampart.sustainment.abreast import one_after_another
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import (
    UNSETTLED,
    AvailabilityByMonth,
    availability_by_month,
    slimmed,
)
from rampart.sustainment.echelon_network import Floats, Whole
from rampart.sustainment.exchange import conflict, gains, levers, mixed_fleets
from rampart.sustainment.fleet import Support, read_support
from rampart.sustainment.last_buys import table_of_last_buys
from rampart.sustainment.promise import Promise, Promises
from rampart.sustainment.purchases import asked_for, tables_of_purchases
from rampart.sustainment.reliance import not_relied_on
from rampart.sustainment.repair_decision import decide, facts_of, tables_of_repair, unsettled
from rampart.sustainment.side_by_side import side_by_side

if TYPE_CHECKING:
    import polars as pl

    from rampart.findings import Finding

HARDLY = 1e-9
"""Systems so few that nothing is said of them."""
MANY_ROWS = 3_000_000
"""Rows of a table by part above which those are left out of which next to nothing is short."""
NEXT_TO_NOTHING = 1e-3
"""Units owed, or systems held back, that are next to nothing where parts are many."""
MIX_TARGET = 0.9
"""Supply availability at which a mixed fleet is compared with one type, where none is asked for."""


def sustain(
    case: Case,
    *,
    month: str | None = None,
    target: float | None = None,
    budget: float | None = None,
    draws: int = 24,
    seed: int = 1,
    simulate: int = 0,
    time_limit: float | None = None,
) -> Result:
    """Availability over time, what holds it back, the cost-availability curve, and what a euro buys. Raises CaseError with what
    is wrong in a case that is not sound, however it was made.

    month   month for which spares are bought; by default the last
    target  availability to reach, 0 to 1; budget in money units of the case. One of the two marks a point of the curve
    draws   samples of the figures with a range, for the bands; 0 for none
    simulate  histories played event by event beside the months; 0 for none
    time_limit  seconds above 0, when to stop; None: when all is worked out. The months and the best list found always come
                back; what was not reached, or not to the end, stands in the manifest (``unfinished``) and is a finding, and
                the status is "time limit"
    """
    must_be(case, Case, "rampart.read_case")
    if time_limit is not None and not time_limit > 0:
        raise ValueError(f"time_limit is {time_limit}: expected seconds above 0, or None")
    time = AllowedTime(time_limit)
    if target is not None and budget is not None:
        raise ValueError("a target or a budget marks a point of the curve, not both")
    if target is not None and not 0 <= target <= 1:
        raise ValueError(f"target {target}: expected an availability, 0 to 1")
    if budget is not None and not budget >= 0:
        raise ValueError(f"budget {budget}: expected money of zero or more")
    require_sound(case)
    support = read_support(case)
    at = len(support.months) - 1 if month is None else _index(support, month)
    base = availability_by_month(support, bought_for=at)
    by_part = {"holding_back": _holding_back(support, base), "shortages": _shortages(support, base)}
    base = slimmed(base)
    promises = Promises(support, base, at, time)
    money = None if budget is None else budget * case.money_unit
    marked = asked_for(promises, target, money)
    bought = tables_of_purchases(promises, marked, money)
    found = _findings(support, base, promises, marked, target)
    del promises  # what it knows of many parts takes hundreds of megabytes
    decision = decide(case, base, time, month=at, target=target)
    repaired = tables_of_repair(decision, base, at, target, time)
    exchanged = _exchange(support, base, time)
    mixed = _mix(support, base, at, MIX_TARGET if target is None else target, time)
    in_conflict = _conflict(support, base, time)
    played, left_out = side_by_side(support, base, simulate, seed, time)
    bands, drawn = _bands(case, base, draws, seed, time)
    tables = {
        "availability": _availability(support, base, bands),
        **by_part,
        "shops": _shops(support, base),
        **bought,
        **repaired,
        "last_buys": table_of_last_buys(base, time),
        **exchanged,
        **played,
        "conflict": in_conflict,
        "swings": _swings(case, base, draws, time),
        "mix": mixed,
    }
    said = {"status": "time limit", "unfinished": time.cut} if time.cut else {"status": "optimal"}
    manifest = origin_of(case) | {
        **said, "month": support.months[at], "target": target, "budget": budget, "draws": drawn, "seed": seed,
        "use": {"rounds": base.rounds, "residual": base.residual, "settled": base.residual <= UNSETTLED},
        **facts_of(decision),
        "findings": records_of((*case.findings, *found, *unsettled(decision), *left_out, *_cut(time))),
    }  # fmt: skip
    return Result.of("fleet", case, tables, manifest)


def _index(support: Support, month: str) -> int:
    if month not in support.months:
        raise ValueError(f"{month} lies outside the plan, {support.months[0]} to {support.months[-1]}")
    return support.months.index(month)


def _availability(s: Support, c: AvailabilityByMonth, bands: Mapping[int, tuple[Floats, Floats]]) -> pl.DataFrame:
    damaged, maintenance = c.damaged - c.serviced, c.maintenance + c.serviced
    rows = []
    for f, fleet in enumerate(s.fleets):
        need = s.fleet_rows[f]["needed"]
        for m, month in enumerate(s.months):
            held, there = float(c.held[f, m]), float(c.available[f, m])
            low, high = (float(b[m]) for b in bands[f]) if f in bands else (None, None)
            rows.append(
                (fleet, month, s.regime[f][m] or None, held, float(damaged[f, m]), float(maintenance[f, m]), there,
                 there / held if held > 1e-9 else None, there / need if need else None, low, high)
            )  # fmt: skip
    return frame("fleet", "availability", rows)


def _bands(
    case: Case, base: AvailabilityByMonth, draws: int, seed: int, time: AllowedTime
) -> tuple[dict[int, tuple[Floats, Floats]], int]:
    """Tenth and ninetieth hundredth of systems available, every figure with a range drawn anew, and of how many draws."""
    from rampart.sustainment.ranges import drawn

    supports = (read_support(drawn(case, seed=seed, number=n)) for n in time.while_left("bands", range(draws)))
    found = [course.available for course in one_after_another(supports, start=base.available)]
    if not found:
        return {}, 0
    low, high = np.quantile(np.stack(found), [0.1, 0.9], axis=0)
    return {f: (low[f], high[f]) for f in range(len(base.support.fleets))}, len(found)


def _holding_back(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    """By fleet and month what holds systems back: damage, maintenance, parts; whole columns, since parts may be many.

    Where they are very many, those that hold next to nothing back are told together, so that the causes still add up.
    """
    damaged, maintenance, down = c.damaged - c.serviced, c.maintenance + c.serviced, c.systems_down()
    least = HARDLY if down.size <= MANY_ROWS else NEXT_TO_NOTHING
    by_part = [np.nonzero(down[:, :, m] > least) for m in range(len(s.months))]
    f, p = (np.concatenate([held[axis] for held in by_part]) for axis in (0, 1))
    m = np.repeat(np.arange(len(s.months)), [len(held[0]) for held in by_part])
    systems = down[f, p, m].astype(float)
    rest = np.zeros_like(damaged)
    if least > HARDLY:
        rest = down.sum(axis=1, dtype=float)
        np.subtract.at(rest, (f, m), systems)
    kinds: list[str | None] = ["damage", "maintenance", "rest", "part"]
    alone = [(*np.nonzero(of > HARDLY), of[of > HARDLY]) for of in (damaged, maintenance, rest)]
    fleet, month, held = (np.concatenate([*(one[n] for one in alone), of]) for n, of in enumerate((f, m, systems)))
    kind = np.repeat(np.arange(4), [*(len(one[0]) for one in alone), len(f)])
    part = np.concatenate((np.full(len(fleet) - len(p), len(s.parts)), p))
    order = np.lexsort((part, kind, month, fleet))
    return frame("fleet", "holding_back", {
        "fleet": _text(s.fleets).gather(fleet[order]), "month": _days(s).gather(month[order]),
        "cause": _text(kinds).gather(kind[order]), "part": _text([*s.parts, None]).gather(part[order]),
        "systems": held[order],
    })  # fmt: skip


def _text(values: Sequence[str | None]) -> pl.Series:
    """A column of text."""
    import polars as pl

    return pl.Series(values, dtype=pl.String)


def _days(s: Support) -> pl.Series:
    """The first day of each month."""
    import polars as pl

    return pl.Series([date(int(month[:4]), int(month[5:7]), 1) for month in s.months], dtype=pl.Date)


def _shortages(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    """By part, site and month, where anything is asked for; whole columns, since there may be millions of rows.

    Where they are very many only those of which more than next to nothing is owed in some month.
    """
    wanted = c.demand.sum(axis=0) > 0
    months = len(s.months)
    if int(wanted.sum()) * months > MANY_ROWS:
        wanted &= c.ebo.max(axis=0) > NEXT_TO_NOTHING
    p, n = np.nonzero(wanted)

    def told(figures: Floats) -> Floats:
        return figures[:, p, n].T.astype(float).ravel()

    def coded(codes: Sequence[str], at: Whole) -> pl.Series:
        return _text(codes).gather(np.repeat(at, months))

    return frame("fleet", "shortages", {
        "part": coded(s.parts, p), "site": coded(s.sites, n), "month": _days(s).gather(np.tile(np.arange(months), len(p))),
        "demand": told(c.demand), "pipeline": told(c.mean), "stock": told(s.stock), "backorders": told(c.ebo),
    })  # fmt: skip


def _shops(s: Support, c: AvailabilityByMonth) -> pl.DataFrame:
    rows = [
        (shop, month, float(c.load[m, n]), float(s.bays[m, n]), float(c.queue[m, n]))
        for n, shop in enumerate(s.shops)
        for m, month in enumerate(s.months)
    ]
    return frame("fleet", "shops", rows)


def _exchange(s: Support, c: AvailabilityByMonth, time: AllowedTime) -> dict[str, pl.DataFrame]:
    """System-months for a million of currency by lever, and by month for each type."""
    rates, monthly = [], []
    offered = list(levers(s, c)) if time.leaves("exchange") else []  # in a limited time as many as can be
    for lever, gained in zip(offered, gains(s, c, time.while_left("exchange", offered)), strict=False):
        for kind in sorted({row["type"] for row in s.fleet_rows}):
            mine = np.array([row["type"] == kind for row in s.fleet_rows])
            by_month = gained[mine].sum(0)
            if abs(by_month).max() < 1e-6:
                continue
            by_month = np.where(abs(by_month) < HARDLY, 0.0, by_month)
            per = 1e6 / lever.cost
            key = (lever.kind, lever.code, lever.site, s.months[lever.month], kind)
            rates.append((*key, lever.cost, float(by_month.sum()), float(by_month.sum() * per)))
            monthly += [(*key[:3], kind, month, float(by_month[m] * per)) for m, month in enumerate(s.months)]
    return {
        "exchange": frame("fleet", "exchange", rates).sort("per_million", descending=True),
        "exchange_months": frame("fleet", "exchange_months", monthly),
    }


def _conflict(s: Support, c: AvailabilityByMonth, time: AllowedTime) -> pl.DataFrame:
    rows = [
        (holder, s.fleets[f], month, float(lost[m]))
        for holder, f, lost in (conflict(s, c) if time.leaves("conflict") else ())
        for m, month in enumerate(s.months)
        if abs(lost).max(initial=0.0) > 1e-3
    ]
    return frame("fleet", "conflict", rows)


def _swings(case: Case, base: AvailabilityByMonth, draws: int, time: AllowedTime) -> pl.DataFrame:
    """Ranked with the draws, which ask for the ranges."""
    from rampart.sustainment.swings import swings

    rows = [
        {**{key: one.row.get(key) for key in ("fleet", "part", "site", "shop", "parent")},
         "from": one.row.get("from", one.row.get("month")), "table": one.table, "column": one.column, "value": one.figure,
         "low": one.low, "high": one.high, "at_low": one.at_low, "at_high": one.at_high, "swing": one.swing}
        for one in (swings(case, base, time) if draws else ())
    ]  # fmt: skip
    return frame("fleet", "swings", rows)


def _mix(s: Support, c: AvailabilityByMonth, month: int, target: float, time: AllowedTime) -> pl.DataFrame:
    rows = [
        (m.holder, m.type, m.types, m.systems, target, m.apart, m.together, m.apart / m.together - 1)
        for m in (mixed_fleets(s, c, month, target) if time.leaves("mix") else ())
        if np.isfinite([m.apart, m.together]).all() and m.together > 0
    ]
    return frame("fleet", "mix", rows)


def _cut(time: AllowedTime) -> list[Finding]:
    """That the time was up, and what was not reached."""
    from rampart.findings import Finding

    return [Finding("fleet-time-up", details=dict.fromkeys(time.cut, "–"))] if time.cut else []


def _findings(
    s: Support, c: AvailabilityByMonth, promises: Promises, marked: Promise | None, target: float | None
) -> list[Finding]:
    from rampart.findings import Finding

    found = []
    for n, shop in enumerate(s.shops):
        over = np.flatnonzero((c.load[:, n] > s.bays[:, n]) & (c.load[:, n] > 0))
        if len(over):
            m = int(over[np.argmax(c.load[over, n] - s.bays[over, n])])
            details = {"month": s.months[m], "work": round(float(c.load[m, n]), 1), "bays": float(s.bays[m, n])}
            found.append(Finding("shop-overloaded", table="shops", column="shop", value=shop, details=details))
    found += not_relied_on(s, c)
    for p in np.flatnonzero(c.raised):
        found.append(Finding("variance-raised", table="parts", column="spread", value=s.parts[p]))
    lists = promises.unsettled if promises.unsettled > (c.residual, c.rounds) else (0.0, 0)
    for code, table, (residual, rounds) in (
        ("use-unsettled", "fleet_use", (c.residual, c.rounds)), ("lists-unsettled", "part_stocks", lists),
    ):  # fmt: skip
        if residual > UNSETTLED:
            details = {"rounds": str(rounds)}
            found.append(Finding(code, table=table, value=f"{residual:.2g}", details=details))
    if target is not None and marked is None:
        month, path = promises.month, promises.path(c)
        most = promises.top_of(promises.path(promises.top_of(path).course)).availability
        worst = c.down[:, :, month].sum(0)
        held_by = ", ".join(s.parts[p] for p in np.argsort(-worst, kind="stable")[:3] if worst[p] > 0)
        wanted = c.demand[month].sum(1) > 0
        unpriced = ", ".join(s.parts[p] for p in np.flatnonzero(wanted & ~(np.nan_to_num(s.price) > 0)))
        details = {"most": _below(most, target), "held_by": held_by or "-", "unpriced": unpriced}
        found.append(Finding("target-out-of-reach", table="fleets", value=f"{target:.1%}", details=details))
    return found


def _below(share: float, target: float) -> str:
    """A share in percent, with digits enough to read as below the target."""
    for digits in range(1, 8):
        told = f"{share:.{digits}%}"
        if told != f"{target:.{digits}%}":
            return told
    return f"{share:.8%}"
