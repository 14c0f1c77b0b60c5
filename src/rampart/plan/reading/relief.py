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
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.ranks import objective_of
from rampart.case.steps import edited
from rampart.engine.highs import OPTIMAL, TIME_LIMIT, Sparse, sparse
from rampart.network.keys import Key
from rampart.network.lags import Floats
from rampart.network.limits import Limit
from rampart.plan.model.build import build
from rampart.plan.parts.part import Short, shortages_in_order
from rampart.plan.programme.layout import Layout, lay_out
from rampart.plan.programme.measures import Pass
from rampart.plan.programme.programme import Programme
from rampart.plan.programme.values import Values
from rampart.plan.reading.start import Places, Start, same_places
from rampart.plan.solving.carried_out import carried_out, stands_closely
from rampart.plan.solving.fairness import Shared, Shares, share_fairly
from rampart.plan.solving.left_open import left_open
from rampart.plan.solving.linear_passes import TIES, LinearPasses, near_one
from rampart.plan.solving.pass_solver import PassSolver, Stage
from rampart.plan.solving.solution import PassResult

if TYPE_CHECKING:
    pass

PRICED = 1e-9
"""Price, as a share of the largest of its pass, from which something is priced."""
TINY = 1e-9
FAR = 0.032
"""Part of the columns that are new from which where a plan without them stood is no help."""
MANY = 200
"""Entries from which making a model of what is left open is worth its time: of 432 it was, by far."""
OF_TIME = ("settings", "regimes", "transitions", "durations")
"""Tables that say what tree there is."""


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


class Planned:
    """A programme planned up to the passes that are asked for.

    readings  at the end of the passes asked for, by pass
    results   each pass solved that has prices; ``starts``  where each of these stood
    """

    def __init__(self, programme: Programme, layout: Layout | None = None) -> None:
        self.programme = programme
        self.layout: Layout = lay_out(programme) if layout is None else layout
        self.readings: dict[str, Reading] = {}
        self.results: dict[str, PassResult] = {}
        self.starts: dict[str, Start] = {}
        self._places: dict[int, Places] = {}

    def solve(
        self,
        wanted: Collection[str],
        like: Planned | None = None,
        stages: Sequence[Stage] = (),
        remembers: bool = False,
    ) -> Planned:
        """Solve the passes up to the last that is wanted. Raises NotSolved.

        like       plan from whose passes to start
        stages     passes of the same programme, however they were solved, to start from where there is no such plan
        remembers  whether others will start from where its passes stand
        """
        passes = PassesRead(self, wanted, like, stages, remembers)
        last = max((n for n, each in enumerate(self.programme.passes) if each.name in wanted), default=-1)
        passes.run(self.programme.passes[: last + 1], None, start=passes.as_before())
        return self

    def places(self, like: Planned) -> Places:
        """Places of columns and rows in another plan."""
        if id(like) not in self._places:
            self._places[id(like)] = same_places(self.programme, self.layout, like.programme, like.layout)
        return self._places[id(like)]

    @cached_property
    def plain(self) -> Plain:
        """What bounds it, in plain units."""
        return Plain(self.layout)

    def cost_of(self, name: str) -> Floats:
        """Cost of a unit of each column in a pass."""
        measure = next(each.measure for each in self.programme.passes if each.name == name)
        cost: Floats = self.layout.costs(measure) / self.layout.column_scale
        return cost

    def read(self, name: str, cost: Floats, value: float, levels: Floats) -> None:
        """Read the end of a pass: what lacks, and what that counts in it."""
        p = self.programme
        own: dict[Short, Floats] = {}
        units: dict[Short, Floats] = {}
        lasting: dict[Short, Floats] = {}
        values = Values(p, self.layout, levels)
        for shortage in shortages_in_order(p):
            family = p.families[shortage.family]
            worth = np.where(family.labels >= 0, (cost * levels)[family.labels], 0.0)
            for key, members, amount in shortage.amounts(p, values[shortage.family]):
                short = shortage.of(key)
                if pass_of(short.objective, p) != name:
                    continue
                own[short] = own.get(short, 0.0) + self._by_year(worth[members].sum(axis=0))
                if shortage.lasting or short in self._late:
                    stays = shortage.lasting or key in self._late_needs
                    lasting[short] = lasting.get(short, 0.0) + (amount if stays else np.cumsum(amount))
                else:
                    units[short] = units.get(short, 0.0) + self._by_year(amount)
        units |= {short: self._by_year(amount * p.tree.months) for short, amount in lasting.items()}
        self.readings[name] = Reading(value, own, units, lasting)

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


