"""The linear passes one after another: each is solved, what it reached is held term by term, and the next goes on from there.

After a pass each of its terms is held at its own value with its own room; no room is pooled, and a term that is nothing is
fixed there. So is what a term lacks in a period in which every optimum of the pass serves it wholly: room is taken of what
is not had, and not by putting off what is. A pass whose room is zero is held exactly: by complementary slackness every
optimal plan of a linear pass keeps the columns with a reduced cost at their bound and the rows with a dual at theirs, so
these are fixed and the next pass only moves among optimal plans. Before ties all rooms are closed.

Steady output may take its stated room of the needs before it. What it does not need of that goes back: the needs are made
small again while steadiness is held, and stay where they then are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from rampart.case.ranks import objective_of
from rampart.engine.highs import OPTIMAL, TIME_LIMIT, Sparse, sparse
from rampart.network.lags import Floats, Integers
from rampart.plan.model.passes import PERSISTENCE, SETTLING
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.equals import one_of_equals
from rampart.plan.solving.fairness import Shared, Shares, share_fairly
from rampart.plan.solving.pass_solver import CLOSE, NOTHING, ROUNDING, HeldTerm, PassSolver, Stage, State, most_allowed
from rampart.plan.solving.solution import PassResult
from rampart.plan.solving.worst_first import share_worst_first

GIVES = ("need", "own_use")
"""Objectives of which steady output may take."""
TIES = "ties"


class NotSolved(RuntimeError):
    """The solver stopped without a plan; ``status`` says why."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(f"the solver stopped without a plan: {status}")


class OutOfTime(Exception):
    """Time ran out within a pass."""


OnePass = Callable[["LinearPasses", Pass, Sequence[Pass], Sequence[Pass], float | None], PassResult]


