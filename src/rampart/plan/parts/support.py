"""Support of fleets: spares bought for groups of fleets, and bays added to shops.

    fleet support  sum over l of cost[l] / N[f,t] level[f,l,t] <= sum over payers, s up to t of P[g,t,s] spares[g,payer,s]
    fleet bays     sum over l of work[l,k] / N[f,t] level[f,l,t] <= sum over s up to t of P[k,t,s] bays[k,s]
    bay limit      sum over s up to t of bays[k,s] <= max_bays[k]

f        fleet of group g; l level of support; k shop of the group that may grow; s node of decision
t        node, first to last; bay limit: the last nodes of the tree
level    systems kept at a level (``plan.parts.fleet``); N systems owned at which the levels hold
spares   money units; cost money units of spares above what is held, at level l
bays     bays decided, whole where they are due now (``settings.decide_now``)
work     bays above those there, at level l; max_bays bays: ``shops.max_bays``
P        share that is there: spares after the group's lead time, bays after ``bay_months``

Spares are committed at the order and paid on arrival; bays are paid over their construction. Source: the levels of
``rampart.sustainment.levels``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rampart.case.calendar import month_text
from rampart.case.steps import raised
from rampart.catalogues.results import frame
from rampart.network.keys import FleetShop, Group, Package, Shop
from rampart.network.lags import Floats, Matrix, Standing, all_there, by_period
from rampart.network.limits import Limit
from rampart.network.payments import Flow
from rampart.plan.parts.fleet import Level, add_levels, levels, payers, support_of
from rampart.plan.parts.part import Decision, Part, Weight, first_year
from rampart.plan.programme.families import FamilySpec
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.rows import Rows
from rampart.plan.programme.values import Values

if TYPE_CHECKING:
    import polars as pl


class Support(Part):
    """Which spares and bays are bought."""

    name = "support"

    def families(self, p: Programme) -> Iterable[FamilySpec]:
        """``spares`` in money units and ``bays``; nothing where the case does not ask for availability."""
        if p.levels is None:
            return
        packages = packages_of(p)
        yield FamilySpec(
            "spares", [package.key for package in packages], "decision", scale=np.full(len(packages), p.money_scale),
            tie=1.0,
        )  # fmt: skip
        yield FamilySpec(
            "bays", [Shop(str(row["shop"])) for row in shop_rows(p)], "decision", tie=4.0, whole=p.due_now[None, :]
        )  # fmt: skip

    def flows(self, p: Programme) -> Iterable[Flow]:
        """Spares committed at the order and paid on arrival; bays like expansions."""
        if p.levels is None:
            return
        one = np.ones(len(p.tree))
        for package in packages_of(p):
            yield Flow("spares", package.key, package.key.payer, "support", "commitments", one, 0.0)
            yield Flow("spares", package.key, package.key.payer, "support", "payments", one, package.lead)
        for row in shop_rows(p):
            cost, months = np.full(len(p.tree), float(row["bay_cost"]) / p.unit), max(1, int(row["bay_months"]))
            of, payer = Shop(str(row["shop"])), str(row["payer"])
            yield Flow("bays", of, payer, "support", "commitments", cost, 0.0, 1, True)
            yield Flow("bays", of, payer, "support", "payments", cost, 0.0, months, True)

    def rows(self, p: Programme) -> Iterable[Rows]:
        """``fleet support``, ``fleet bays`` and ``bay limit``."""
        if p.levels is None:
            return
        yield _spend(p)
        yield from _work(p)
        rows = Rows(p.tree, "bay limit", p["bays"].keys).add(p["bays"], p.tree.so_far)
        most = np.array([float(row["max_bays"]) for row in shop_rows(p)]).reshape(-1, 1)
        yield rows.hold("<=", most, where=p.tree.at_end[None, :])

    def measures(self, p: Programme) -> Iterable[Weight]:
        """Their cost."""
        if p.levels is not None:
            yield Weight("money", "spares", 1.0)
            cost = np.array([row["bay_cost"] for row in shop_rows(p)], dtype=float).reshape(-1, 1)
            yield Weight("money", "bays", cost / p.unit)

    def limits(self, p: Programme) -> Iterable[Limit]:
        """A shop that may grow no more."""
        for row in shop_rows(p):
            yield Limit("shop", Shop(row["shop"]), (raised("shops", {"shop": row["shop"]}, "max_bays", 1),))

    def decisions(self, v: Values) -> Iterable[Decision]:
        """What to buy now; spares of a group in money."""
        p = v.programme
        if p.levels is None:
            return
        for n, package in enumerate(packages_of(p)):
            money, code = float(v["spares"][n, 0]), Group(package.key.group)
            yield Decision("spares", package.key.payer, code, "", "", money, first_year(v, "spares", n), money,
                           package.lead, "spares", n)  # fmt: skip
        for n, row in enumerate(shop_rows(p)):
            bays, price = float(v["bays"][n, 0]), float(row["bay_cost"]) / p.unit
            yield Decision("bays", str(row["payer"]), Shop(str(row["shop"])), "", "", bays, first_year(v, "bays", n),
                           bays * price, float(row["bay_months"]), "bays", n)  # fmt: skip

    def tables(self, v: Values) -> Mapping[str, pl.DataFrame]:
        """``support``: spares and bays that the plan buys."""
        p = v.programme
        rows: list[tuple[Any, ...]] = []
        for n, package in enumerate(packages_of(p)):
            for node in np.flatnonzero(v["spares"][n] > 0):
                rows.append((
                    "spares", *package.key, int(v.tree.period[node]), v.months[node],
                    month_text(all_there(v.tree.first_month[node], package.lead)), None, float(v["spares"][n, node]),
                ))  # fmt: skip
        for n, row in enumerate(shop_rows(p)):
            for node in np.flatnonzero(v["bays"][n] > 0):
                units = float(v["bays"][n, node])
                rows.append((
                    "bays", row["shop"], row["payer"], int(v.tree.period[node]), v.months[node],
                    month_text(all_there(v.tree.first_month[node], int(row["bay_months"]))), units,
                    units * float(row["bay_cost"]) / p.unit,
                ))  # fmt: skip
        return {"support": frame("plan", "support", rows)}


class PackageOf(NamedTuple):
    """Spares that one payer may buy for one group (its position); ``lead`` in months."""

    group: int
    key: Package
    lead: float


def packages_of(p: Programme) -> list[PackageOf]:
    """Each group with each of those who pay for a fleet of it."""
    if p.levels is None:
        return []
    who = payers(p)
    return [
        PackageOf(n, Package(g.code, payer), g.lead)
        for n, g in enumerate(p.levels.groups)
        for payer in sorted({who[f] for f in g.fleets.tolist()})
    ]


def shop_rows(p: Programme) -> list[dict[str, Any]]:
    """Shops that the plan may add bays to, with their payer: the stated one, else the nation of the site."""
    if p.levels is None:
        return []
    at = {row["site"]: row["nation"] for row in p.network.rows("sites")}
    mine = {shop for g in p.levels.groups for shop in g.shops}
    return [{**r, "payer": r["payer"] or at[r["site"]]} for r in p.network.rows("shops") if r["shop"] in mine]


def bay_keys(p: Programme) -> list[tuple[int, str]]:
    """(fleet, shop) for every shop that may grow and every fleet of its group."""
    return [(f, shop) for g in support_of(p).groups for f in g.fleets.tolist() for shop in g.shops]


def arrived(p: Programme, package: PackageOf) -> Matrix:
    """Share of spares ordered at a node that is there at another, shape (nodes, nodes)."""
    return p.tree.effect(Standing(package.lead))


def ready(p: Programme, shop: dict[str, Any]) -> Matrix:
    """Share of bays decided at a node that works at another, shape (nodes, nodes)."""
    return p.tree.effect(Standing(float(shop["bay_months"]), from_start=True))


def _spend(p: Programme) -> Rows:
    """Levels take spares; what a group has serves all its fleets."""
    groups, at = support_of(p).groups, levels(p)
    rows = Rows(p.tree, "fleet support", p["unavailable"].keys)
    weight = np.stack([_per(p, one, float(groups[one.group].cost[one.level])) for one in at])
    add_levels(rows, p, [one.fleet for one in at], range(len(at)), weight)
    for n, package in enumerate(packages_of(p)):
        fleets = groups[package.group].fleets
        rows.add(p["spares"], arrived(p, package), key=np.full(len(fleets), n), row=fleets, factor=-1.0)
    return rows.hold("<=", 0.0)


def _per(p: Programme, at: Level, amount: float) -> Floats:
    """Amount of a level for one system at each node, shape (nodes,)."""
    g = support_of(p).groups[at.group]
    systems = by_period(p.network.calendar, g.per[at.place][None])[0, p.tree.period]
    result: Floats = np.divide(amount, systems, out=np.zeros(len(p.tree)), where=systems > 0)
    return result


def _work(p: Programme) -> Iterable[Rows]:
    """Levels take bays."""
    keys, groups = bay_keys(p), support_of(p).groups
    if not keys:
        return
    codes = p.levels.support.fleets if p.levels else ()
    rows = Rows(p.tree, "fleet bays", [FleetShop(codes[f], shop) for f, shop in keys])
    entries = [(row, n, at) for row, (f, _) in enumerate(keys) for n, at in enumerate(levels(p)) if at.fleet == f]
    weight = np.stack([
        _per(p, at, float(groups[at.group].bays[at.level, groups[at.group].shops.index(keys[row][1])]))
        for row, _, at in entries
    ])  # fmt: skip
    add_levels(rows, p, [row for row, _, _ in entries], [n for _, n, _ in entries], weight)
    for n, shop_row in enumerate(shop_rows(p)):
        mine = np.array([row for row, (_, shop) in enumerate(keys) if shop == shop_row["shop"]], dtype=np.int64)
        rows.add(p["bays"], ready(p, shop_row), key=np.full(mine.size, n), row=mine, factor=-1.0)
    yield rows.hold("<=", 0.0)
