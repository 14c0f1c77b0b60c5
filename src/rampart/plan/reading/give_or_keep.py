"""What the plan would give and keep at other chances of being called upon, and from which chance each donor would keep more.

The pass of need is solved again from where it stood, with what stood before it held as it was: only the costs of what is
missing at home change with the chances. Of all plans that are then best, the one is read that gives least in the first year.

With N the worth that the need lacks and q H what the plan expects to miss at home, both passes in one, N + q H is concave
and piecewise linear in q: a larger chance never lowers N and never raises H. The break-even of a donor is a kink of it, found
by crossing the lines of two plans, one on either side, until nothing lies below their crossing (Eisner and Severance 1976).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rampart.catalogues.results import frame
from rampart.engine.highs import OPTIMAL, NoPlan
from rampart.network.keys import Pair, number
from rampart.network.lags import Floats
from rampart.plan.parts.give_or_keep import (
    STEPS,
    chances,
    discounted_months,
    pairs_called_upon,
    weighed_in,
    when_called,
)
from rampart.plan.programme.values import Values
from rampart.plan.reading.gifts import Sum, in_first_year
from rampart.plan.solving.solution import Solution
from rampart.requirements.called_upon import YEARLY, a_month, a_year

if TYPE_CHECKING:
    import polars as pl

FALLS_BY = 0.1
"""Share of its first-year gifts by which a donor gives less at its break-even."""
SMALL = 1e-7
"""Share within which two values are one."""
TRIFLE = 1e-6
"""Weight, in the solver's costs near one, of what is to be small where all else is equal."""
EQUALS = 0.01
"""By how much at most donors that are equal are told apart."""
MOST_CROSSINGS = 60

GIVES_NOTHING, BOUND, AT_NO_CHANCE, NOT_FOUND = "gives_nothing", "rank_binds", "at_no_chance", "not_found"
"""Why a donor has no break-even: it gives nothing; what ranks higher asks for the gift; no chance is large enough; the solver
found none.
"""


def give_or_keep(v: Values, solution: Solution) -> dict[str, pl.DataFrame]:
    """``give_or_keep`` and ``break_even``; none where no requirement states a chance, or need was not solved at all or not
    again.
    """
    known = bool(chances(v.programme)) and any(
        stage.name == weighed_in(v.programme) for stage in solution.solver.stages
    )
    if not known:
        return {}
    again = _NeedAgain(v, solution)
    try:
        return {"give_or_keep": _table(again), "break_even": _break_even(again, solution.columns)}
    except NoPlan:
        return {}


@dataclass(frozen=True, eq=False)
class Found:
    """One plan at the end of the pass of need.

    lost     worth that need lacks
    missing  what it costs when called upon in every month, by holder and item
    gifts    units given in the first year, by donor and item
    columns  levels of all columns
    """

    lost: float
    missing: Mapping[Pair, float]
    gifts: Mapping[tuple[str, str], float]
    columns: Floats

    def home(self, chance: Mapping[Pair, float]) -> float:
        """What it expects to miss at home at some chances."""
        return sum(chance[pair] * cost for pair, cost in self.missing.items())


