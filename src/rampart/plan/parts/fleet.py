"""Fleet availability: systems owned, the level of support at which they are kept, and the need they leave open.

    fleet        sum over l of level[f,l,t] + beyond[f,t] - fewer[f,t] = given[f,t] + sum over s up to t of Q[f,t,s] join[f,s]
    fleet wear   of a fleet that fires what the plan serves: sum over l of level[f,l,t] = counted[f,t]
    fleet need   sum over l of share[f,l,t] level[f,l,t] + beyond[f,t] - fewer[f,t] + beneath[f,t] + unavailable[f,t]
                 >= needed[f]
    fleet fire   sum over demands n of a holder and item of serve[n,t] <= sum over fleets that fire it of most[f] D[t]
                 (sum over l of share[f,l,t] level[f,l,t] + beyond[f,t] - fewer[f,t] + beneath[f,t])

f            fleet; l level of support; t node, first to last; s node at which systems join
level        systems kept at a level; join: systems that join from stock at the beginning of their month
given        systems of the case, losses taken off; Q share of those that join at s still there at t
share        systems available of those owned at a level
unavailable  systems lacking, at most needed; needed systems: ``fleets.needed``, rows where above nothing
counted      systems owned at which the levels hold; beyond, fewer: systems owned above and below it
beneath      systems that the levels say are down and that are not owned: none where the rounds agree, a rule held first
serve        units served of a demand (``plan.parts.need``); most: ``fleets.most_use``, rows where every fleet has one
D            months of t

What wears a fleet that fires is what the plan serves in all, whatever the number of its systems: one system more is one
more in action, and takes no spares. Other systems are used each by themselves: twice as many take twice the spares.

A month's figure is its mean; a period's that of its months. The rows of the levels, with what they take of spares and bays
(``rampart.plan.parts.support``), are the concave hull of the points in perspective form: ``available <= alpha_k owned +
beta_k spares``. Source: the points of ``rampart.sustainment.levels``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rampart.case.steps import TENTH, scaled
from rampart.catalogues.results import frame
from rampart.network.accounts import Posting, joining_postings
from rampart.network.keys import Fleet, FleetLevel, Pair
from rampart.network.lags import Booleans, Floats, Integers, Matrix, Standing, by_period
from rampart.network.limits import Limit
from rampart.network.payments import KINDS, Flow, fiscal_starts, fiscal_year
from rampart.plan.parts.part import Part, Short, Shortage, Weight
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.measures import share
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl

    from rampart.sustainment.levels import Levels


class Fleets(Part):
    """How many systems are owned, at which level of support, and how many are lacking."""

    name = "fleet"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``join``, ``level`` and ``unavailable``; nothing where the case does not ask for availability."""
        if p.levels is None:
            return
        fleets = [Fleet(code) for code in p.levels.support.fleets]
        joins = [fleets[f] for f in joining(p)]
        yield FamilySpec("join", joins, "flow", scale=p.scale_of(pair.item for pair in p.network.fleet_pairs), tie=1.0)
        best = 0.1 * (1.0 - share_available(p)[:, p.tree.period])  # systems count at the best level bought
        keys = [FleetLevel(fleets[at.fleet].fleet, at.level) for at in levels(p)]
        yield FamilySpec("level", keys, "level", tie=0.1, tie_by=0.001, tie_add=best)
        need = needed(p).reshape(-1, 1)
        yield FamilySpec("unavailable", fleets, "slack", exists=need > 0, upper=need, tie=0.1)
        fed = firing(p)[:, None] & np.ones(len(p.tree), dtype=bool)
        may = fed & (counted(p) > by_period(p.network.calendar, support_of(p).given)[:, p.tree.period] + 1e-9)
        yield FamilySpec("beyond", fleets, "level", exists=fed, tie=0.1)
        yield FamilySpec("fewer", fleets, "level", exists=may, tie=0.2)
        yield FamilySpec("beneath", fleets, "slack", exists=may, tie=0.1)

    def postings(self, p: Programme) -> Iterable[Posting]:
        """A system that joins leaves the stock."""
        return joining_postings(p.network)

    def flows(self, p: Programme) -> Iterable[Flow]:
        """A system that joins is kept up for as long as the plan lasts; one more that fires is no more wear."""
        for f in joining(p).tolist() if p.levels is not None else ():
            monthly = tuple(upkeep_of_one_more(p)[f].tolist())
            if any(monthly):
                whole, of = np.full(len(p.tree), float(len(monthly))), p["unavailable"].keys[f]
                for kind in KINDS:
                    yield Flow("join", of, payers(p)[f], "support", kind, whole, 0.0, len(monthly), price=monthly)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``fleet``, ``fleet wear``, ``fleet need`` and ``fleet fire``."""
        if p.levels is None:
            return
        fleets, at = p["unavailable"].keys, levels(p)
        rows = Rows(p.tree, "fleet", fleets)
        add_levels(rows, p, [one.fleet for one in at], list(range(len(at))), np.ones((len(at), len(p.tree))))
        for n, fleet in enumerate(joining(p).tolist()):
            rows.add(p["join"], in_service(p, fleet), key=np.array([n]), row=np.array([fleet]), factor=-1.0)
        rows.add(p["beyond"]).add(p["fewer"], factor=-1.0)
        yield rows.hold("==", by_period(p.network.calendar, p.levels.given)[:, p.tree.period])
        rows, fed = Rows(p.tree, "fleet wear", fleets), firing(p)
        mine = [n for n, one in enumerate(at) if fed[one.fleet]]
        add_levels(rows, p, [at[n].fleet for n in mine], mine, np.ones((len(mine), len(p.tree))))
        yield rows.hold("==", counted(p), where=fed[:, None] & np.ones(len(p.tree), dtype=bool))
        rows = Rows(p.tree, "fleet need", fleets)
        _add_ready(rows, p, range(len(fleets)), np.arange(len(fleets)), np.ones((len(fleets), len(p.tree))))
        need = needed(p).reshape(-1, 1)
        yield rows.add(p["unavailable"]).hold(">=", need, where=need > 0)
        yield from _fire(p)

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Months of a whole fleet's need lacking; upkeep of systems that join; systems that are down and not owned."""
        if p.levels is None:
            return
        yield Weight("rules", "beneath", p.tree.months)
        yield Weight("availability", "unavailable", p.tree.months * share(1.0, needed(p)).reshape(-1, 1))
        if p.network.fleet_pairs:
            monthly = upkeep_of_one_more(p)[joining(p)]
            left = np.cumsum(monthly[:, ::-1], axis=1)[:, ::-1]
            yield Weight("money", "join", by_period(p.network.calendar, left)[:, p.tree.period])

    def shortages(self, p: Programme) -> Iterable[Shortage]:
        """Systems lacking."""
        if p.levels is not None:
            holders = {str(r["fleet"]): str(r["holder"]) for r in p.network.fleet_rows}
            yield Shortage(
                "unavailable", "fleet need", ("availability",),
                lambda key: Short("availability", holders[key[0]], key[0]), in_units=False,
            )  # fmt: skip

    def limits(self, p: Programme) -> Iterable[Limit]:
        """What a system can fire."""
        for row in p.network.fleet_rows if p.levels is not None else ():
            if row["fires"] is not None and row["most_use"] is not None:
                edit = scaled("fleets", {"fleet": row["fleet"]}, 1 + TENTH, "most_use")
                yield Limit("firing", Fleet(str(row["fleet"])), (edit,))

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``fleets``: systems owned, joined, available and lacking, when all is played through, and with no support bought."""
        p, tree = v.programme, v.tree
        if p.levels is None:
            return {"fleets": frame("plan", "fleets", [])}
        codes, there, need = p.levels.support.fleets, available(v), needed(p)
        alone = unsupported(v)
        owned, joined = np.zeros((2, len(codes), len(tree)))
        np.add.at(owned, [one.fleet for one in levels(p)], v["level"])
        owned += v["beyond"] - v["fewer"]
        joined[joining(p)] = v["join"]
        group = {f: g.code for g in p.levels.groups for f in g.fleets.tolist()}
        rows: list[tuple[Any, ...]] = []
        for f, row in enumerate(p.network.fleet_rows):
            for node in range(len(tree)):
                n, m = float(owned[f, node]), float(there[f, node])
                rows.append((
                    codes[f], row["holder"], row["type"], group[f], int(tree.period[node]), v.months[node],
                    float(need[f]), n, float(joined[f, node]), m, float(v["unavailable"][f, node]),
                    m / n if n > 1e-9 else None, m / float(need[f]) if need[f] > 0 else None,
                    None if v.played is None else float(v.played[f, tree.period[node]]), float(alone[f, node]),
                ))  # fmt: skip
        return {"fleets": frame("plan", "fleets", rows)}


class Level(NamedTuple):
    """One level of one fleet: positions of the fleet, its group, its place in the group, and the level."""

    fleet: int
    group: int
    place: int
    level: int


def support_of(p: Programme) -> Levels:
    """What spares and bays make of each fleet; only asked for where the plan looks at availability."""
    assert p.levels is not None
    return p.levels


def needed(p: Programme) -> Floats:
    """Systems that each fleet needs, shape (fleets,)."""
    return np.array([row["needed"] for row in p.network.fleet_rows], dtype=float)


def payers(p: Programme) -> list[str]:
    """Who pays for the upkeep of each fleet: its payer, else its holder."""
    return [str(row["payer"] or row["holder"]) for row in p.network.fleet_rows]


def joining(p: Programme) -> Integers:
    """Fleets that systems of the plan can join: those that name an item."""
    return np.array([n for n, row in enumerate(p.network.fleet_rows) if row["item"] is not None], dtype=np.int64)


def levels(p: Programme) -> list[Level]:
    """Every level of every fleet, by fleet."""
    found = [
        Level(f, n, place, level)
        for n, g in enumerate(support_of(p).groups)
        for place, f in enumerate(g.fleets.tolist())
        for level in range(len(g.cost))
    ]
    return sorted(found)


def share_available(p: Programme) -> Floats:
    """Systems available of those owned at each level, shape (levels, periods)."""
    groups = support_of(p).groups
    monthly = np.stack([groups[at.group].share[at.level, at.place] for at in levels(p)])
    return by_period(p.network.calendar, monthly)


def available(v: Values) -> Floats:
    """Systems available in the plan, shape (fleets, nodes)."""
    p = v.programme
    result = np.zeros((len(p.network.fleet_rows), len(v.tree)))
    np.add.at(result, [at.fleet for at in levels(p)], share_available(p)[:, v.tree.period] * v["level"])
    return result + v["beyond"] - v["fewer"] + v["beneath"]


def unsupported(v: Values) -> Floats:
    """Systems available of those owned in the plan, with what is held of spares and bays alone, shape (fleets, nodes)."""
    p, owned = v.programme, np.zeros((len(v.programme.network.fleet_rows), len(v.tree)))
    share, first = share_available(p)[:, v.tree.period], np.zeros_like(owned)
    for n, at in enumerate(levels(p)):
        owned[at.fleet] += v["level"][n]
        if at.level == 0:
            first[at.fleet] = share[n]
    return np.maximum(first * owned + v["beyond"] - v["fewer"], 0.0)


def firing(p: Programme) -> Booleans:
    """Fleets whose use is what the plan serves their holder of something, shape (fleets,)."""
    return np.array([row["fires"] is not None for row in p.network.fleet_rows], dtype=bool)


def counted(p: Programme) -> Floats:
    """Systems owned at which the levels hold, shape (fleets, nodes)."""
    result = np.zeros_like(support_of(p).given)
    for g in support_of(p).groups:
        result[g.fleets] = g.held
    return by_period(p.network.calendar, result)[:, p.tree.period]


def fed_by(p: Programme) -> dict[Pair, list[int]]:
    """The fleets that fire what a holder is served of an item."""
    found: dict[Pair, list[int]] = {}
    for f, row in enumerate(p.network.fleet_rows):
        if row["fires"] is not None:
            found.setdefault(Pair(str(row["holder"]), str(row["fires"])), []).append(f)
    return found


def _add_ready(rows: Rows, p: Programme, fleets: Sequence[int], row: Integers, weight: Floats) -> None:
    """Add systems available of some fleets to rows, fleet by fleet, with a weight of shape (entries, nodes)."""
    at, share_of = levels(p), share_available(p)[:, p.tree.period]
    entries = [(r, n, k) for k, (f, r) in enumerate(zip(fleets, row.tolist(), strict=True))
               for n, one in enumerate(at) if one.fleet == f]  # fmt: skip
    add_levels(rows, p, [r for r, _, _ in entries], [n for _, n, _ in entries],
               np.stack([share_of[n] * weight[k] for _, n, k in entries]))  # fmt: skip
    nodes = np.arange(len(p.tree))
    for name, sign in (("beyond", 1.0), ("fewer", -1.0), ("beneath", 1.0)):
        key, cause = np.repeat(np.array(list(fleets), dtype=np.int64), len(nodes)), np.tile(nodes, len(row))
        rows.add_cells(p[name], key=key, cause=cause, row=np.repeat(row, len(nodes)), effect=cause,
                       factor=sign * weight.ravel())  # fmt: skip


def _fire(p: Programme) -> Iterable[Rows]:
    """``fleet fire``: no more is served than systems in action can fire."""
    most = np.array([np.inf if r["most_use"] is None else r["most_use"] for r in p.network.fleet_rows], dtype=float)
    bounded = {pair: fleets for pair, fleets in fed_by(p).items() if np.isfinite(most[fleets]).all()}
    if not bounded:
        return
    demands, serve = p.network.demands, p["serve"]
    pairs = list(bounded)
    served = [n for n, d in enumerate(demands) if Pair(d.holder, d.item) in bounded]
    at = {pair: n for n, pair in enumerate(pairs)}
    scale = np.ones(len(pairs))
    for n in served:
        scale[at[Pair(demands[n].holder, demands[n].item)]] = serve.scale[n]
    rows = Rows(p.tree, "fleet fire", pairs, scale=scale)
    row = np.array([at[Pair(demands[n].holder, demands[n].item)] for n in served], dtype=np.int64)
    rows.add(serve, key=np.array(served, dtype=np.int64), row=row)
    fleets = [f for pair in pairs for f in bounded[pair]]
    row = np.array([at[pair] for pair in pairs for _ in bounded[pair]], dtype=np.int64)
    _add_ready(rows, p, fleets, row, -most[fleets][:, None] * p.tree.months)
    yield rows.hold("<=", 0.0)


def in_service(p: Programme, fleet: int, lag: float = 0.0) -> Matrix:
    """Systems of a fleet at each node for one that joins ``lag`` months after another, shape (nodes, nodes)."""
    return p.tree.effect(Standing(lag, survive=tuple(support_of(p).survive[fleet].tolist())))


def add_levels(rows: Rows, p: Programme, row: Sequence[int], level: Sequence[int], weight: Floats) -> None:
    """Add levels to rows, entry by entry, with a weight of shape (entries, nodes)."""
    nodes = len(p.tree)
    at_row, key = (np.repeat(np.array(part, dtype=np.int64), nodes) for part in (row, level))
    node = np.tile(np.arange(nodes), len(row))
    rows.add_cells(p["level"], key=key, cause=node, row=at_row, effect=node, factor=weight.ravel())


def upkeep_each(p: Programme) -> Floats:
    """Money units a month for condemned parts of one system, shape (fleets, months)."""
    result = np.zeros_like(support_of(p).given)
    for g in support_of(p).groups:
        result[g.fleets] = g.upkeep
    return result


def upkeep_of_one_more(p: Programme) -> Floats:
    """Money units a month for condemned parts of a system that joins: nothing in a fleet that wears by what is served."""
    result: Floats = upkeep_each(p) * ~firing(p)[:, None]
    return result


def upkeep_of_year(p: Programme) -> dict[tuple[str, int], float]:
    """Money for condemned parts by (nation, fiscal year): of the systems that do not come from the plan, and of all that a
    fleet wears that fires what is served, whatever the number of its systems.
    """
    result: dict[tuple[str, int], float] = {}
    if p.levels is None:
        return result
    starts = fiscal_starts(p.network)
    who, each, fires = payers(p), upkeep_each(p), firing(p)
    for g in p.levels.groups:
        for place, f in enumerate(g.fleets.tolist()):
            systems = g.held[place] if fires[f] else p.levels.given[f]
            for month, money in enumerate((each[f] * systems).tolist(), start=p.network.calendar.first):
                key = who[f], fiscal_year(month, starts[who[f]])
                result[key] = result.get(key, 0.0) + money
    return result
