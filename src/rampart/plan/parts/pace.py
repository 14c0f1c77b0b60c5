"""The pace of lines: how fast output may change from month to month, down as well as up, and how much it does.

    ramp        make[l,t]/D[t] - make[l,t-1]/D[t-1] <= max(0, up[l,t] - rise of placed[l,t])
    ramp down   make[l,t-1]/D[t-1] - make[l,t]/D[t] - steep[l,t]
                    <= max(0, down[l,t] - fall of otherwise placed[l,t]) - fall of in hand[l,t]
    pace        rise[l,t] - fall[l,t] = (make[l,t] + placed[l,t])/D[t] - (make[l,t-1] + placed[l,t-1])/D[t-1]

l        line; t node, first to last: from the second on, and the first where the case states the rate before the start
D        months of a node; what is before the start is a node of ``rate_before_months`` with the output ``rate_before`` and no
         orders
up, down units a month: ramp[l] (D[t] + D[t-1])/2; down at least the fall of the maximum rate, so that what ``rates`` force
         is allowed
placed   units of orders of the case, delivered in t: jumps of the book itself are allowed, also where it runs out, and new
         orders may not add to them
rise, fall  units a month; where the case counts steady output
in hand  units of those that a plan before ordered (``network.beyond_line``): it counted on what it meant to order after
         them, so their fall is no jump of the book; otherwise placed: the others
steep    units a month, at the first node and where orders in hand fall: what lacks to a fall that the ramp allows; a rule that
         gives way

Rows of ``ramp`` stand wherever something can be delivered from new orders. ``ramp down`` and the count of falls stand where,
too, and only up to one lead time of the line before the end: orders for later belong to the time after the plan, and a line
from which nobody can order any more may fall. The objective ``steady`` counts what changes in full rates of the line, the
largest maximum rate that it has of itself (none: what else is known of its size): a works that halves its output lays off half
of its people whatever it makes, and of components the price is often unknown. Source: rates of change as the case states
them; total variation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from rampart.catalogues.results import frame
from rampart.network.beyond_line import in_hand_monthly
from rampart.network.keys import Line
from rampart.network.lags import Booleans, Floats, Integers, Matrix, by_period
from rampart.network.limits import Limit, ramp_limits
from rampart.plan.parts.line import held_back
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

BEYOND = 1e-6
"""Share by which a change may exceed what the ramp allows and still count as within it."""


class Pace(Part):
    """How steadily lines work."""

    name = "pace"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``steep``; ``rise`` and ``fall`` where the case counts steady output."""
        n = p.network
        keys = [Line(code) for code in n.lines]
        scale = p.scale_of(row["item"] for row in n.lines.values())
        lack = steepest(p)
        yield FamilySpec("steep", keys, "slack", exists=lack > 0, upper=lack, scale=scale)
        known = counted(p) & counts_steady(p)
        yield FamilySpec("rise", keys, "level", exists=known, scale=scale)
        yield FamilySpec("fall", keys, "level", exists=known, scale=scale)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``ramp``, ``ramp down`` and ``pace``."""
        yield from _ramps(p)
        if counts_steady(p):
            yield _pace(p)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Changes of output in full rates; a fall steeper than allowed at the start gives way as a rule."""
        each = 1.0 / full_rate(p)[:, None]
        yield Weight("steady", "rise", each)
        yield Weight("steady", "fall", each * may_not_fall(p))
        stated = np.nan_to_num(rate_before(p))
        yield Weight("rules", "steep", share(1.0, np.where(stated > 0, stated, full_rate(p))[:, None]))

    def limits(self, p: Programme) -> Iterable[Limit]:
        """How fast output may change."""
        return ramp_limits(p.network)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A fall steeper than the ramp, at the start or where orders in hand run out."""
        yield Rule("steep", "ramp", lambda key: (key, p.network.lines[key[0]]["item"]))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``pace``: changes of output beyond what the ramp allows, and why."""
        return {"pace": _changes_beyond(v)}


@dataclass(frozen=True, eq=False)
class Before:
    """What a node is compared with. A value of shape (lines, nodes) at the node before, a month: ``value @ earlier.T``.

    known  where something stands before the node, shape (lines, nodes)
    rate   what stands there that nobody decides: placed orders, or the rate before the start, a month, (lines, nodes)
    apart  months from the middle of what stands before to the middle of the node, shape (lines, nodes)
    """

    known: Booleans
    rate: Floats
    apart: Floats


def counts_steady(p: Programme) -> bool:
    """Whether the case ranks steady output."""
    return any(row["objective"] == "steady" for row in p.network.rows("priorities"))