class LinearPasses:
    """Linear passes on one solver.

    weight   of each node in a mean over time: its months and its chance, shape (nodes,)
    begin, end   called as each pass starts and ends; ``one`` solves it, given the passes before and after it
    levels   scaled columns of the last pass
    stopped  the pass in which time ran out
    reached  value of each pass as it was solved, before any later one took of it
    taken    terms of the needs after steady output has taken of them, by pass
    kept     the plan taken over, which every run begins with
    before   where the solver stood before each pass, by its place
    stood    where each pass stood with other bounds, to start from
    goes_on  whether the next pass starts from where the one before it stood
    """

    def __init__(
        self, layout: Layout, solver: PassSolver, weight: Floats, *,
        begin: Callable[[str], None], end: Callable[[PassResult], None], one: OnePass | None = None,
    ) -> None:  # fmt: skip
        self.layout, self.solver, self.weight, self.begin, self.end = layout, solver, weight, begin, end
        self.kept = solver.kept
        self.one = one or LinearPasses.solve_and_hold
        self.levels = np.zeros(solver.columns)
        self.stopped: Pass | None = None
        self.taken: dict[str, Floats] = {}
        self.reached: dict[str, float] = {}
        self.before: list[State] = []
        self.goes_on = True
        self.stood: dict[str, Stage] = {}
        self._by_term: dict[str, Sparse] = {}
        self._first: State | None = None

    def by_term(self, each: Pass) -> Sparse:
        """Coefficient of every column in every term of a pass."""
        if each.name not in self._by_term:
            self._by_term[each.name] = each.measure.by_term(self.layout.columns)
        return self._by_term[each.name]

    def run(self, passes: Sequence[Pass], deadline: float | None, *, start: int = 0) -> tuple[list[PassResult], str]:
        """All passes in order, those before ``start`` being held already; their results, and whether time ran out."""
        results: list[PassResult] = []
        self.stopped = None
        if not start:
            self.levels, self.taken = np.zeros(self.solver.columns), {}
            self.solver.kept = self.kept
        for place in range(start, len(passes)):
            each = passes[place]
            if deadline is not None and time.monotonic() >= deadline:
                self.stopped = each
                return results, "time limit"
            self.begin(each.name)
            self.before = [*self.before[:place], self.solver.state()]
            try:
                result = self.one(self, each, passes[:place], passes[place + 1 :], deadline)
            except OutOfTime:
                self.stopped = each
                return results, "time limit"
            except NotSolved:
                if each.name != TIES:
                    raise
                break  # the plan stands; only among equals none was chosen
            results.append(result)
            self.end(result)
        return results, "optimal"

    def solve_and_hold(
        self, each: Pass, earlier: Sequence[Pass], later: Sequence[Pass], deadline: float | None
    ) -> PassResult:
        """One pass, held for those after it."""
        if each.how == "fair":
            return self._share(each, later, deadline)
        if each.takes:
            self._open(earlier, each.takes)
        if each.name == TIES:
            again = partial(self.solve, each, deadline)
            return one_of_equals(self.solver, self.layout, self.weight, earlier, again, deadline)
        result = self.solve(each, deadline)
        self.reached[each.name] = result.value
        if not later or each.how == "told":
            return result
        if each.how == "shared" and not self.is_nothing(each):
            return self._hold_shared(each, result, later, deadline)
        if later[0].name == TIES:
            result = self.hold_exactly(each, result, deadline)
            self.solver.close_rooms(self.levels)
        elif each.how == "first":
            self._first = self.solver.state(with_basis=True)
            self.solver.hold_optimal()
        elif gives(each, later):
            takes = max((other.takes for other in later), default=0.0)
            levels, served = self.settle(each, deadline, serve=not takes)
            takes = takes if is_need(each) else 0.0
            self.solver.hold_terms(each.measure.terms, self.by_term(each), levels, each.room, takes=takes)
            self.solver.close(served)
            result = replace(result, terms=self.by_term(each) @ levels, columns=levels)
        else:
            self._let_go_beyond(each, result.value)
            result = self.hold_exactly(each, result, deadline)
        if each.takes:
            self._give_back(earlier, each.takes, deadline)
        return result

    def hold_exactly(self, each: Pass, result: PassResult, deadline: float | None) -> PassResult:
        """Hold what the pass just solved reached, and how it falls to its terms, without room; its result as it is held."""
        terms = each.measure.terms
        if not self.may_fall_otherwise(each):
            self.hold_best(each)
            self.at_best(each)
            return result
        levels, _ = self.settle(each, deadline)
        self.hold_settled(each, deadline)
        self.solver.hold_terms(terms, self.by_term(each), levels, 0.0)
        self.levels = levels
        return replace(result, terms=self.by_term(each) @ levels, columns=levels)

    def hold_settled(self, each: Pass, deadline: float | None) -> None:
        """Fix what every optimum of a pass shares, once the solver stands at one again."""
        cost = self.layout.costs(each.measure)
        self.solver.set_costs(cost * near_one(cost))
        status = self.solver.solve(deadline)
        if status != OPTIMAL:
            raise OutOfTime if status == TIME_LIMIT else NotSolved(status)
        self.solver.hold_optimal()

    def may_fall_otherwise(self, each: Pass) -> bool:
        """Whether what a pass reached lacks anything that may fall to several terms."""
        lacks = self.by_term(each) @ self.levels
        return lacks.size > 1 and bool((lacks > NOTHING).any())

    def _let_go_beyond(self, each: Pass, value: float, room: float = 0.0) -> None:
        """The plan taken over stands closely no longer where it is worse in a pass than its room allows."""
        solver = self.solver
        if solver.kept is not None:
            solver.let_go(float(self.layout.costs(each.measure) @ solver.kept) > solver.worth_keeping(value, room))

    def settle(self, each: Pass, deadline: float | None, *, serve: bool = False) -> tuple[Floats, Integers]:
        """Which optimum of the pass just solved is held: how it falls to its terms, and what lacks in no optimum of it.

        serve  also find the columns of what lacks in none; else there are none
        """
        if each.how == "shared" and not self.is_nothing(each):
            return self._share_worst_first(each, deadline), np.zeros(0, dtype=np.int64)
        before, served = self.solver.state(with_basis=self.goes_on), np.zeros(0, dtype=np.int64)
        self.hold_best(each)
        try:
            if serve and not self.is_nothing(each):
                served = self._wholly_served(each, deadline)
            self._split(each, deadline)
            self.at_best(each)
        finally:
            self.solver.go_back(before)
        return self.levels, served

    def at_best(self, each: Pass) -> None:
        """Called where the solver holds the optima of a pass, and ``levels`` is the one that is settled on."""

    def is_nothing(self, each: Pass) -> bool:
        """Whether all that a pass counts is nothing, and cannot be less."""
        cost = self.layout.costs(each.measure)
        at = np.flatnonzero(cost)
        least = (cost[at] > 0).all() and (self.solver.lower[at] >= 0).all()
        return bool(least and (self.levels[at] <= NOTHING).all())

    def hold_best(self, each: Pass) -> None:
        """Only optimal plans of the pass just solved from now on; where it is nothing, that alone says so."""
        if self.is_nothing(each):
            self.solver.close(np.flatnonzero(self.layout.costs(each.measure)))
        else:
            self.solver.hold_optimal()

    def _split(self, each: Pass, deadline: float | None) -> None:
        """Among the optima that the solver holds, the one that falls to the terms of a pass by the largest least share, then
        the next.

        Without that what is held would hang on the way in which the solver came to the optimum. The share of a term that
        lacks is its part of what it would be if nothing were had.
        """
        solver, by_term = self.solver, self.by_term(each)
        movable = np.where(solver.upper[: solver.columns] - solver.lower[: solver.columns] > 0, 1.0, 0.0)
        if not self.may_fall_otherwise(each) or np.count_nonzero(abs(by_term) @ movable) < 2:
            return
        upper = solver.upper_at_first
        whole = by_term @ np.where(np.isfinite(upper), upper, 0.0)
        endless = (abs(by_term) @ (~np.isfinite(upper)).astype(float) > 0) | (whole <= 0)
        lacks = sparse(by_term.multiply((1.0 / np.where(endless, 1.0, whole))[:, None]))
        shares = Shares(lacks, np.zeros(lacks.shape[0], dtype=np.int64), items_of(each))
        shared = self._settled_shares(shares, deadline)
        self.levels = shared.levels

    def _settled_shares(self, shares: Shares, deadline: float | None) -> Shared:
        """How shares are settled among the plans that the solver holds."""
        shared = self.settle_shares(shares, deadline)
        if shared.status != OPTIMAL:
            raise OutOfTime if shared.status == TIME_LIMIT else NotSolved(shared.status)
        return shared

    def settle_shares(self, shares: Shares, deadline: float | None) -> Shared:
        """Settle shares on the solver itself."""
        return share_fairly(self.solver, shares, deadline)

    def solve(self, each: Pass, deadline: float | None) -> PassResult:
        """One pass made small; nothing is held yet."""
        solver, cost = self.solver, self.layout.costs(each.measure)
        factor = near_one(cost)
        if each.name in self.stood and each.name not in SETTLING:
            solver.begin_where(self.stood.pop(each.name))
        if each.name == PERSISTENCE and solver.kept is not None and solver.closely:
            at = np.flatnonzero(cost)  # what stands as it was, or nearly, changes no further
            most = np.minimum(solver.upper[at], solver.kept[at] + NOTHING * np.maximum(1.0, solver.kept[at]))
            solver.bound(at, np.minimum(solver.lower[at], most), most)
        solver.set_costs(cost * factor)
        narrow = each.name in SETTLING or solver.kept is not None
        status = solver.solve(deadline, afresh=not narrow)
        if narrow and status not in (OPTIMAL, TIME_LIMIT):
            solver.loosen()
            status = solver.solve(deadline)
        if status == TIME_LIMIT:
            self._take_what_there_is(cost)
        if status != OPTIMAL:
            raise OutOfTime if status == TIME_LIMIT else NotSolved(status)
        solution = solver.solution()
        self.levels = solver.levels()[: solver.columns]
        solver.remember(each.name, cost * factor)
        duals = np.array(solution.row_dual)[: solver.rows] / factor
        return self._result(
            each, cost, duals, np.array(solution.col_dual)[: solver.columns] / factor, iterations(solver)
        )

    def _take_what_there_is(self, cost: Floats) -> None:
        """Out of time within a pass: the plan that the solver stands at, where it keeps all that is held and is better."""
        if self.solver.found_a_plan:
            now = self.solver.levels()[: self.solver.columns]
            if not self.levels.any() or cost @ now < cost @ self.levels:
                self.levels = now

    def parts_of(self, each: Pass) -> Floats:
        """Share of what is asked for that a unit of each column lacks, in a pass that is shared, shape (columns,)."""
        found: Floats = self.layout.costs(each.measure) / self.weight[self.layout.column_node]
        return found

    def shares_of(self, each: Pass) -> Shares:
        """What is to be shared in a pass that is: an entry for each column that lacks, those of a period together."""
        part = self.parts_of(each)
        at = np.flatnonzero(part)
        lacks = sparse((part[at], (np.arange(at.size), at)), shape=(at.size, self.solver.columns))
        term, column = self.by_term(each).tocoo().coords
        item = np.zeros(self.solver.columns, dtype=np.int64)
        item[column] = items_of(each)[term]
        return Shares(lacks, self.layout.column_node[at], item[at])

    def _share(self, each: Pass, later: Sequence[Pass], deadline: float | None) -> PassResult:
        """What lacks is shared, period by period, and every share is held with its room."""
        self.stood.clear()  # what comes after is far from where it was without
        solver, cost = self.solver, self.layout.costs(each.measure)
        at = np.flatnonzero(cost)
        part = self.parts_of(each)[at]
        stood = solver.basis_as_it_is()
        shared = self._settled_shares(self.shares_of(each), deadline)
        self.levels = shared.levels
        last = bool(later) and later[0].name == TIES
        if self._first is not None and each.room > 0 and not last:
            solver.go_back(self._first)
            solver.begin_as(stood)
        self._hold_lacks(each, shared.lack / part, last=last)
        nothing = np.zeros(0)
        return self._result(each, cost, nothing, nothing, shared.steps)

    def _hold_shared(self, each: Pass, result: PassResult, later: Sequence[Pass], deadline: float | None) -> PassResult:
        """Hold what lacks as it is shared, each with its room; prices are those of the least that can lack in all."""
        levels, _ = self.settle(each, deadline)
        self._hold_lacks(each, levels[np.flatnonzero(self.layout.costs(each.measure))], last=later[0].name == TIES)
        value = float(result.cost @ levels)
        return replace(result, value=value, bound=value, terms=self.by_term(each) @ levels, columns=levels)

    def _share_worst_first(self, each: Pass, deadline: float | None) -> Floats:
        """Share what lacks of the pass just solved; each of its columns is held so while ``at_best`` looks at it."""
        shared = share_worst_first(self.solver, self.shares_of(each), self.weight, deadline)
        if shared.status != OPTIMAL:
            raise OutOfTime if shared.status == TIME_LIMIT else NotSolved(shared.status)
        before, self.levels = self.solver.state(with_basis=self.goes_on), shared.levels
        at = np.flatnonzero(self.layout.costs(each.measure))
        most = np.minimum(self.solver.upper[at], np.maximum(shared.levels[at], 0.0) + ROUNDING)
        self.solver.bound(at, np.minimum(self.solver.lower[at], most), most)
        self.at_best(each)
        self.solver.go_back(before)
        self.levels = shared.levels
        return shared.levels

    def _hold_lacks(self, each: Pass, own: Floats, *, last: bool) -> None:
        """Hold what each entry of a shared pass lacks, with its room; exactly before ties."""
        solver, cost = self.solver, self.layout.costs(each.measure)
        at = np.flatnonzero(cost)
        most = own * (1.0 if last else 1.0 + each.room) + (ROUNDING if each.how == "shared" else 0.0)
        self._let_go_beyond(each, float(cost @ self.levels), each.room)
        if (
            each.how == "shared"
            and solver.kept is not None
            and (solver.kept[at] > most + CLOSE * np.maximum(1, most)).any()
        ):
            solver.kept = None  # the plan taken over, its later decisions the best in sum, does not share so
        if solver.kept is not None:
            kept = solver.kept[at]
            closely = solver.closely and each.room > 0
            most = kept + CLOSE * np.maximum(1.0, kept) if closely else most_allowed(own, most, kept)
        most = np.minimum(solver.upper[at], most)
        solver.bound(at, np.minimum(solver.lower[at], most), most)
        if last:
            solver.close_rooms(self.levels)

    def _result(self, each: Pass, cost: Floats, duals: Floats, reduced: Floats, steps: int) -> PassResult:
        value = float(cost @ self.levels)
        return PassResult(
            each.rank, each.name, each.measure.unit, value, value, 0.0, "optimal", steps, cost,
            self.by_term(each) @ self.levels, self.levels, duals, reduced,
        )  # fmt: skip

    def _wholly_served(self, each: Pass, deadline: float | None) -> Integers:
        """Columns of what the terms of a pass lack in periods in which no optimum, as the solver holds them, lets them lack
        anything.

        Where whole numbers are still sought there are none: they need the room.
        """
        solver = self.solver
        if not each.measure.parted or (solver.lower[solver.whole] < solver.upper[solver.whole]).any():
            return np.zeros(0, dtype=np.int64)
        term, at = sp.coo_array(self.by_term(each)).coords
        period = term * len(self.weight) + self.layout.column_node[at]
        lacks = np.bincount(period, (self.levels[at] > NOTHING) | (solver.lower[at] > 0)) > 0
        solver.set_costs(np.zeros(solver.column_count))
        open_ones = at[~lacks[period] & (solver.upper[at] > NOTHING)]
        while open_ones.size:  # those that can lack among the optima: all that can at once, then whether others can
            solver.set_costs(np.full(open_ones.size, -1.0), open_ones)
            status = solver.solve(deadline)
            if status != OPTIMAL:
                raise OutOfTime if status == TIME_LIMIT else NotSolved(status)
            found = solver.levels()[at] > NOTHING
            if not found[~lacks[period]].any():
                break
            lacks |= np.bincount(period, found) > 0
            solver.set_costs(np.zeros(open_ones.size), open_ones)
            open_ones = at[~lacks[period] & (solver.upper[at] > NOTHING)]
        kept = np.zeros(at.size, dtype=bool) if solver.kept is None else solver.kept[at] > NOTHING
        served: Integers = at[~lacks[period] & ~kept].astype(np.int64)
        return served

    def _open(self, earlier: Sequence[Pass], takes: float) -> None:
        """Let what steadiness may take of the needs be taken."""
        kept = {each.name: self._kept_within(each, takes) for each in earlier if is_need(each)}
        for n, held in enumerate(self.solver.held):
            if held.term.measure in kept:
                stands = kept[held.term.measure]
                most = self._most_taken(held, takes, stands)
                closely = self.solver.closely and stands is not None
                self.solver.set_most(n, most if closely else max(held.most, most))

    def _kept_within(self, each: Pass, takes: float) -> Floats | None:
        """The plan taken over, where it gives a need as a whole no less than what steadiness may leave of it."""
        kept, reached = self.solver.kept, self.reached.get(each.name)
        if kept is None or reached is None:
            return None
        most = self.solver.worth_keeping(reached, takes)
        return kept if float(self.layout.costs(each.measure) @ kept) <= most else None

    def _most_taken(self, held: HeldTerm, takes: float, kept: Floats | None) -> float:
        """Most that a term may come to for steadiness: what that may take, or where the plan taken over stands."""
        if kept is None:
            return held.value + takes * abs(held.value)
        return self.solver.at_kept(held.value, held.now(kept))

    def _give_back(self, earlier: Sequence[Pass], takes: float, deadline: float | None) -> None:
        """Make the needs small again while steadiness is held, and hold them there: with their own room beyond that, but
        at most at what may be taken, or exactly where they have none. Where the plan taken over stands
        closely they are held already.
        """
        solver = self.solver
        for each in (one for one in earlier if is_need(one)):
            kept = self._kept_within(each, takes)
            if solver.closely and kept is not None:
                self.taken[each.name] = self.by_term(each) @ self.levels
                continue
            cost = self.layout.costs(each.measure)
            solver.set_costs(cost * near_one(cost))
            status = solver.solve(deadline)
            if status != OPTIMAL:
                raise OutOfTime if status == TIME_LIMIT else NotSolved(status)
            self.levels = solver.levels()
            if each.room > 0:
                _, served = self.settle(each, deadline, serve=True)
                solver.close(served)
            elif self.may_fall_otherwise(each):
                self.levels, _ = self.settle(each, deadline)
                self.hold_settled(each, deadline)
            else:
                solver.hold_optimal()
            self.taken[each.name] = self.by_term(each) @ self.levels
            for n, held in enumerate(solver.held):
                if held.term.measure == each.name and not held.exact:
                    size = abs(held.value)
                    most = self._most_taken(held, max(takes, each.room), kept)
                    solver.set_most(n, min(most, held.now(self.levels) + each.room * size) + ROUNDING * max(1.0, size))


def gives(each: Pass, later: Sequence[Pass]) -> bool:
    """Whether later passes may take of a pass, so that each of its terms is held for itself."""
    return each.room > 0 or (is_need(each) and any(other.takes for other in later))


def is_need(each: Pass) -> bool:
    """Whether a pass is of need or own use, of whatever rank."""
    return objective_of(each.name) in GIVES


def items_of(each: Pass) -> Integers:
    """Number of the item of each term of a pass, shape (terms,); of one that is of no item a number of its own."""
    numbers: dict[str, int] = {}
    names = [str(getattr(term.of, "item", term.of)) for term in each.measure.terms]
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def near_one(cost: Floats) -> float:
    """Factor that brings costs near one, a power of two so that nothing is rounded: the solver's tolerances are absolute."""
    return float(2.0 ** -round(np.log2(np.median(np.abs(cost[cost != 0]))))) if cost.any() else 1.0


def iterations(solver: PassSolver) -> int:
    """Iterations of the last run."""
    return max(0, int(solver.info.simplex_iteration_count)) + max(0, int(solver.info.ipm_iteration_count))