class PassesRead(LinearPasses):
    """The passes of a plan, read at the end of those that are asked for."""

    def __init__(
        self, of: Planned, wanted: Collection[str], like: Planned | None, stages: Sequence[Stage], remembers: bool
    ) -> None:
        p = of.programme
        solver = PassSolver(of.layout, np.zeros(0, dtype=np.int64))
        solver.kept, solver.closely = carried_out(p, of.layout), stands_closely(p)
        solver.warm, solver.remembers = like is not None or bool(stages), False
        weight = p.tree.months * p.tree.probability
        super().__init__(
            of.layout, solver, weight, begin=lambda _: None, end=lambda _: None,
            one=lambda _, *pass_and_others: self._read_and_hold(*pass_and_others),
        )  # fmt: skip
        self.of, self.wanted, self.like, self.remembers = of, wanted, like, remembers
        self.stood = {stage.name: stage for stage in stages} if like is None else {}
        self.ties = [each for each in p.passes if each.name == TIES]
        # the pass that uses most of what there is, and what is new: far from where the one before it stood
        self.needs = next((each for each in p.passes if objective_of(each.name) == "need"), None)

    def as_before(self) -> int:
        """Number of the first passes that come to nothing in the plan that this is like, and here, since that plan is
        possible here too. What they count is fixed at nothing.
        """
        like, found = self.like, 0
        if like is None or self.solver.kept is not None:
            return 0
        for each in self.of.programme.passes:
            if (
                each.name not in like.results
                or each.name in self.wanted
                or each.how not in ("held", "shared")
                or each.takes
            ):
                break
            self.levels = self.of.places(like).from_there(like.results[each.name].columns, self.solver.lower)
            if not self.is_nothing(each) or not self.of.layout.matrices.allow(self.levels):
                break
            self.hold_best(each)
            found += 1
        return found

    def _read_and_hold(
        self, each: Pass, earlier: Sequence[Pass], later: Sequence[Pass], deadline: float | None
    ) -> PassResult:
        starts = {} if self.like is None or self.far else self.like.starts
        self.goes_on = each.room <= 0 or any(other.name not in starts for other in later[:1])
        # what is held hangs on what comes later in the plan, read or not
        passes = self.of.programme.passes
        after = passes[passes.index(each) + 1 :]
        if each.how == "fair" and each.name in self.wanted:
            state = self.solver.state()
            result = self.solve_and_hold(each, (), self.ties, deadline)
            self._read(each)
            self.solver.go_back(state)
            return self.solve_and_hold(each, earlier, after, deadline) if later else result
        if later or each.name not in self.wanted:
            return self.solve_and_hold(each, earlier, after, deadline)
        result = self.solve(each, deadline)
        if self.may_fall_otherwise(each):
            self.settle(each, deadline)
        else:
            self.hold_best(each)
            self.at_best(each)
        return result

    def solve(self, each: Pass, deadline: float | None) -> PassResult:
        """One pass made small, from where the plan that this is like stood at it."""
        solver, cost = self.solver, self.layout.costs(each.measure)
        anew = self.far and each is self.needs
        if anew:
            solver.forget()
            solver.warm = solver.solved = False
        else:
            self._start(each.name, cost * near_one(cost))
        result = super().solve(each, deadline)
        solver.warm = solver.warm or anew
        self._remember(each.name)
        self.of.results[each.name] = result
        return result

    def at_best(self, each: Pass) -> None:
        """Hold how the pass falls to its terms, let ties choose one plan of those that it leaves, and read that."""
        if each.name not in self.wanted:
            return
        state, settled = self.solver.state(with_basis=self.goes_on), self.levels
        if len(each.measure.terms) > 1:
            self.solver.hold_terms(each.measure.terms, self.by_term(each), settled, 0.0)
        self._read(each)
        self.solver.go_back(state)
        self.levels = settled

    def _read(self, each: Pass) -> None:
        solver = self.solver
        solver.close_rooms(self.levels)
        cost = self.layout.costs(self.ties[0].measure)
        cost = cost * near_one(cost)
        named = f"{each.name}, {TIES}"
        if self.like is None or self.far:
            solver.forget()  # far from all that was solved before
            solver.warm, solver.solved = True, False
        else:
            self._start(named, cost)
        solver.set_costs(cost)
        levels = solver.levels() if solver.solve(None) == OPTIMAL else self.levels
        self._remember(named)
        measured = self.layout.costs(each.measure)
        self.of.read(each.name, measured, float(measured @ self.levels), levels)

    def settle_shares(self, shares: Shares, deadline: float | None) -> Shared:
        """Settle shares item by item, in what is left open where that is little or many are to be shared: what is read need
        not be carried out to the last digit.
        """
        solver = self.solver
        if shares.group.size > MANY or 2 * np.count_nonzero(solver.upper > solver.lower) < solver.columns:
            found = left_open(solver, self.layout, self.levels, shares.lacks).shared(shares, deadline)
        else:
            found = share_fairly(solver, shares, deadline, by_item=True)
        return found if found.status in (OPTIMAL, TIME_LIMIT) else super().settle_shares(shares, deadline)

    # -- from where another plan stood ---------------------------------------------------------------------------

    def _remember(self, name: str) -> None:
        """Where the plan stands, for those that are like it."""
        if self.remembers:
            self.of.starts[name] = Start.of(self.solver)

    @cached_property
    def far(self) -> bool:
        """Whether so much is new that where the plan that this is like stood is no help."""
        return self.like is not None and self.of.places(self.like).new.size > FAR * self.solver.columns

    def _start(self, name: str, cost: Floats) -> None:
        """Start where the plan that this is like stood."""
        start = None if self.like is None or self.far else self.like.starts.get(name)
        if self.like is not None and start is not None:
            start.begin(self.solver, self.of.places(self.like), cost)


