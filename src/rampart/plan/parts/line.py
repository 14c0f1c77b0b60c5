"""Lines: what they make, between what they must and what they can, in whole lots and with set-ups.

    output        make[l,t] = sum over c of l, s up to t of H[c,t,s] order[c,s] + sum over k of l of made up[k,t]
    maximum rate  sum over c of l, s of H[c,a,s] order[c,s] + sum over k of l of made up[k,a]
                    <= room[l,a] + sum over e of l, s of R[e,a,s] expand[e,s] + sum over k of l of held back[k,a]
    idle          make[l,t] + idle[l,t]
                    = room[l,t] + sum over e of l, s of R[e,t,s] expand[e,s] + sum over k of l of held back[k,t]
    minimum rate  make[l,t] + placed[l,t] + below minimum[l,t] >= least[l,t]
    whole lot     make[l,t] = lot[l] lots[l,t]
    set-up        make[l,t] <= M[l,t] active[l,t]

l        line; c its channels; e its expansions; k its orders in hand (``plan.parts.late``); s node of decision
t        node, first to last
a        part of a node: its months that are fed by the same nodes of decision (``delivery_parts``), where some order delivers
make, idle, below minimum   units a node (idle: lines whose idle capacity costs something; below minimum: hot lines, at most
         least - placed); lots (lines with a lot) whole numbers where orders
         due now feed the node (``settings.decide_now``), unless the line never makes a lot in one period;
         active 0 or 1 (lines with set-ups)
H, R     share of an order that is delivered, units a unit of expansion adds (``network.lags.After``, ``Growing``)
most, least   units of the maximum rate, of the minimum sustaining rate (``network.rates``); unlimited: no row
placed   units of orders of the case, delivered in t; where they exceed a limit it gives way, but not to those in hand, which a
         plan before ordered (``network.beyond_line``)
room     max(0, most - placed otherwise) - in hand, below nothing at most by what may be held back
lot      units
M        units: the maximum rate with all expansions, or all that could be useful or possible (``network.most_output``)

Source: rates 1-8-5 and minimum sustaining rates of the production schedules (exhibit P-21); lots: Wagner and Whitin 1958.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, set_up_postings
from rampart.network.beyond_line import late_at_most, room_beside
from rampart.network.keys import Key, Line, LinePart
from rampart.network.lags import After, Booleans, Floats, Integers, Now
from rampart.network.limits import Limit, line_limits
from rampart.network.most_output import most_output
from rampart.network.network import Network
from rampart.network.tiers import tiers
from rampart.plan.parts.part import Part, Rule, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Lines(Part):
    """How much each line makes, month by month."""

    name = "line"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``make``, ``below minimum``, ``lots``, ``active``, ``idle``."""
        n = p.network
        keys = [Line(code) for code in n.lines]
        scale = p.scale_of(row["item"] for row in n.lines.values())
        yield FamilySpec("make", keys, "level", scale=scale)
        lacking = (p.rates.least - n.placed_by_line)[:, p.tree.period]
        yield FamilySpec(
            "below minimum", keys, "slack", exists=lacking > 1e-9, upper=np.maximum(lacking, 0.0), scale=scale
        )
        lots = [keys[k] for k, row in enumerate(n.lines.values()) if row["lot"] is not None]
        fast = ~p.slow[[n.line_index[key.line] for key in lots]]
        yield FamilySpec("lots", lots, "level", whole=fed_now(p, lots) & fast)
        active = [keys[k] for k in set_up_lines(p)]
        yield FamilySpec("active", active, "level", upper=1.0, whole=np.ones(1, dtype=bool))
        costly = np.flatnonzero(p.rates.idle)
        yield FamilySpec("idle", [keys[k] for k in costly], "level", scale=scale[costly])

    def postings(self, p: Programme) -> Iterable[Posting]:
        """A set-up takes of resources."""
        return set_up_postings(p.network)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """All the rows above."""
        yield _output(p)
        yield _maximum_rate(p)
        yield _idle(p)
        yield _minimum_rate(p)
        yield _whole_lots(p)
        yield _set_ups(p)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Minimum rates that had to give way; set-ups and idle capacity cost money."""
        yield Weight("rules", "below minimum", share(1.0, p.rates.least[:, p.tree.period]))
        yield Weight("money", "active", p.rates.setup[positions(p, "active")][:, p.tree.period] / p.unit)
        yield Weight("money", "idle", p.rates.idle[positions(p, "idle")][:, None] / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What a line can make, must make, how long it takes, and when it works."""
        return line_limits(p.network)

    def rules(self, p: Programme) -> Iterable[Rule]:
        """A minimum rate that could not be kept."""
        yield Rule("below minimum", "minimum", lambda key: (key, p.network.lines[key[0]]["item"]))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``production``."""
        from rampart.plan.programme.by_node import by_node, where_known

        p, n = v.programme, v.network
        most = line_capacity(p, v.by_family)
        tier, lines = tiers(n), n.lines.values()
        placed = n.placed_by_line[:, v.tree.period] - held_back(v)
        least = p.rates.least[:, v.tree.period]
        made = v["make"] + placed
        limited = (most > 0) & np.isfinite(most)
        return {"production": frame("plan", "production", by_node(v, {
            "line": list(n.lines), "nation": [r["nation"] for r in lines], "item": [r["item"] for r in lines],
            "tier": [tier[r["item"]] for r in lines], "output": made, "placed": placed, "capacity": most,
            "utilisation": where_known(limited, made / np.where(limited, most, 1.0)), "minimum": least,
            "below_minimum": np.maximum(0.0, least - made),
        }))}  # fmt: skip


def held_back(v: Values) -> Floats:
    """Of what each line has on order, what is not made at each node since the line cannot, shape (lines, nodes)."""
    found = np.zeros((len(v.network.lines), len(v.tree)))
    for key, amounts in zip(v.programme["held back"].keys, v["held back"], strict=True):
        found[v.network.line_index[key[0]]] += amounts
    return found


def positions(p: Programme, family: str) -> Integers:
    """Positions among the lines of the keys of a family of lines."""
    return np.array([p.network.line_index[key[0]] for key in p[family].keys], dtype=np.int64)


def fed_now(p: Programme, lines: Sequence[Line]) -> Booleans:
    """Nodes to which an order that is due now can deliver, of each of some lines, shape (lines, nodes)."""
    found, order = np.zeros((len(lines), len(p.tree)), dtype=bool), p["order"]
    for row, line in enumerate(lines):
        for n, channel in p.network.channels_of[line.line]:
            now = (order.exists[n] & p.due_now).astype(float)
            found[row] |= p.tree.effect(After(channel.lead)) @ now > 0
    return found


def line_capacity(p: Programme, value: Mapping[str, Floats]) -> Floats:
    """Output that the maximum rate and what adds to it allow, shape (lines, nodes).

    value  amounts decided by family, shape (keys, nodes)
    """
    at = {Line(code): n for code, n in p.network.line_index.items()}
    added = p.balance("capacity", at, value).get("added", 0.0)
    most: Floats = p.rates.most[:, p.tree.period] + added
    return most


def _output(p: Programme) -> Rows:
    """What a line makes is what is delivered of its orders."""
    make = p["make"]
    made = [posting for posting in p.account("capacity") if posting.per_unit < 0]
    rows = Rows(p.tree, "output", make.keys, scale=make.scale).add(make)
    return rows.add_postings(made, p.families, make.index).hold("==", 0.0)


def delivery_parts(network: Network, line: str) -> Integers:
    """Part of its period in which each month lies for a line, shape (months,).

    What is ordered in one period arrives evenly over as many months, which may straddle two periods. The months of a
    period that are fed by the same periods of decision form a part, and the maximum rate holds in each: without that a
    quarter's output could all be ordered in the one month that feeds its first month.
    """
    calendar = network.calendar
    month = np.arange(calendar.first, calendar.last + 1)
    sources = []
    leads = {channel.lead for _, channel in network.channels_of[line]}
    for lag in {whole for lead in leads for whole in (int(np.floor(lead)), int(np.ceil(lead)))}:
        at = month - lag - calendar.first
        sources.append(np.where(at >= 0, calendar.period_of_month[np.maximum(at, 0)], -1))
    changes = (
        np.any([np.diff(s, prepend=s[0]) != 0 for s in sources], axis=0) if sources else np.zeros(month.size, bool)
    )
    starts = np.isin(month, calendar.starts)
    so_far = np.cumsum(changes & ~starts)
    part: Integers = so_far - so_far[np.maximum.accumulate(np.where(starts, np.arange(month.size), 0))]
    return part


def most_late(p: Programme, line: int) -> Floats:
    """Most of a line's orders in hand that may be held back at each node, units, shape (nodes,)."""
    code = list(p.network.lines)[line]
    return late_at_most(p.network, p.rates.monthly, delivery_parts(p.network, code), line)[p.tree.period]