def full_rate(p: Programme) -> Floats:
    """What changes of output are measured in, units a month, shape (lines,).

    The largest finite maximum rate of the line, expansions left out; where it has none, the rate before the start, else the
    most that is placed in a month, else what its expansions may add (of one without a limit a unit), else one unit: a works
    that is nothing yet must not count by single units beside those that count by full rates.
    """
    n = p.network
    limited = np.where(np.isfinite(p.rates.monthly), p.rates.monthly, 0.0).max(axis=1, initial=0.0)
    placed = n.placed_monthly.max(axis=1, initial=0.0)
    found = np.where(limited > 0, limited, np.nan_to_num(rate_before(p)))
    found = np.where(found > 0, found, placed)
    found = np.where(found > 0, found, added_by_expansions(p))
    full: Floats = np.where(found > 0, found, 1.0)
    return full


def added_by_expansions(p: Programme) -> Floats:
    """What the expansions of each line may add in all, units a month, shape (lines,); without a limit on units one counts."""
    found = dict.fromkeys(p.network.lines, 0.0)
    for row in p.network.expansions:
        units = row["max_units"] if math.isfinite(row["max_units"]) else 1.0
        found[row["line"]] += units * p.network.monthly_rate(row["line"], row["added_rate"])
    return np.array(list(found.values()), dtype=float)


def rate_before(p: Programme) -> Floats:
    """Output a month before the start, NaN where the case does not state it, shape (lines,)."""
    found = [
        math.nan if row["rate_before"] is None else p.network.monthly_rate(code, row["rate_before"])
        for code, row in p.network.lines.items()
    ]
    return np.array(found, dtype=float)


def placed_rate(p: Programme) -> Floats:
    """Placed orders delivered a month, shape (lines, nodes)."""
    found: Floats = p.network.placed_by_line[:, p.tree.period] / p.tree.months
    return found


def before(p: Programme) -> Before:
    """What each node is compared with."""
    tree, stated = p.tree, rate_before(p)[:, None]
    first = (tree.parent < 0)[None, :]
    known = ~first | np.isfinite(stated)
    rate = np.where(first, np.nan_to_num(stated), placed_rate(p) @ tree.earlier.T)
    stretch = np.array([row["rate_before_months"] for row in p.network.lines.values()], dtype=float).reshape(-1, 1)
    earlier = np.where(first, stretch, tree.earlier @ tree.months)
    return Before(known, rate, (tree.months + earlier) / 2)


def fed(p: Programme) -> Booleans:
    """Where something can be delivered from new orders, shape (lines, nodes)."""
    make = p["make"]
    found = np.zeros((len(make), len(p.tree)), dtype=bool)
    for posting in p.account("capacity"):
        if posting.per_unit < 0:
            family = p.families[posting.family]
            live = family.exists[family.index[posting.of]].astype(float)
            found[make.index[posting.at]] |= p.tree.effect(posting.lag) @ live > 0
    return found


def may_not_fall(p: Programme) -> Booleans:
    """Where a fall counts: up to one lead time of the line before the end, shape (lines, nodes)."""
    last = p.network.calendar.last
    lead = [min((c.lead for _, c in p.network.channels_of[code]), default=math.inf) for code in p.network.lines]
    found: Booleans = p.tree.last_month[None, :] <= last - np.array(lead, dtype=float).reshape(-1, 1)
    return found


def counted(p: Programme) -> Booleans:
    """Where a change of output can be told, shape (lines, nodes)."""
    return before(p).known


def limits_of(p: Programme) -> tuple[Floats, Floats]:
    """Most by which total output may rise and fall, units a month; infinite where there is no limit. (lines, nodes)."""
    ramp = np.array([math.inf if row["ramp"] is None else row["ramp"] for row in p.network.lines.values()], dtype=float)
    tree, most = p.tree, p.rates.most[:, p.tree.period] / p.tree.months
    up = ramp.reshape(-1, 1) * before(p).apart
    earlier = np.where((tree.parent < 0)[None, :], before(p).rate, most @ tree.earlier.T)
    with np.errstate(invalid="ignore"):
        forced = np.nan_to_num(earlier - most, nan=0.0, posinf=math.inf)
    return up, np.maximum(up, forced)


def steepest(p: Programme) -> Floats:
    """What must at least be made anew a month for a fall that the ramp allows, shape (lines, nodes)."""
    # without the families of orders: whether anything can arrive at a node hangs on lead times alone
    fall = _may_fall(p)
    found: Floats = np.where(before(p).known & np.isfinite(fall), np.maximum(-fall, 0.0), 0.0)
    return found


def _may_fall(p: Programme) -> Floats:
    """Most by which what is made anew may fall, units a month; below nothing what must be made more. (lines, nodes)."""
    _, down = limits_of(p)
    rises = placed_rate(p) - before(p).rate
    hand = in_hand_monthly(p.network)
    each = by_period(p.network.calendar, hand)[:, p.tree.period]
    of_hand = each - each @ p.tree.earlier.T
    # with nothing decided before it, the first node is held to the stated rate itself
    first = (p.tree.parent < 0)[None, :]
    found: Floats = np.where(first, down + rises, np.maximum(down + rises - of_hand, 0.0) + of_hand)
    return found