def stepped(base: Programme, limits: Collection[Limit]) -> Programme:
    """The programme of a case with the steps of some limits."""
    edits = [edit for limit in limits for edit in limit.edits]
    sooner = frozenset(key for limit in limits for key in limit.sooner)
    loosened = {limit.instead.name: limit.instead for limit in limits if limit.instead is not None}
    parts = [loosened.get(part.name, part) for part in base.parts]
    case = edited(base.case, edits) if edits else base.case
    tree = None if any(edit.table in OF_TIME for edit in edits) else base.tree
    return build(case, tree=tree, levels=base.levels, parts=parts, sooner=sooner, likeness=base.likeness)


def pass_of(objective: str, p: Programme) -> str:
    """The pass at whose end a shortage is read: the last one of its objective; blank where the case does not rank it."""
    names = [each.name for each in p.passes if each.name == objective]
    names = names or [each.name for each in p.passes if each.name.startswith(f"{objective}_")]
    return names[-1] if names else ""


Touched = dict[Key, float]
"""By key of what is changed: most by which that can lower a pass."""


class Plain:
    """A programme in plain units, since a step may change scales: transposed coefficients, bounds."""

    def __init__(self, layout: Layout) -> None:
        rows, columns = layout.row_scale, layout.column_scale
        scaled = layout.matrix.multiply(rows[:, None]).multiply(1.0 / columns[None, :])
        self.transposed: Sparse = sparse(sparse(scaled).T)
        self.upper = layout.matrices.upper * columns
        self.low, self.high = layout.matrices.row_lower * rows, layout.matrices.row_upper * rows


def touched(planned: Planned, base: Planned, name: str) -> Touched:
    """What a step changes that one optimal dual of a pass prices, with the most by which the pass can gain by it.

    Of a changed right-hand side, bound or new way it is price times change; of a coefficient, a row that goes or a way
    without bound it is infinite. What is held of earlier passes stays where these do not price the step.
    """
    if all(each.name != name for each in planned.programme.passes):  # gone, with what is held of it
        return {(): np.inf}
    if name not in base.results:  # shared, and without prices: the passes before it tell
        return {}
    result, places = base.results[name], planned.places(base)
    to_columns, to_rows = places.columns, places.rows
    new, old, found = planned.plain, base.plain, Found()
    price = result.duals / base.layout.row_scale
    small = PRICED * max(1.0, float(np.abs(price).max(initial=0.0)))
    for row in np.setdiff1d(np.flatnonzero(np.abs(price) > small), to_rows).tolist():
        found.put(base.layout.row_key[row], np.inf)
    y = np.where(to_rows >= 0, price[to_rows], 0.0)
    for row in np.flatnonzero(np.abs(y) > small).tolist():
        k = int(to_rows[row])
        before, after = (old.low[k], new.low[row]) if y[row] > 0 else (old.high[k], new.high[row])
        if before != after:
            found.put(planned.layout.row_key[row], np.inf if not np.isfinite(after) else -y[row] * (after - before))
    # rows that hold earlier passes charge columns too, and stay as they were
    was = result.reduced / base.layout.column_scale
    held = was - (base.cost_of(name) - old.transposed @ price)
    same = to_columns >= 0
    before_z, charged = np.where(same, was[to_columns], 0.0), np.where(same, held[to_columns], 0.0)
    z = planned.cost_of(name) - new.transposed @ y + charged
    tiny = 1e-7 * max(1.0, float(np.abs(was).max(initial=0.0)))
    level = np.where(same, result.columns[to_columns], 0.0)
    before_upper = np.where(same, old.upper[to_columns], 0.0)
    wider = np.subtract(new.upper, before_upper, out=np.zeros(z.size), where=new.upper != before_upper)
    moved = same & (np.abs(z - before_z) > tiny) & ((level > TINY) | (z < -tiny))
    gains = (z < -tiny) & (wider > TINY * np.maximum(1.0, np.where(np.isfinite(new.upper), new.upper, 1.0)))
    families, layout = planned.programme.families, planned.layout
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
