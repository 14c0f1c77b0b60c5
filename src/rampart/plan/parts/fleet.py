"""Fleet availability: systems owned, the support that money brings them to, and the need they leave open.

For fleet f, level of support l (points computed by ``rampart.sustainment.levels``), node t, all in systems:

    fleet          sum_l level[f,l,t] = given[f,t] + sum_s in_service[f,t,s] join[f,s]
    fleet support  sum_l cost[l] / per[f,t] level[f,l,t] <= sum_payers sum_s arrived[g,t,s] spares[g,payer,s]
    fleet bays     sum_l bays[l,k] / per[f,t] level[f,l,t] <= sum_s ready[k,t,s] bays[k,s]
    bay limit      sum of bays[k] so far <= max_bays[k], at the last nodes
    fleet need     sum_l share[f,l,t] level[f,l,t] + unavailable[f,t] >= needed[f],  unavailable <= needed

``given`` systems of the case, ``in_service`` share of the systems that join at s still there at t, losses taken off;
``cost`` and ``spares`` money units, ``bays`` bays, ``share`` systems available of those owned, ``per`` systems owned at
which the levels hold. First node to last. The rows of the levels are the concave hull of the points in perspective form:
``available <= alpha_k owned + beta_k spares`` (METHODS A10). A month's figure is its mean; a period's that of its months.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rampart.network.lags import Floats, Integers, Matrix, by_period, present
from rampart.network.network import Sets
from rampart.plan.programme.terms import Families, Family, Measure, Rows, _share
from rampart.plan.programme.tree import Tree


class Level(NamedTuple):
    """One level of one fleet: positions of the fleet, its group, its place in the group, and the level."""

    fleet: int
    group: int
    place: int
    level: int


class Package(NamedTuple):
    """Spares that one payer may buy for one group; ``lead`` in months."""

    group: int
    payer: str
    lead: float


def fleet_codes(sets: Sets) -> list[str]:
    """Fleets of the plan; none where the case does not ask for availability."""
    return [] if sets.levels is None else list(sets.levels.support.fleets)


def needed(sets: Sets) -> Floats:
    """Systems that each fleet needs, shape (fleets,)."""
    return np.array([row["needed"] for row in _rows(sets)], dtype=float)


def _rows(sets: Sets) -> list[dict[str, object]]:
    return [] if sets.levels is None else [dict(row) for row in sets.levels.support.fleet_rows]


def payers(sets: Sets) -> list[str]:
    """Who pays for the upkeep of each fleet: its payer, else its holder."""
    return [str(row["payer"] or row["holder"]) for row in _rows(sets)]


def packages(sets: Sets) -> list[Package]:
    """Each group with each of those who pay for a fleet of it."""
    if sets.levels is None:
        return []
    who = payers(sets)
    return [
        Package(n, payer, g.lead)
        for n, g in enumerate(sets.levels.groups)
        for payer in sorted({who[f] for f in g.fleets.tolist()})
    ]


def shop_rows(sets: Sets) -> list[dict[str, object]]:
    """Shops that the plan may add bays to, with their payer: the stated one, else the nation of the site."""
    if sets.levels is None:
        return []
    at = {row["site"]: row["nation"] for row in sets.rows("sites")}
    mine = {shop for g in sets.levels.groups for shop in g.shops}
    return [{**r, "payer": r["payer"] or at[r["site"]]} for r in sets.rows("shops") if r["shop"] in mine]


def joining(sets: Sets) -> Integers:
    """Fleets that systems of the plan can join: those that name an item."""
    return np.array([n for n, row in enumerate(_rows(sets)) if row["item"] is not None], dtype=np.int64)


def levels(sets: Sets) -> list[Level]:
    """Every level of every fleet, by fleet."""
    if sets.levels is None:
        return []
    found = [
        Level(f, n, place, level)
        for n, g in enumerate(sets.levels.groups)
        for place, f in enumerate(g.fleets.tolist())
        for level in range(len(g.cost))
    ]
    return sorted(found)


def level_keys(sets: Sets) -> list[str]:
    """Readable key of every level."""
    codes = fleet_codes(sets)
    return [f"{codes[at.fleet]}|{at.level}" for at in levels(sets)]


def share_available(sets: Sets) -> Floats:
    """Systems available of those owned at each level, shape (levels, periods)."""
    assert sets.levels is not None
    groups = sets.levels.groups
    monthly = np.stack([groups[at.group].share[at.level, at.place] for at in levels(sets)])
    return by_period(sets.calendar, monthly)


def in_service(sets: Sets, tree: Tree, fleet: int, lag: float = 0.0) -> Matrix:
    """Systems of a fleet at each node for one that joins ``lag`` months after another, shape (nodes, nodes)."""
    assert sets.levels is not None
    return tree.over_nodes(present(sets.calendar, lag, survive=sets.levels.survive[fleet]))


def arrived(sets: Sets, tree: Tree, package: Package) -> Matrix:
    """Share of spares ordered at a node that is there at another, shape (nodes, nodes)."""
    return tree.over_nodes(present(sets.calendar, package.lead))


def ready(sets: Sets, tree: Tree, shop: dict[str, object]) -> Matrix:
    """Share of bays decided at a node that works at another, shape (nodes, nodes)."""
    return tree.over_nodes(present(sets.calendar, float(shop["bay_months"]), from_start=True))  # type: ignore[arg-type]


def given(sets: Sets, tree: Tree) -> Floats:
    """Systems owned that do not come from the plan, shape (fleets, nodes)."""
    assert sets.levels is not None
    return by_period(sets.calendar, sets.levels.given)[:, tree.period]


def upkeep(sets: Sets) -> dict[tuple[str, int], Floats]:
    """Money units a month, by payer and fleet, for condemned parts of systems that do not come from the plan."""
    if sets.levels is None:
        return {}
    result = {}
    for g in sets.levels.groups:
        for place, f in enumerate(g.fleets.tolist()):
            result[payers(sets)[f], f] = g.upkeep[place] * sets.levels.given[f]
    return result


def upkeep_each(sets: Sets) -> Floats:
    """Money units a month for condemned parts of one system, shape (fleets, months)."""
    assert sets.levels is not None
    result = np.zeros_like(sets.levels.given)
    for g in sets.levels.groups:
        result[g.fleets] = g.upkeep
    return result


def constrain_fleets(sets: Sets, tree: Tree, v: Families) -> None:
    """All rows of fleets; nothing where the case asks for no availability."""
    if sets.levels is None:
        return
    _own(sets, tree, v["level"], v["join"])
    _spend(sets, tree, v["level"], v["spares"])
    _work(sets, tree, v["level"], v["bays"])
    rows = Rows(v["level"].model, tree, "bay limit", v["bays"].keys).add(v["bays"], tree.so_far)
    most = np.array([float(r["max_bays"]) for r in shop_rows(sets)]).reshape(-1, 1)  # type: ignore[arg-type]
    rows.constrain("<=", most, where=np.isin(np.arange(len(tree)), tree.leaves)[None, :])
    _need(sets, tree, v["level"], v["unavailable"])


def _cells(rows: Rows, level: Family, row_of: list[tuple[int, int]], weight: Floats) -> None:
    """Levels ``row_of = (row, level)`` with weight (entries, nodes) in the rows."""
    if not row_of:
        return
    nodes = len(rows.tree)
    row, key = (np.repeat(np.array(part, dtype=np.int64), nodes) for part in zip(*row_of, strict=True))
    node = np.tile(np.arange(nodes), len(row_of))
    rows.add_cells(level, key=key, cause=node, row=row, effect=node, factor=weight.ravel())


def _own(sets: Sets, tree: Tree, level: Family, join: Family) -> None:
    """Every system is at some level: of those given and those that joined."""
    rows = Rows(level.model, tree, "fleet", fleet_codes(sets))
    at = levels(sets)
    _cells(rows, level, [(one.fleet, n) for n, one in enumerate(at)], np.ones((len(at), len(tree))))
    for n, fleet in enumerate(joining(sets).tolist()):
        rows.add(join, in_service(sets, tree, fleet), key=np.array([n]), row=np.array([fleet]), factor=-1.0)
    rows.constrain("==", given(sets, tree))


def _spend(sets: Sets, tree: Tree, level: Family, spares: Family) -> None:
    """Levels take spares; what a group has serves all its fleets."""
    assert sets.levels is not None
    groups, rows = sets.levels.groups, Rows(level.model, tree, "fleet support", fleet_codes(sets))
    entries, weights = [], []
    for n, at in enumerate(levels(sets)):
        g = groups[at.group]
        entries.append((at.fleet, n))
        weights.append(_per(sets, tree, at, float(g.cost[at.level])))
    _cells(rows, level, entries, np.stack(weights))
    for n, package in enumerate(packages(sets)):
        fleets = groups[package.group].fleets
        key = np.full(len(fleets), n)
        rows.add(spares, arrived(sets, tree, package), key=key, row=fleets, factor=-1.0)
    rows.constrain("<=", 0.0)


def _per(sets: Sets, tree: Tree, at: Level, amount: float) -> Floats:
    """Amount of a level for one system at each node, shape (nodes,)."""
    assert sets.levels is not None
    g = sets.levels.groups[at.group]
    systems = by_period(sets.calendar, g.per[at.place][None])[0, tree.period]
    result: Floats = np.divide(amount, systems, out=np.zeros(len(tree)), where=systems > 0)
    return result


def bay_keys(sets: Sets) -> list[tuple[int, str]]:
    """(fleet, shop) for every shop that may grow and every fleet of its group."""
    if sets.levels is None:
        return []
    return [(f, shop) for g in sets.levels.groups for f in g.fleets.tolist() for shop in g.shops]


def _work(sets: Sets, tree: Tree, level: Family, bays: Family) -> None:
    """Levels take bays."""
    assert sets.levels is not None
    keys, codes = bay_keys(sets), fleet_codes(sets)
    rows = Rows(level.model, tree, "fleet bays", [f"{codes[f]}|{shop}" for f, shop in keys])
    entries, weights = [], []
    for row, (fleet, shop) in enumerate(keys):
        for n, at in enumerate(levels(sets)):
            if at.fleet == fleet:
                g = sets.levels.groups[at.group]
                entries.append((row, n))
                weights.append(_per(sets, tree, at, float(g.bays[at.level, g.shops.index(shop)])))
    if not entries:
        return
    _cells(rows, level, entries, np.stack(weights))
    for n, shop_row in enumerate(shop_rows(sets)):
        mine = np.array([row for row, (_, shop) in enumerate(keys) if shop == shop_row["shop"]], dtype=np.int64)
        rows.add(bays, ready(sets, tree, shop_row), key=np.full(mine.size, n), row=mine, factor=-1.0)
    rows.constrain("<=", 0.0)


def _need(sets: Sets, tree: Tree, level: Family, unavailable: Family) -> None:
    """What is available, and what is lacking, cover the need."""
    rows = Rows(level.model, tree, "fleet need", fleet_codes(sets))
    at = levels(sets)
    _cells(rows, level, [(one.fleet, n) for n, one in enumerate(at)], share_available(sets)[:, tree.period])
    rows.add(unavailable, tree.now)
    rows.constrain(">=", np.broadcast_to(needed(sets)[:, None], (len(rows.keys), len(tree))), where=short_where(sets))


def short_where(sets: Sets) -> NDArray[np.bool_]:
    """Fleets with a need above zero, shape (fleets, 1)."""
    return needed(sets).reshape(-1, 1) > 0


def available(sets: Sets, tree: Tree, v: Families) -> Measure:
    """Months of a whole fleet's need lacking."""
    weight = tree.probability * tree.months * _share(1.0, needed(sets)).reshape(-1, 1)
    return Measure("availability", "months of a whole fleet").add(v["unavailable"], weight)