class _NeedAgain:
    """The pass of need, solved again at other chances."""

    def __init__(self, v: Values, solution: Solution) -> None:
        self.v, self.p, self.solver = v, v.programme, solution.solver
        name = weighed_in(self.p)
        self.stage = next(stage for stage in self.solver.stages if stage.name == name)
        cost = next(result.cost for result in solution.passes if result.name == name)
        size = cost.size
        self.stated = dict(chances(self.p))
        self.called = self._when_called()
        self.lost: Floats = cost - self._weighed(self.stated, size)
        counted = np.flatnonzero(cost)
        self.factor = float(self.stage.cost[counted[0]] / cost[counted[0]]) if counted.size else 1.0
        self.gifts = {key: total for key, total in in_first_year(self.p).items() if key[0] not in v.network.recipients}
        self.row_of = self._rows_of_gifts()
        self.months = discounted_months(self.p)
        self._come_back()

    def _when_called(self) -> dict[Pair, Sum]:
        """What is missing of each pair costs when it is called upon in every month, as a sum over solver columns."""
        found, each, n = {}, self.p.tree.probability * when_called(self.p), STEPS.width.size
        family = self.p["missing"]
        for k, pair in enumerate(pairs_called_upon(self.p)):
            steps = slice(k * n, (k + 1) * n)
            live, cost = family.labels[steps] >= 0, each[steps] * family.scale[steps, None]
            found[pair] = Sum(family.labels[steps][live], cost[live])
        return found

    def _weighed(self, chance: Mapping[Pair, float], size: int) -> Floats:
        """Cost of every column for what is missing at home, at some chances, shape (columns,)."""
        cost = np.zeros(size)
        for pair, total in self.called.items():
            cost[total.labels] += chance[pair] * total.each
        return cost

    def _rows_of_gifts(self) -> dict[tuple[str, str], int]:
        """A row for the gifts of each donor and item, of which nothing is asked yet."""
        found = {}
        for key, total in self.gifts.items():
            found[key] = self.solver.row_count
            self.solver.add_row(total.labels, total.each / self._typical(key), np.inf)
        return found

    def _typical(self, key: tuple[str, str]) -> float:
        """A typical flow of the item of a donor and item, units."""
        return float(self.p.scale_of([key[1]])[0])

    def _come_back(self) -> None:
        """Stand where the pass stood; nothing is asked of the rows added since."""
        stage, solver = self.stage, self.solver
        self.columns_now = stage.lower.copy(), stage.upper.copy()
        free = np.full(solver.row_count - stage.row_lower.size, np.inf)
        self.rows_now = np.concatenate([stage.row_lower, -free]), np.concatenate([stage.row_upper, free])
        self._bounds_as_now()
        columns, rows = stage.basis
        solver.begin_from(columns, [*rows, *([None] * free.size)])
        solver.option("solver", "simplex")
        solver.option("time_limit", np.inf)

    def _bounds_as_now(self) -> None:
        self.solver.set_bounds(np.arange(self.solver.columns), *self.columns_now)
        self.solver.set_row_bounds(np.arange(self.solver.row_count), *self.rows_now)

    def hold_gifts(self, held: Mapping[tuple[str, str], float]) -> None:
        """Hold the first-year gifts of these donors and items, and of no others."""
        lower, upper = self.rows_now
        for key, row in self.row_of.items():
            amount = held[key] / self._typical(key) if key in held else np.inf
            room = 10.0 * SMALL * max(1.0, abs(amount)) if key in held else 0.0
            lower[row], upper[row] = (amount - room, amount + room) if key in held else (-np.inf, np.inf)
        self._bounds_as_now()

    # -- solving -------------------------------------------------------------------------------------------------

    def at(self, chance: Mapping[Pair, float], least: Floats) -> Found:
        """The plan that is best at some chances, and of these the one that gives least.

        least  what is to be small of all that is best, shape (columns,)
        """
        self._minimise(self._cost(chance))
        basis = self.solver.basis()
        self._hold_best()
        columns = self._minimise(least)
        self._bounds_as_now()
        self.solver.begin_from(*basis)  # the next chance is not far, and the basis of the gifts stands at other bounds
        return self._found(columns)

    def near(self, chance: Mapping[Pair, float], least: Floats) -> Found:
        """The same but for a trifle, in one go: what is to be small weighs next to nothing beside all else."""
        return self._found(self._minimise(self._cost(chance) + TRIFLE * least))

    def _cost(self, chance: Mapping[Pair, float]) -> Floats:
        return self.factor * (self.lost + self._weighed(chance, self.lost.size))

    def least_possible(self, least: Floats) -> Found:
        """The plan that gives least of all that keep what ranks higher, whatever the need lacks."""
        return self._found(self._minimise(least))

    def _minimise(self, cost: Floats) -> Floats:
        self.solver.set_costs(cost)
        # the bounds did not change, or only to hold what was found: it goes on from there
        self.solver.option("simplex_strategy", 4)
        status = self.solver.run()
        if status != OPTIMAL:
            self.solver.forget()
            self.solver.option("simplex_strategy", 1)
            status = self.solver.run()
        if status != OPTIMAL:
            raise NoPlan(status)
        return self.solver.levels()

    def _hold_best(self) -> None:
        """Fix what all plans share that are best: columns with a reduced cost and rows with a price, where they stand."""
        found = self.solver.solution()
        for value, price, bounds, hold in (
            (np.array(found.col_value), np.array(found.col_dual), self.columns_now, self.solver.set_bounds),
            (np.array(found.row_value), np.array(found.row_dual), self.rows_now, self.solver.set_row_bounds),
        ):
            at = np.flatnonzero(np.abs(price) > SMALL)
            low, high = bounds[0][at], bounds[1][at]
            side = np.where(np.abs(value[at] - low) <= np.abs(value[at] - high), low, high)
            if at.size:
                hold(at, side, side)

    def _found(self, columns: Floats) -> Found:
        return Found(
            float(self.lost @ columns), {pair: total.of(columns) for pair, total in self.called.items()},
            {key: total.of(columns) for key, total in self.gifts.items()}, columns,
        )  # fmt: skip

    # -- what is given least -------------------------------------------------------------------------------------

    def giving(self, *keys: tuple[str, str]) -> Floats:
        """First-year gifts of some donors and items, in typical flows of the items, as a cost of every column.

        Between donors that weigh the same, what their codes stand for decides.
        """
        cost = np.zeros(self.lost.size)
        for key in keys:
            total, spread = self.gifts[key], number(Pair(*key), self.p.likeness) % 1000 / 1000.0
            cost[total.labels] += (1.0 + EQUALS * spread) * total.each / self._typical(key)
        return cost