def _by_month(p: Programme) -> tuple[Matrix, Matrix]:
    """Output a month at a node, and at the node before."""
    now = sp.csr_array(sp.diags_array(1.0 / p.tree.months))
    return now, sp.csr_array(p.tree.earlier @ now)


def _less_held_back(p: Programme, rows: Rows, lines: Integers, *, factor: float = 1.0) -> None:
    """Take off what is not made of orders in hand, in rows of some lines of what is made at a node and before."""
    held, (now, earlier) = p["held back"], _by_month(p)
    row_of = {line: row for row, line in enumerate(lines.tolist())}
    at = [
        (n, row_of[p.network.line_index[k[0]]]) for n, k in enumerate(held.keys) if p.network.line_index[k[0]] in row_of
    ]
    if at:
        key, row = np.array(at).T
        rows.add(held, now, key=key, row=row, factor=-factor).add(held, earlier, key=key, row=row, factor=factor)


def _ramps(p: Programme) -> Iterable[Rows]:
    """Total output changes bearably; what the book of placed orders does itself is allowed."""
    make, steep, was = p["make"], p["steep"], before(p)
    up, _ = limits_of(p)
    at: Integers = np.flatnonzero([row["ramp"] is not None for row in p.network.lines.values()])
    if not at.size:
        return
    now, earlier = _by_month(p)
    live = (was.known & fed(p))[at]
    placed = placed_rate(p)
    rises = (placed - was.rate)[at]
    rows = Rows(p.tree, "ramp", [make.keys[n] for n in at], scale=make.scale[at])
    rows.add(make, now, key=at, row=np.arange(at.size))
    rows.add(make, earlier, key=at, row=np.arange(at.size), factor=-1.0)
    _less_held_back(p, rows, at)
    yield rows.hold("<=", np.maximum(up[at] - rises, 0.0), where=live)
    rows = Rows(p.tree, "ramp down", [make.keys[n] for n in at], scale=make.scale[at])
    rows.add(make, now, key=at, row=np.arange(at.size), factor=-1.0)
    rows.add(make, earlier, key=at, row=np.arange(at.size))
    rows.add(steep, key=at, row=np.arange(at.size), factor=-1.0)
    _less_held_back(p, rows, at, factor=-1.0)
    yield rows.hold("<=", _may_fall(p)[at], where=live & may_not_fall(p)[at])


def _pace(p: Programme) -> Rows:
    """What changes."""
    make, now, earlier = p["make"], *_by_month(p)
    rows = Rows(p.tree, "pace", make.keys, scale=make.scale).add(p["rise"]).add(p["fall"], factor=-1.0)
    rows.add(make, now, factor=-1.0).add(make, earlier)
    _less_held_back(p, rows, np.arange(len(make)), factor=-1.0)
    was = before(p)
    return rows.hold("==", placed_rate(p) - was.rate, where=was.known)


def changes(v: Values) -> tuple[Floats, Floats]:
    """Total output a month at each node and before it, shape (lines, nodes); NaN where nothing is known before."""
    p, was = v.programme, before(v.programme)
    made = (v["make"] - held_back(v)) / p.tree.months
    now = made + placed_rate(p)
    return now, np.where(was.known, was.rate + made @ p.tree.earlier.T, np.nan)


def _changes_beyond(v: Values) -> pl.DataFrame:
    """Changes beyond the ramp: what the placed book does itself, what rates force, what may fall before the end."""
    p, network = v.programme, v.network
    now, earlier = changes(v)
    up, down = limits_of(p)
    placed_change = placed_rate(p) - before(p).rate
    room = p.rates.most[:, p.tree.period] / p.tree.months
    ends, can = ~may_not_fall(p), fed(p)
    ramps = [row["ramp"] for row in network.lines.values()]
    rows: list[tuple[Any, ...]] = []
    for n, (code, row) in enumerate(network.lines.items()):
        if ramps[n] is None:
            continue
        for t in range(len(v.tree)):
            change, most = now[n, t] - earlier[n, t], up[n, t]
            if not abs(change) > most + BEYOND * max(1.0, most):
                continue
            if v["steep"][n, t] > 0:
                why = "rule"
            elif change > 0 or -change <= -placed_change[n, t] + BEYOND * max(1.0, most):
                why = "placed"  # the book alone does so
            elif down[n, t] > most or not can[n, t]:
                why = "rates" if down[n, t] > most or room[n, t] <= 0 else "no_order"
            else:
                why = "end" if ends[n, t] else "rule"
            rows.append(
                (
                    code,
                    row["nation"],
                    row["item"],
                    t,
                    v.months[t],
                    float(earlier[n, t]),
                    float(now[n, t]),
                    float(most),
                    why,
                )
            )
    return frame("plan", "pace", rows)