def _maximum_rate(p: Programme) -> Rows:
    """Held in every part of every period. Orders already placed beyond the maximum never make the plan infeasible: the
    limit is then what they take, or what is in hand of them is late. A row of expansions alone would say nothing, and yet
    could get a price: left out.
    """
    n, tree = p.network, p.tree
    codes = list(n.lines)
    parts = [delivery_parts(n, code) for code in codes]
    places = [(line, k) for line, part in enumerate(parts) for k in range(int(part.max()) + 1)]
    keys: list[Key] = [Line(codes[line]) if k == 0 else LinePart(codes[line], k + 1) for line, k in places]
    rows = Rows(tree, "maximum rate", keys, scale=p.scale_of(n.lines[codes[line]]["item"] for line, _ in places))
    right, fed = np.zeros((len(keys), len(tree))), np.zeros((len(keys), len(tree)), dtype=bool)
    late = [late_at_most(n, p.rates.monthly, part, line)[tree.period] for line, part in enumerate(parts)]
    of_line: dict[Key, list[Posting]] = {}
    for posting in p.account("capacity"):
        of_line.setdefault(posting.at, []).append(posting)
    for row, (line, k) in enumerate(places):
        only, at = parts[line] == k, Line(codes[line])
        rows.add_postings(of_line.get(at, ()), p.families, {at: row}, factor=-1.0, only=only)
        for posting in of_line.get(at, ()):
            if posting.per_unit < 0:
                family = p.families[posting.family]
                delivered = tree.effect(posting.lag, only=only)
                fed[row] |= delivered @ family.exists[family.index[posting.of]].astype(float) > 0
        share = tree.effect(Now(), only=only).diagonal()
        right[row] = np.maximum(
            room_beside(n, p.rates.monthly, line, only.astype(float))[tree.period], -late[line] * share
        )
    return rows.hold("<=", right, where=fed | (right < 0))