def _table(again: _NeedAgain) -> pl.DataFrame:
    """What is given and served at each chance, by donor and item, by item, and together."""
    rows: list[tuple[Any, ...]] = []
    for yearly in YEARLY:
        monthly = a_month(yearly)
        found = again.at(dict.fromkeys(again.called, monthly), again.giving(*again.gifts))
        rows += [(yearly, monthly, *row) for row in _rows(again, found, monthly)]
    return frame("plan", "give_or_keep", rows)


def _rows(again: _NeedAgain, found: Found, monthly: float) -> list[tuple[Any, ...]]:
    """Donor, item, gifts, served in the first year and in all, cost of a call, expected cost at home, worth served."""
    served, early = _served(again, found), again.p.tree.first_month < again.p.case.calendar.first + 12
    worth, months = _worth_served(again, found), float(again.p.tree.probability @ again.months)
    keys = sorted({*again.gifts, *((pair.holder, pair.item) for pair in found.missing)})

    def home(cost: float) -> tuple[float, float]:
        return cost / months, monthly * cost

    rows: list[tuple[Any, ...]] = [
        (*key, found.gifts.get(key, 0.0), None, None, *home(found.missing.get(Pair(*key), 0.0)), None)
        for key in keys
        if key[0] not in again.v.network.recipients
    ]
    for item in sorted({key[1] for key in keys} | set(served)):
        given = sum(amount for key, amount in found.gifts.items() if key[1] == item)
        units = served.get(item, np.zeros(len(again.p.tree)))
        cost = sum(cost for pair, cost in found.missing.items() if pair.item == item)
        rows.append((
            None, item, given, float(units[early].sum()), float(units.sum()), *home(cost), worth.get(item, 0.0)
        ))  # fmt: skip
    rows.append((None, None, None, None, None, *home(sum(found.missing.values())), sum(worth.values())))
    return rows


def _served(again: _NeedAgain, found: Found) -> dict[str, Floats]:
    """Units served to recipients at each node, by item; of branches by their chances."""
    served: dict[str, Floats] = {}
    family = again.p["serve"]
    for n, demand in enumerate(family.keys):
        if demand[0] in again.v.network.recipients:
            levels = np.where(family.labels[n] >= 0, found.columns[family.labels[n]], 0.0) * family.scale[n]
            served[demand[1]] = served.get(demand[1], np.zeros(levels.size)) + levels * again.p.tree.probability
    return served


