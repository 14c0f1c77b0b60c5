"""What a step brings: the case with the step is planned again, in fractions, and read at the end of each pass.

A reading at the end of a pass is that of the case whose priorities end there: what the pass reached is held exactly, and
ties choose one plan, so that later passes have used no room and the reading hangs on no path of the solver. With whole
numbers both plans, with the step and without it, are in fractions.

Passes start from where the plan without the step stood. Nothing happens in a pass where all that the step changes is
unpriced in one optimal dual of it and of every earlier pass (weak duality: that dual stays feasible and as good).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rampart.case.likeness import Likeness
from rampart.case.steps import edited
from rampart.engine.highs import OPTIMAL, Sparse, sparse
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.network.limits import Limit
from rampart.plan.model.build import build
from rampart.plan.parts.part import Part, Short, shortages_in_order
from rampart.plan.programme.layout import Layout, lay_out
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.values import Values
from rampart.plan.solving.carried_out import carried_out, stands_closely
from rampart.plan.solving.linear_passes import TIES, LinearPasses, near_one
from rampart.plan.solving.pass_solver import PassSolver
from rampart.plan.solving.solution import PassResult

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.sustainment.levels import Levels

PRICED = 1e-9
"""Price, as a share of the largest of its pass, from which something is priced."""
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Reading:
    """The end of a pass.

    value   of its measure; ``own``  the part of it that each who lacks has, shape (years,)
    units   short by who lacks, shape (years,); times months where the shortage lasts
    levels  of what lasts: units short at the end of each node, shape (nodes,)
    """

    value: float
    own: Mapping[Short, Floats]
    units: Mapping[Short, Floats]
    levels: Mapping[Short, Floats]


class Start(NamedTuple):
    """Where the plan without a step stood as a pass was solved: status of columns, rows and held terms in the basis."""

    columns: list[Any]
    rows: list[Any]
    held: dict[Any, Any]


class Planned:
    """A case with the steps of some limits, planned up to the passes that are asked for.

    readings  at the end of the passes asked for, by pass
    results   each pass solved that has prices; ``starts``  where each of these stood
    """

    def __init__(
        self, case: Case, limits: Collection[Limit], parts: Sequence[Part], levels: Levels | None = None,
        likeness: Likeness | None = None,
    ) -> None:  # fmt: skip
        edits = [edit for limit in limits for edit in limit.edits]
        sooner = frozenset(key for limit in limits for key in limit.sooner)
        changed = edited(case, edits) if edits else case
        loosened = {limit.instead.name: limit.instead for limit in limits if limit.instead is not None}
        parts = [loosened.get(part.name, part) for part in parts]
        self.programme: Programme = build(changed, parts=parts, levels=levels, sooner=sooner, likeness=likeness)
        self.layout: Layout = lay_out(self.programme)
        self.readings: dict[str, Reading] = {}
        self.results: dict[str, PassResult] = {}
        self.starts: dict[str, Start] = {}
        self._places: tuple[Integers, Integers] | None = None
        self._like: Planned | None = None
        self._wanted: Collection[str] = ()
        self._elsewhere = False

    def solve(self, wanted: Collection[str], like: Planned | None = None) -> Planned:
        """Solve the passes up to the last that is wanted, from where those of another plan stood. Raises NotSolved."""
        p = self.programme
        solver = PassSolver(self.layout, np.zeros(0, dtype=np.int64))
        solver.kept, solver.closely = carried_out(p, self.layout), stands_closely(p)
        solver.warm = like is not None
        self._wanted, self._like = wanted, like
        last = max((n for n, each in enumerate(p.passes) if each.name in wanted), default=-1)
        weight = p.tree.months * p.tree.probability
        linear = LinearPasses(self.layout, solver, weight, begin=lambda _: None, end=lambda _: None, one=self._one)
        linear.run(p.passes[: last + 1], None)
        return self

    def _one(
        self, linear: LinearPasses, each: Pass, earlier: Sequence[Pass], later: Sequence[Pass], deadline: float | None
    ) -> PassResult:
        solver = linear.solver
        self._begin_like(solver, each.name)
        # what is held hangs on what comes later in the plan, read or not
        after = self.programme.passes[self.programme.passes.index(each) + 1 :]
        if each.name in self._wanted:
            state = solver.state()
            result = self._settle(linear, each)
            self.readings[each.name] = self._read(linear, each, result)
            solver.go_back(state)
            if not later:
                return result
            self._begin(solver, self.starts.get(each.name))
        result = linear.solve_and_hold(each, earlier, after, deadline)
        self._remember(solver, each.name, result)
        return result

    def _remember(self, solver: PassSolver, name: str, result: PassResult) -> None:
        """Where the pass stood before anything was held after it."""
        if self._like is not None and name in self._like.results:
            new = self.places(self._like)[0] < 0
            self._elsewhere = self._elsewhere or bool((result.columns[new] > TINY).any())
        if name in self.starts or not result.duals.size:
            return
        self.starts[name], self.results[name] = start_of(solver, solver.stages[-1].basis), result

    def _begin_like(self, solver: PassSolver, name: str) -> None:
        """Start where the other plan stood; once ways that are new have been used, that is nowhere near."""
        like = self._like
        if like is None or name not in like.starts or self._elsewhere:
            return
        start, (columns, rows) = like.starts[name], self.places(like)
        of_columns = [start.columns[k] if k >= 0 else None for k in columns.tolist()]
        of_rows = [start.rows[k] if k >= 0 else None for k in rows.tolist()]
        of_held: list[Any] = [None] * (solver.row_count - solver.rows)
        for held in solver.held:
            if held.row >= solver.rows:
                of_held[held.row - solver.rows] = start.held.get(held.term)
        solver.begin_from(of_columns, of_rows + of_held, alien=True)
        new = columns < 0
        solver.solved = bool(new.any())  # what is new leaves the plan feasible, what is wider leaves its prices good

    @staticmethod
    def _begin(solver: PassSolver, start: Start | None) -> None:
        """Start where this plan itself stood before the reading."""
        if start is not None:
            held = [start.held.get(one.term) for one in solver.held if one.row >= solver.rows]
            solver.begin_from(start.columns, [*start.rows, *held])

    def places(self, like: Planned) -> tuple[Integers, Integers]:
        """Place of each column and of each row in another plan; -1 where it has none."""
        if self._places is None:
            self._places = same_places(self, like)
        return self._places

    def _settle(self, linear: LinearPasses, each: Pass) -> PassResult:
        """Hold what the pass reached exactly: how its optimum falls to its terms, as the plan itself settles it."""
        solver, ties = linear.solver, [one for one in self.programme.passes if one.name == TIES]
        if each.how == "fair":
            return linear.solve_and_hold(each, (), ties, None)
        result = linear.solve(each, None)
        self._remember(solver, each.name, result)
        result = linear.hold_exactly(each, result, None)
        solver.close_rooms(linear.levels)
        return result

    def _read(self, linear: LinearPasses, each: Pass, result: PassResult) -> Reading:
        """Let ties choose one plan of those that the pass leaves, and read it."""
        solver, p = linear.solver, self.programme
        ties = next(one.measure for one in p.passes if one.name == TIES)
        cost = self.layout.costs(ties)
        named = f"{each.name}, {TIES}"
        self._begin_like(solver, named)
        solver.set_costs(cost * near_one(cost))
        levels = solver.levels() if solver.solve(None) == OPTIMAL else result.columns
        self.starts[named] = start_of(solver, solver.basis())
        own: dict[Short, Floats] = {}
        units: dict[Short, Floats] = {}
        lasting: dict[Short, Floats] = {}
        values = Values(p, self.layout, levels)
        weights = self.layout.costs(each.measure)
        for shortage in shortages_in_order(p):
            family = p.families[shortage.family]
            worth = np.where(family.labels >= 0, (weights * levels)[family.labels], 0.0)
            for key, members, amount in shortage.amounts(p, values[shortage.family]):
                short = shortage.of(key)
                if pass_of(short.objective, p) != each.name:
                    continue
                own[short] = own.get(short, 0.0) + self._by_year(worth[members].sum(axis=0))
                if shortage.lasting or short in self._late:
                    stays = shortage.lasting or key in self._late_needs
                    lasting[short] = lasting.get(short, 0.0) + (amount if stays else np.cumsum(amount))
                else:
                    units[short] = units.get(short, 0.0) + self._by_year(amount)
        units |= {short: self._by_year(amount * p.tree.months) for short, amount in lasting.items()}
        return Reading(result.value, own, units, lasting)

    @cached_property
    def _late_needs(self) -> set[Key]:
        """Needs that may be served late: what is due of them stays short until it is served."""
        network = self.programme.network
        return {demand for demand, late in zip(network.demands, network.late, strict=True) if late}

    @cached_property
    def _late(self) -> set[Short]:
        """Who has such a need; what is lost of others of the same item then stays short to the end."""
        of = {shortage.family: shortage.of for shortage in shortages_in_order(self.programme)}["unmet"]
        return {of(key) for key in self._late_needs}

    def _by_year(self, by_node: Floats) -> Floats:
        found = np.zeros(len(self.years))
        np.add.at(found, self.programme.tree.first_month // 12 - self.years[0], by_node)
        return found

    @cached_property
    def years(self) -> list[int]:
        """The years of the plan."""
        calendar = self.programme.network.calendar
        return list(range(calendar.first // 12, calendar.last // 12 + 1))


def start_of(solver: PassSolver, basis: tuple[list[Any], list[Any]]) -> Start:
    """A basis by what it is of."""
    columns, rows = basis
    held = {held.term: rows[held.row] for held in solver.held if 0 <= held.row < len(rows)}
    return Start(columns, rows[: solver.rows], held)


def pass_of(objective: str, p: Programme) -> str:
    """The pass at whose end a shortage is read: the last one of its objective; blank where the case does not rank it."""
    names = [each.name for each in p.passes if each.name == objective or each.name.startswith(f"{objective}_")]
    return names[-1] if names else ""


def same_places(one: Planned, other: Planned) -> tuple[Integers, Integers]:
    """Place of each column and row of one plan in another, by family, key and node; -1 where it has none."""
    columns = np.full(one.layout.columns, -1)
    for name, family in one.programme.families.items():
        twin = other.programme.families.get(name)
        if twin is not None:
            _match(columns, family.keys, family.labels, twin.keys, twin.labels)
    rows = np.full(one.layout.matrix.shape[0], -1)
    blocks = {block.name: block for block in other.programme.rows}
    for block in one.programme.rows:
        if block.name in blocks:
            _match(rows, block.keys, block.labels, blocks[block.name].keys, blocks[block.name].labels)
    return columns, rows


def _match(found: Integers, keys: Sequence[Key], labels: Integers, twins: Sequence[Key], theirs: Integers) -> None:
    place = {key: n for n, key in enumerate(twins)}
    at = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    mine = np.flatnonzero(at >= 0)
    both = (labels[mine] >= 0) & (theirs[at[mine]] >= 0)
    found[labels[mine][both]] = theirs[at[mine]][both]


Touched = dict[Key, float]
"""By key of what is changed: most by which that can lower a pass."""


class Plain:
    """A pass in plain units, since a step may change scales: coefficients, costs, bounds."""

    def __init__(self, of: Planned, name: str) -> None:
        layout, self.m = of.layout, of.layout.matrices
        rows, columns = layout.row_scale, layout.column_scale
        scaled = layout.matrix.multiply(rows[:, None]).multiply(1.0 / columns[None, :])
        self.matrix: Sparse = sparse(scaled)
        measure = next(each.measure for each in of.programme.passes if each.name == name)
        self.cost = layout.costs(measure) / columns
        self.upper = self.m.upper * columns
        self.low, self.high = self.m.row_lower * rows, self.m.row_upper * rows


def touched(stepped: Planned, base: Planned, name: str) -> Touched:
    """What a step changes that one optimal dual of a pass prices, with the most by which the pass can gain by it.

    Of a changed right-hand side, bound or new way it is price times change; of a coefficient, a row that goes or a way
    without bound it is infinite. What is held of earlier passes stays where these do not price the step.
    """
    if all(each.name != name for each in stepped.programme.passes):  # gone, with what is held of it
        return {(): np.inf}
    if name not in base.results:  # shared, and without prices: the passes before it tell
        return {}
    result, (to_columns, to_rows) = base.results[name], stepped.places(base)
    new, old, found = Plain(stepped, name), Plain(base, name), Found()
    price = result.duals / base.layout.row_scale
    small = PRICED * max(1.0, float(np.abs(price).max(initial=0.0)))
    for row in np.setdiff1d(np.flatnonzero(np.abs(price) > small), to_rows).tolist():
        found.put(base.layout.row_key[row], np.inf)
    y = np.where(to_rows >= 0, price[to_rows], 0.0)
    for row in np.flatnonzero(np.abs(y) > small).tolist():
        k = int(to_rows[row])
        before, after = (old.low[k], new.low[row]) if y[row] > 0 else (old.high[k], new.high[row])
        if before != after:
            found.put(stepped.layout.row_key[row], np.inf if not np.isfinite(after) else -y[row] * (after - before))
    # rows that hold earlier passes charge columns too, and stay as they were
    was = result.reduced / base.layout.column_scale
    held = was - (old.cost - old.matrix.T @ price)
    same = to_columns >= 0
    before_z, charged = np.where(same, was[to_columns], 0.0), np.where(same, held[to_columns], 0.0)
    z = new.cost - new.matrix.T @ y + charged
    tiny = 1e-7 * max(1.0, float(np.abs(was).max(initial=0.0)))
    level = np.where(same, result.columns[to_columns], 0.0)
    before_upper = np.where(same, old.upper[to_columns], 0.0)
    wider = np.subtract(new.upper, before_upper, out=np.zeros(z.size), where=new.upper != before_upper)
    moved = same & (np.abs(z - before_z) > tiny) & ((level > TINY) | (z < -tiny))
    gains = (z < -tiny) & (wider > TINY * np.maximum(1.0, np.where(np.isfinite(new.upper), new.upper, 1.0)))
    families, layout = stepped.programme.families, stepped.layout
    for j in np.flatnonzero(moved | gains).tolist():
        key = families[layout.column_family[j]].keys[int(layout.column_key[j])]
        found.put(key, np.inf if moved[j] else float(-z[j] * wider[j]))
    return found


class Found(Touched):
    """Gains by key, summed."""

    def put(self, key: Key, gain: float) -> None:
        """What a change can bring, where it can bring something."""
        if gain > 0:
            self[key] = self.get(key, 0.0) + gain