def _idle(p: Programme) -> Rows:
    """What costs something when it is not made."""
    make, idle, lines = p["make"], p["idle"], positions(p, "idle")
    added = [posting for posting in p.account("capacity") if posting.per_unit > 0]
    rows = Rows(p.tree, "idle", idle.keys, scale=idle.scale)
    rows.add(make, key=lines, row=np.arange(lines.size)).add(idle)
    rows.add_postings(added, p.families, idle.index, factor=-1.0)
    room = np.zeros((lines.size, len(p.tree)))
    for row, line in enumerate(lines.tolist()):
        room[row] = np.maximum(room_beside(p.network, p.rates.monthly, line)[p.tree.period], -most_late(p, line))
    return rows.hold("==", room)


def _minimum_rate(p: Programme) -> Rows:
    """The minimum sustaining rate of hot lines."""
    make, below = p["make"], p["below minimum"]
    least = (p.rates.least - p.network.placed_by_line)[:, p.tree.period]
    rows = Rows(p.tree, "minimum rate", make.keys, scale=make.scale).add(make).add(below)
    return rows.hold(">=", least, where=below.exists)


def _whole_lots(p: Programme) -> Rows:
    """Output in whole lots."""
    make, lots, at = p["make"], p["lots"], positions(p, "lots")
    sizes = np.array([p.network.lines[key[0]]["lot"] for key in lots.keys], dtype=float)
    rows = Rows(p.tree, "whole lot", lots.keys, scale=make.scale[at])
    return rows.add(make, key=at, row=np.arange(at.size)).add(lots, factor=-sizes).hold("==", 0.0)


def set_up_lines(p: Programme) -> list[int]:
    """Positions of the lines whose set-up costs money or takes some of a resource."""
    takes = {use["line"] for use in p.network.uses if use["setup"]}
    return [n for n, code in enumerate(p.network.lines) if p.rates.setup[n].any() or code in takes]


def _set_ups(p: Programme) -> Rows:
    """Nothing is made without a set-up."""
    make, active, at = p["make"], p["active"], positions(p, "active")
    most = most_output(p.network, p.rates, at)[:, p.tree.period]
    if not np.isfinite(most).all():
        from rampart.findings import CaseError, Finding

        codes = [key[0] for key, row in zip(active.keys, most, strict=True) if not np.isfinite(row).all()]
        raise CaseError(
            Finding("set-up-unbounded", "lines", column="max_rate", value=code, details={"line": code})
            for code in codes
        )
    rows = Rows(p.tree, "set-up", active.keys, scale=make.scale[at])
    rows.add(make, key=at, row=np.arange(at.size))
    line, node = (index.ravel() for index in np.indices(most.shape))
    rows.add_cells(active, key=line, cause=node, row=line, effect=node, factor=-most.ravel())
    return rows.hold("<=", 0.0)