def _worth_served(again: _NeedAgain, found: Found) -> dict[str, float]:
    """Worth of the recipients' need that is served, by item: of all that is asked, less what is lacking."""
    p, family = again.p, again.p["unmet"]
    worth: dict[str, float] = {}
    asked = np.where(
        np.isfinite(p.need_steps.width), p.need_steps.width, (p.tree.so_far @ p.need.T).T[p.need_steps.demand]
    )
    for n, key in enumerate(family.keys):
        live = np.flatnonzero(family.labels[n] >= 0)
        at = family.labels[n, live]
        if again.lost[at].any():
            less = asked[n, live] / family.scale[n] - found.columns[at]
            worth[key[1]] = worth.get(key[1], 0.0) + float(again.lost[at] @ less)
    return worth


def _break_even(again: _NeedAgain, plan: Floats) -> pl.DataFrame:
    """From which chance each donor would give a tenth less in the first year, the others giving what they give.

    plan  levels of all columns in the plan
    """
    base = {key: total.of(plan) for key, total in again.gifts.items()}
    rows: list[tuple[Any, ...]] = []
    for pair in again.called:
        if pair.holder not in again.v.network.recipients:
            stated, found = again.stated[pair], _switch(again, pair, base)
            yearly = None if found.chance is None else a_year(found.chance)
            rows.append((*pair, stated, a_year(stated), found.given, found.chance, yearly, found.why))
    return frame("plan", "break_even", rows)


class _Switch(NamedTuple):
    """First-year gifts of a donor and item, and the smallest chance at which they fall by a tenth, or why there is none."""

    given: float
    chance: float | None
    why: str | None


def _switch(again: _NeedAgain, pair: Pair, base: Mapping[tuple[str, str], float]) -> _Switch:
    """The break-even of one donor and item; ``base`` are the first-year gifts of all in the plan."""
    key, trifle = (pair.holder, pair.item), SMALL * float(again.p.scale_of([pair.item])[0])
    if base.get(key, 0.0) <= trifle:
        return _Switch(0.0, None, GIVES_NOTHING)
    again.hold_gifts({other: amount for other, amount in base.items() if other != key})
    least = again.giving(key)
    try:
        low = again.near(again.stated, least)
        if low.gifts[key] <= trifle:
            return _Switch(0.0, None, GIVES_NOTHING)
        most = (1.0 - FALLS_BY) * low.gifts[key] + trifle
        high = again.near(again.stated | {pair: 1.0}, least)
        if high.gifts[key] > most:
            bound = again.least_possible(least).gifts[key] > most
            return _Switch(low.gifts[key], None, BOUND if bound else AT_NO_CHANCE)
        return _Switch(low.gifts[key], _kink(again, pair, low, high, most), None)
    except NoPlan:
        return _Switch(base[key], None, NOT_FOUND)


def _kink(again: _NeedAgain, pair: Pair, low: Found, high: Found, most: float) -> float:
    """The chance of one pair at which its gifts fall to ``most``, between a plan that gives more and one that does not."""
    least, below, above = again.giving((pair.holder, pair.item)), again.stated[pair], 1.0
    for _ in range(MOST_CROSSINGS):
        chance = _crossing(again, pair, low, high)
        if not below < chance < above or above - below < SMALL * above:
            break
        between = again.near(again.stated | {pair: chance}, least)
        if _value(again, pair, between, chance) > _value(again, pair, high, chance) - _close(between):
            return chance
        if between.gifts[(pair.holder, pair.item)] > most:
            low, below = between, chance
        else:
            high, above = between, chance
    return above


def _value(again: _NeedAgain, pair: Pair, found: Found, chance: float) -> float:
    """What the pass counts of a plan where one pair has another chance than the case states."""
    return found.lost + found.home(again.stated | {pair: chance})


def _close(found: Found) -> float:
    return 1e-12 * max(1.0, abs(found.lost))


def _crossing(again: _NeedAgain, pair: Pair, low: Found, high: Found) -> float:
    """The chance at which two plans are as good: one that gives more, and one that gives less and misses less."""
    others = again.stated | {pair: 0.0}
    gained = low.missing[pair] - high.missing[pair]
    lost = high.lost + high.home(others) - low.lost - low.home(others)
    return lost / gained if gained > 0 else np.inf
