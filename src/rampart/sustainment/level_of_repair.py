"""Level of repair: which site repairs which part, which set-ups that needs, and what is sent on or thrown away.

Flows are units a month on average over the plan, for part p at site n; the level of repair that costs least is the smallest of

    sum over set-ups k of (set-up cost + months x running cost) y[k]
    + months x sum of (cost of a repair) repaired[p,n] + (price) thrown[p,n] + (cost of moving) sent[p,n]
    + sum over parts of (price) bought[p]

    come[p,n] = removals[p,n] + sum of sent[p,c] over the sites c below + sum of share[p|q] repaired[q,n] over parents q
    come[p,n] = repaired[p,n] + thrown[p,n] + sent[p,n]                   nothing is sent on from a site without supplier
    repaired[p,n] <= most share x come[p,n],   repaired[p,n] <= most flow[p,n] y[its set-up]
    thrown[p,n]   >= (share condemned / share repaired) x repaired[p,n]
    sum of hours x repaired over what needs set-up k <= hours[k] y[k]
    bought[p] >= units under way or in repair - spares held,   y whole

Units under way: repaired x turnaround + sent x transport + thrown x lead time. The flows are those of Basten, van der Heijden
and Schutten (2009, Annals of Operations Research 172): set-ups shared by parts, and a part inside a part asked for where its
parent is repaired. The last row is the first of the spares that a level of repair ties up; those against chance come after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rampart.sustainment.echelon_network import Floats, Network, Whole
from rampart.sustainment.fleet import MONTH, Support

if TYPE_CHECKING:
    from rampart.case.tables import Case

NONE = 1e-9
"""Units a month below which nothing is repaired, sent on or thrown away."""
GAP = 1e-6
"""Share of the cost by which a level of repair may be dearer than the best that is still possible."""


@dataclass(frozen=True)
class Setup:
    """What a hub may set up: cost once, running cost a month, both in currency, and hours a month (infinite: no limit)."""

    code: str
    site: int
    cost: float
    running: float
    hours: float


@dataclass(frozen=True)
class Option:
    """A part (index) that could be repaired at a site (index).

    setup   index, -1 where the repair needs none; shop  index, -1 where bays never lack
    repaired, condemned   shares of what comes; turnaround, bench  days; hours  of one repair; cost  currency of one repair
    """

    part: int
    site: int
    setup: int
    repaired: float
    condemned: float
    turnaround: float
    shop: int
    bench: float
    hours: float
    cost: float


@dataclass(frozen=True, eq=False)
class Choice:
    """All that may be decided.

    parts  (K,) indices of the parts decided on: those with options, and all parts inside them
    move   (P,) currency for sending one to the next higher site and one back
    """

    support: Support
    parts: Whole
    setups: tuple[Setup, ...]
    options: tuple[Option, ...]
    move: Floats


@dataclass(frozen=True, eq=False)
class LevelOfRepair:
    """A level of repair and what it costs.

    set_up   (set-ups,) whether something is repaired with it
    come, repaired, thrown, sent   (P, S) units a month; zero for parts that are not decided on
    hours    (set-ups,) hours a month
    costs    currency over the plan: setup, running, repair, moving, thrown (bought again), tied_up (spares under way)
    bound    no level of repair costs less
    """

    set_up: NDArray[np.bool_]
    come: Floats
    repaired: Floats
    thrown: Floats
    sent: Floats
    hours: Floats
    costs: dict[str, float]
    bound: float

    @property
    def cost(self) -> float:
        """All costs together."""
        return sum(self.costs.values())


def read_choice(case: Case, support: Support) -> Choice | None:
    """What a case leaves open of its level of repair; None where it has no options."""
    rows = case["repair_options"].to_dicts()
    if not rows:
        return None
    s = support
    site = {code: n for n, code in enumerate(s.sites)}
    setups = tuple(
        Setup(r["setup"], site[r["site"]], r["cost"], r["running"], np.inf if r["hours"] is None else r["hours"])
        for r in case["repair_setups"].iter_rows(named=True)
    )
    at = {setup.code: k for k, setup in enumerate(setups)}
    options = tuple(
        Option(
            s.parts.index(r["part"]), site[r["site"]], at.get(r["setup"], -1), r["repaired"], r["condemned"],
            r["turnaround"], s.shops.index(r["shop"]) if r["shop"] is not None else -1,
            r["turnaround"] if r["bench"] is None else r["bench"], r["hours"] or 0.0, r["cost"],
        )
        for r in rows
    )  # fmt: skip
    inside = {o.part for o in options}
    while more := {int(c) for p, c in zip(s.parent, s.child, strict=True) if p in inside} - inside:
        inside |= more
    move = np.array([np.nan if r["move_cost"] is None else r["move_cost"] for r in s.part_rows], float)
    return Choice(s, np.array(sorted(inside), np.int64), setups, options, np.nan_to_num(move))


def removals_at_sites(s: Support, available: Floats, held: Floats) -> Floats:
    """Removals (P, S) from systems, units a month on average over the plan, with so many systems (F, M) in action."""
    from rampart.sustainment.removals import expected_removals

    by_fleet = expected_removals(s, available, held).mean(axis=2)
    by_fleet += (s.damage * available).mean(axis=1)[:, None] * s.damage_share
    result = np.zeros((len(s.parts), len(s.sites)))
    np.add.at(result.T, s.fleet_site, by_fleet)
    return result


def least_cost(
    choice: Choice, removals: Floats, *, allowed: NDArray[np.bool_] | None = None, weight: float = 1.0
) -> LevelOfRepair:
    """The level of repair that costs least at the removals (P, S) of a month from systems.

    allowed  (set-ups,) which may be used; None: all
    weight   what a spare under way counts in the choice, times its price: more where others are kept against chance beside it

    Raises ValueError where the solver ends without one: it never should, since all may be thrown away.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    model = _Model(choice, removals)
    if allowed is not None:
        model.top[model.at["set_up"]] = allowed
    counted = model.cost.copy()
    counted[model.at["bought"]] *= weight
    found = milp(
        counted,
        constraints=LinearConstraint(*model.rows()),
        bounds=Bounds(0.0, model.top),
        integrality=model.whole,
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        raise ValueError(f"no level of repair: {found.message}")
    return model.read(np.maximum(found.x, 0.0), float(found.mip_dual_bound))


def as_it_stands(choice: Choice, removals: Floats) -> LevelOfRepair:
    """What the shares that the case's ``repairs`` state cost, counted alike: the mean of the months."""
    s = choice.support
    model = _Model(choice, removals)
    share, lost = s.repaired.mean(axis=0), s.condemned.mean(axis=0)
    none = np.zeros_like(share)
    network = Network(
        s.supplier, model.own, share, lost, none, none, np.zeros(len(s.parts)), s.parent, s.child, s.share
    )
    x = np.zeros(len(model.cost))
    come = network.rate
    for name, flow in (("come", come), ("thrown", come * network.lost), ("sent", come * network.upwards)):
        x[model.at[name]] = flow[choice.parts]
    for o, option in enumerate(choice.options):
        x[model.at["repaired"][o]] = come[option.part, option.site] * share[option.part, option.site]
        if option.setup >= 0 and share[option.part, option.site] > 0:
            x[model.at["set_up"][option.setup]] = 1.0
    x[model.at["bought"]] = np.maximum(model.under_way(x) - model.held, 0.0)
    return model.read(x, np.nan)


class _Model:
    """The programme: its columns by name, its rows, and the level of repair that a point of it is."""

    def __init__(self, choice: Choice, removals: Floats) -> None:
        self.choice, s = choice, choice.support
        k, n, o = len(choice.parts), len(s.sites), len(choice.options)
        sizes = {"come": (k, n), "repaired": (o,), "thrown": (k, n), "sent": (k, n), "set_up": (len(choice.setups),),
                 "bought": (k,)}  # fmt: skip
        ends = np.cumsum([int(np.prod(size)) for size in sizes.values()])
        self.at = {name: np.arange(end - np.prod(size), end).reshape(size)
                   for (name, size), end in zip(sizes.items(), ends, strict=True)}  # fmt: skip
        self.place = {int(p): i for i, p in enumerate(choice.parts)}
        self.months, total = len(s.months), int(ends[-1])
        self.own = self._own(removals)
        self.held = s.stock[-1].sum(axis=1)[choice.parts]
        price = np.nan_to_num(s.price)[choice.parts]
        self.cost = np.zeros(total)
        self.cost[self.at["repaired"]] = [self.months * each.cost for each in choice.options]
        self.cost[self.at["thrown"]] = self.months * price[:, None]
        self.cost[self.at["sent"]] = self.months * choice.move[choice.parts][:, None]
        self.cost[self.at["set_up"]] = [each.cost + self.months * each.running for each in choice.setups]
        self.cost[self.at["bought"]] = price
        self.top = np.full(total, np.inf)
        self.top[self.at["set_up"]] = 1.0
        self.top[self.at["sent"][:, s.supplier < 0]] = 0.0
        self.whole = np.zeros(total, dtype=np.int64)
        self.whole[self.at["set_up"]] = 1

    def _own(self, removals: Floats) -> Floats:
        """Removals (P, S), and what repairs that are not decided on ask for of parts that are."""
        s, decided = self.choice.support, self.choice.parts
        fixed = s.repaired.mean(axis=0)
        fixed[decided] = 0.0
        none, lost = np.zeros_like(fixed), s.condemned.mean(axis=0)
        rate = Network(
            s.supplier, removals, fixed, lost, none, none, np.zeros(len(s.parts)), s.parent, s.child, s.share
        ).rate
        own = removals.copy()
        for p, c, share in zip(s.parent, s.child, s.share, strict=True):
            if p not in self.place:
                own[c] += rate[p] * fixed[p] * share
        return own

    def _most(self) -> Floats:
        """Most (P, S) that may come to a site: all that is removed below it, whole parents repaired wherever they pass."""
        s, ones = self.choice.support, np.ones(self.own.shape)
        most = self.own.copy()
        network = Network(s.supplier, most, ones, 0 * ones, 0 * ones, 0 * ones, np.zeros(len(most)), s.parent, s.child)
        for level in network.levels:
            for p, c, share in zip(s.parent, s.child, s.share, strict=True):
                if c in level and p in self.place:
                    most[c] += most[p] * share
            for site in reversed(network.downwards):
                if s.supplier[site] >= 0:
                    most[level, s.supplier[site]] += most[level, site]
        return most

    def rows(self) -> tuple[Any, Floats, Floats]:
        """Matrix, lower and upper ends of the rows."""
        from scipy.sparse import coo_array

        s, at, place, most = self.choice.support, self.at, self.place, self._most()
        line: list[int] = []
        column: list[int] = []
        factor: list[float] = []
        low: list[float] = []
        high: list[float] = []

        def row(entries: list[tuple[int, float]], lower: float, upper: float) -> None:
            line.extend([len(low)] * len(entries))
            column.extend(int(c) for c, _ in entries)
            factor.extend(f for _, f in entries)
            low.append(lower)
            high.append(upper)

        here = {(o.part, o.site): (at["repaired"][i], o) for i, o in enumerate(self.choice.options)}
        for p, i in place.items():
            above = [(int(q), float(h)) for q, c, h in zip(s.parent, s.child, s.share, strict=True) if c == p]
            for n in range(len(s.sites)):
                below = [(at["sent"][i, c], -1.0) for c in np.flatnonzero(s.supplier == n)]
                asked = [(here[q, n][0], -h) for q, h in above if (q, n) in here]
                row([(at["come"][i, n], 1.0), *below, *asked], self.own[p, n], self.own[p, n])
                mended = [(here[p, n][0], -1.0)] if (p, n) in here else []
                row([(at["come"][i, n], 1.0), (at["thrown"][i, n], -1.0), (at["sent"][i, n], -1.0), *mended], 0.0, 0.0)
            row([(at["bought"][i], 1.0), *[(c, -days) for c, days in self._days(p)]], -self.held[i], np.inf)
        hours: dict[int, list[tuple[int, float]]] = {}
        for x, o in here.values():
            i = place[o.part]
            row([(x, 1.0), (at["come"][i, o.site], -o.repaired)], -np.inf, 0.0)
            if o.repaired > 0 and o.condemned > 0:
                row([(at["thrown"][i, o.site], 1.0), (x, -o.condemned / o.repaired)], 0.0, np.inf)
            if o.setup >= 0:
                row([(x, 1.0), (at["set_up"][o.setup], -o.repaired * most[o.part, o.site])], -np.inf, 0.0)
                hours.setdefault(o.setup, []).append((x, o.hours))
        for k, each in hours.items():
            if np.isfinite(self.choice.setups[k].hours):
                row([*each, (at["set_up"][k], -self.choice.setups[k].hours)], -np.inf, 0.0)
        matrix = coo_array((factor, (line, column)), shape=(len(low), len(self.cost))).tocsr()
        return matrix, np.array(low), np.array(high)

    def _days(self, part: int) -> list[tuple[int, float]]:
        """Columns that keep units of a part under way, and for how many months."""
        s, i = self.choice.support, self.place[part]
        found = [
            (self.at["repaired"][n], o.turnaround / MONTH) for n, o in enumerate(self.choice.options) if o.part == part
        ]
        found += [(self.at["sent"][i, n], s.order_ship[n] / MONTH) for n in np.flatnonzero(s.supplier >= 0)]
        lead = float(np.nan_to_num(s.lead_time)[part]) / MONTH
        return found + [(self.at["thrown"][i, n], lead) for n in range(len(s.sites))]

    def under_way(self, x: Floats) -> Floats:
        """Units (K,) in repair, under way and on order."""
        return np.array([sum(x[c] * days for c, days in self._days(int(p))) for p in self.choice.parts])

    def read(self, x: Floats, bound: float) -> LevelOfRepair:
        """The level of repair that a point is."""
        x = np.where(x > NONE, x, 0.0)
        choice, at = self.choice, self.at
        flows = {name: np.zeros(self.own.shape) for name in ("come", "repaired", "thrown", "sent")}
        for name in ("come", "thrown", "sent"):
            flows[name][choice.parts] = x[at[name]]
        hours, set_up = np.zeros(len(choice.setups)), np.zeros(len(choice.setups), bool)
        for value, option in zip(x[at["repaired"]], choice.options, strict=True):
            flows["repaired"][option.part, option.site] = value
            if option.setup >= 0:
                hours[option.setup] += value * option.hours
                set_up[option.setup] |= value > 0
        there = [each for each, used in zip(choice.setups, set_up, strict=True) if used]
        paid = {name: float(self.cost[at[name].ravel()] @ x[at[name].ravel()])
                for name in ("repaired", "sent", "thrown", "bought")}  # fmt: skip
        costs = {
            "setup": float(sum(each.cost for each in there)),
            "running": self.months * float(sum(each.running for each in there)),
            "repair": paid["repaired"], "moving": paid["sent"], "thrown": paid["thrown"], "tied_up": paid["bought"],
        }  # fmt: skip
        return LevelOfRepair(set_up, **flows, hours=hours, costs=costs, bound=bound)
