"""Whole numbers where they matter: on the plans that the linear passes leave.

The linear passes come first. Whole numbers are then sought among the plans that they hold, making the last pass small: where
such a plan exists, every pass before it is within its own room of its linear optimum, which bounds it, and most columns are
already fixed. Where none exists, the search goes back pass by pass to the first whose whole numbers cost something, makes
that small in whole numbers, holds it, and the linear passes after it run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rampart.engine.highs import INFEASIBLE, NO_LIMIT, OPTIMAL, TIME_LIMIT, sparse
from rampart.network.lags import Floats
from rampart.plan.model.passes import RULES, STEADY
from rampart.plan.programme.measures import ROOM, Pass, Term
from rampart.plan.solving.branching import branched, running
from rampart.plan.solving.linear_passes import TIES, LinearPasses, NotSolved, gives, near_one
from rampart.plan.solving.nearest_possible import nearest_possible
from rampart.plan.solving.pass_solver import LARGE, NOTHING, State
from rampart.plan.solving.solution import PassResult
from rampart.plan.solving.whole_shares import MANY_TERMS, most_even

SLIVER = 1e-6
"""Room of a pass with whole numbers that gives nothing: above the solver's own tolerance, or it finds no plan in it."""

FEW, MANY = 40, 400
"""In a large case, branches of a search that may find that there is no such plan, and of one that is sure of one: counts,
so that the plan does not hang on the speed of the machine. What is found by then stands, with its gap."""

WIDE, BRANCHES = 4_000, 200
"""Columns from which whole numbers are first sought branch by branch, from where the linear pass stood; and how many."""

LEAST = 1e-6
"""Part of a unit that is nothing."""

SOLVED = 1e-4
"""Gap up to which a pass counts as optimal."""

OVERTURN, EQUAL = 1e-3, 1e-6
"""Part of a pass that other whole numbers must gain before decisions taken over are changed for it, in a large case, and part
that is nothing."""

PROVED = 0.1
"""Gap of a pass with whole numbers, as a share of its room."""


@dataclass
class Whole:
    """Whole numbers found, as scaled columns; a bound below the value of each pass; whether time ran out.

    certain  whether a plan with them has been seen
    """

    columns: Floats | None = None
    bounds: dict[str, float] = field(default_factory=dict)
    status: str = "optimal"
    certain: bool = True


def in_whole_numbers(passes: Sequence[Pass]) -> list[Pass]:
    """The passes that whole numbers are sought for: fairness beyond the worst-off is settled for the whole numbers found,
    and so are ties, unless nothing else is asked.

    What whole numbers cost a pass is at most the room that passes have by default, however much the case may give.
    """
    sought = [each for each in passes if each.how != "fair" and each.name != TIES] or list(passes)
    return [
        replace(each, how="shared" if each.how == "shared" else "held", room=min(each.room, ROOM)) for each in sought
    ]


def nearest(linear: LinearPasses, passes: Sequence[Pass], deadline: float | None = None) -> Whole:
    """The whole numbers nearest to the plan of the linear passes, whose values bound every pass; without columns where
    the time was too short for any.
    """
    results, _ = linear.run(passes, deadline)
    columns = linear.levels.copy() if linear.levels.any() else None
    return Whole(columns, {result.name: result.value for result in results}, certain=False)


def carry_out(
    linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass], deadline: float | None = None
) -> tuple[list[PassResult], str]:
    """The linear passes with whole numbers fixed; where there is no such plan, ``whole`` is left without columns."""
    solver = linear.solver
    solver.go_back(start)
    solver.settle_whole(np.zeros(0) if whole.columns is None else whole.columns)
    linear.stood = {stage.name: stage for stage in solver.stages}
    solver.stages.clear()
    try:
        results, status = linear.run(passes, deadline)
    except NotSolved:
        if whole.certain:
            raise
        whole.columns = None
        return [], whole.status
    finally:
        linear.stood = {}
    return [_bounded(result, whole) for result in results], status


def breaks_a_rule(results: Sequence[PassResult], whole: Whole) -> bool:
    """Whether whole numbers break a rule of the case, a budget say, that the linear plan keeps."""
    return any(one.name == RULES[0] and one.value > whole.bounds.get(one.name, one.value) + SOLVED for one in results)


def carry_out_within_rules(
    linear: LinearPasses, whole: Whole, fractions: Floats, start: State, passes: Sequence[Pass],
    deadline: float | None = None,
) -> tuple[list[PassResult], str]:  # fmt: skip
    """``carry_out``; where it leaves no plan, once more with the nearest that leave one; where it breaks a rule, with what
    shares a limit with what gave way, as works share a budget, rounded down.

    fractions  scaled columns of the plan that the whole numbers are rounded from
    """
    solver = linear.solver
    stages = list(solver.stages)
    results, status = _possible(linear, whole, start, passes[:1], deadline)  # whether a rule breaks is known by then
    if results and status == "optimal" and breaks_a_rule(results, whole) and whole.columns is not None:
        gave_way = (linear.layout.costs(passes[0].measure) > 0) & (results[0].columns > LEAST)
        matrix = abs(linear.layout.matrix)
        limits = (matrix @ gave_way.astype(float)) > 0
        share = np.flatnonzero(matrix.T @ limits.astype(float))
        at = np.intersect1d(linear.solver.whole, share)
        whole.columns = whole.columns.copy()
        whole.columns[at] = np.floor(fractions[at] + LEAST)
        solver.stages[:] = stages
        results, status = _possible(linear, whole, start, passes[:1], deadline)
    if not results or status != "optimal":
        return results, status
    solver.stages[:] = stages
    return carry_out(linear, whole, start, passes, deadline)


def _possible(
    linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass], deadline: float | None
) -> tuple[list[PassResult], str]:
    """``carry_out`` of the first passes; where that leaves no plan, with the nearest whole numbers that leave one."""
    solver, stages, fractions = linear.solver, list(linear.solver.stages), whole.columns
    tries, solver.tries = solver.tries, 1  # one proof that there is none is enough
    results, status = carry_out(linear, whole, start, passes, deadline)
    solver.tries = tries
    if results or status != "optimal" or fractions is None:
        return results, status
    m = linear.layout.matrices
    bounds = start.lower, start.upper
    whole.columns = nearest_possible(m.matrix, start.rows, bounds, solver.whole, fractions, deadline)
    if whole.columns is None:
        return results, status
    solver.stages[:] = stages
    return carry_out(linear, whole, start, passes, deadline)


def settle_after_fair(
    linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass], results: list[PassResult]
) -> list[PassResult]:
    """The results, with whole numbers sought again for the pass after the one that shares fairly.

    Shares are settled for whole numbers found before, and are held then; what bounds the pass after them are the plans with
    any whole numbers that keep these shares. Where one of them is better than the gap allows, its whole numbers are taken:
    the passes before run again with them, and the shares stay.
    """
    place = next((n for n, each in enumerate(passes) if each.how == "fair"), len(passes)) + 1
    if place >= len(results) or passes[place].name == TIES or results[place].status == "optimal":
        return results
    solver, each, result = linear.solver, passes[place], results[place]
    stages, fair = list(solver.stages), linear.before[place]
    solver.go_back(fair)
    solver.bound(solver.whole, start.lower[solver.whole], start.upper[solver.whole])
    cost = linear.layout.costs(each.measure)
    factor = near_one(cost)
    solver.set_costs(cost * factor)
    sums = running(linear.layout, solver.whole)
    stood = next(stage for stage in stages if stage.name == each.name)
    solver.begin_from(*stood.basis)
    solver.solved = True  # that plan stays possible where whole numbers are free again
    gap, known = max(solver.mip_gap, PROVED * each.room), result.value * factor
    found = branched(solver, sums, gap=gap, most=BRANCHES, best=known)
    whole.bounds[each.name] = found.bound / factor
    bounded = _bounded(result, whole)
    if bounded.status == "optimal" or found.columns is None:
        solver.stages[:] = stages
        return [*results[:place], bounded, *results[place + 1 :]]
    whole.columns = found.columns
    before, _ = carry_out(linear, whole, start, passes[: place - 1])
    solver.go_back(fair)
    solver.settle_whole(found.columns)
    after, _ = linear.run(passes, None, start=place)
    return [*before, results[place - 1], *(_bounded(one, whole) for one in after)]


def as_taken(linear: LinearPasses, whole: Whole, start: State, passes: Sequence[Pass]) -> list[PassResult]:
    """The linear passes with the whole numbers of the plan taken over; nothing where there is none, or others are worth more.

    The first pass that they cost anything, against the linear plan that bounds it, decides.
    """
    kept = linear.kept
    if kept is None:
        return []
    results, _ = carry_out(linear, replace(whole, columns=kept), start, passes)
    for result in results:
        best = whole.bounds.get(result.name, result.value)
        lost = (result.value - best) / max(abs(best), 1.0)
        if lost > OVERTURN:
            return []
        if lost > EQUAL:
            break
    if results:
        whole.columns = kept
    return results


def _bounded(result: PassResult, whole: Whole) -> PassResult:
    """A pass with the bound that whole numbers have there: optimal, within its gap, or with no bound known."""
    bound = min(whole.bounds.get(result.name, np.nan), result.value) if result.name in whole.bounds else np.nan
    gap = (result.value - bound) / max(abs(result.value), 1e-9)
    status = "unproved" if np.isnan(gap) else "optimal" if gap <= SOLVED else "within"
    return replace(result, bound=bound, gap=gap, status=status)


class WholeNumbers:
    """The search for whole numbers, for passes as ``in_whole_numbers`` gives them."""

    def __init__(self, linear: LinearPasses, passes: Sequence[Pass], deadline: float | None) -> None:
        self.linear, self.solver, self.passes, self.deadline = linear, linear.solver, passes, deadline
        self.found = Whole()
        self.sums = running(linear.layout, linear.solver.whole)
        self.slivers: list[int] = []  # places among what is held of passes held with a sliver
        self.even: set[str] = set()  # passes that fall to their terms as evenly as whole numbers allow

    def search(self, *, secured: bool = True) -> Whole:
        """Whole numbers for all passes. Raises NotSolved where there are none.

        secured  there is something to come back with if time runs out; else any whole numbers are sought first
        """
        found, passes, settled = self.found, self.passes, 0
        if not secured:
            self._least(0)
            self._linear_again()
        while found.status == "optimal" and settled < len(passes):
            # what is held now holds a little more than where these passes stood before
            self.linear.stood = {stage.name: stage for stage in self.solver.stages} if settled else {}
            results, found.status = self.linear.run(passes, self.deadline, start=settled)
            self.linear.stood = {}
            found.bounds |= {result.name: result.value for result in results}
            if found.status == "time limit":
                break
            place = self._last_that_is_whole(settled)
            if place is None:
                break  # the whole numbers found stay; no bound is claimed for the passes that are left
            settled = place + 1
        if found.columns is None:
            raise NotSolved("time limit")
        if found.status == "optimal" and settled == len(passes):
            self._share_the_rest()
        return found

    def _last_that_is_whole(self, settled: int) -> int | None:
        """Last pass for which there are whole numbers among the plans that the passes before it hold; it is held."""
        for place in range(len(self.passes) - 1, settled - 1, -1):
            self.solver.go_back(self.linear.before[place])
            self.linear.begin(self.passes[place].name)
            if self._least(place, certain=place == settled):
                self._hold(self.passes[place])
                self._linear_again()
                return place
            for each in self.passes[place:]:
                self.found.bounds.pop(each.name, None)
            if self.found.status == "time limit":
                return None
        if self.found.columns is None:
            raise NotSolved("Infeasible")
        return None

    def _least(self, place: int, *, certain: bool = False) -> bool:
        """Make a pass small in whole numbers, from where the solver stands; whether a plan was found.

        certain  there is one: where presolve denies it, it errs
        """
        each, solver = self.passes[place], self.solver
        cost = self.linear.layout.costs(each.measure)
        factor = near_one(cost)
        solver.set_costs(cost * factor)
        if solver.columns >= WIDE:
            self._linear_again()
            stands = next((stage for stage in reversed(solver.stages) if stage.name == each.name), None)
            if stands is not None and len(stands.basis[1]) == solver.row_count:
                solver.begin_from(*stands.basis)
            found = branched(
                solver, self.sums, gap=max(solver.mip_gap, PROVED * each.room), most=BRANCHES, deadline=self.deadline
            )
            if found.columns is not None and found.settled:
                self.found.columns = found.columns
                self.found.bounds[each.name] = found.bound / factor
                return True
            if found.settled and not certain:
                return False
        solver.forget()
        # a pass that gives need not be proved to the last digit
        solver.option("mip_rel_gap", max(solver.mip_gap, PROVED * each.room))
        most = MANY if certain else FEW
        solver.option("mip_max_nodes", most if solver.columns >= LARGE else solver.branches)
        status = solver.solve(self.deadline, whole=True)
        if solver.columns < LARGE and status not in (OPTIMAL, INFEASIBLE, TIME_LIMIT):
            solver.cut_short = solver.branches < NO_LIMIT
        # presolve may deny what there is, or end with fractions that it calls whole
        if (certain and status == INFEASIBLE) or (status == OPTIMAL and not solver.found_a_plan):
            solver.begin_afresh("off", 1)
            status = solver.solve(self.deadline, whole=True)
            solver.option("presolve", "choose")
        if certain and not solver.found_a_plan and status not in (INFEASIBLE, TIME_LIMIT):
            solver.option("mip_max_nodes", NO_LIMIT if solver.columns >= LARGE else solver.branches)
            status = solver.solve(self.deadline, whole=True)
        if status == TIME_LIMIT:
            self.found.status = "time limit"
        if not solver.found_a_plan:
            return False
        self.found.columns = solver.levels()
        self.found.bounds[each.name] = float(solver.info.mip_dual_bound) / factor
        return True

    def _linear_again(self) -> None:
        """Whole numbers may be fractions again."""
        self.solver.set_whole(self.solver.whole, False)
        self.solver.forget()
        self.solver.solved = False

    def _hold(self, each: Pass) -> None:
        """Hold what a pass reached in whole numbers."""
        levels = self.found.columns
        if levels is None or each is self.passes[-1]:
            return
        if gives(each, self.passes[self.passes.index(each) + 1 :]):
            levels = self._evenly(each, levels)
            terms, by_term = each.measure.terms, self.linear.by_term(each)
            self.solver.hold_terms(terms, by_term, levels, each.room, rounding=SLIVER)
            return
        cost = sparse(self.linear.layout.costs(each.measure)[None, :])
        levels = self._without_slivers(each, levels)
        before = len(self.solver.held)
        self.solver.hold_terms([Term(each.name)], cost, levels, 0.0, rounding=SLIVER)
        self.slivers += range(before, len(self.solver.held))

    def _evenly(self, each: Pass, levels: Floats) -> Floats:
        """The plan of the same value, in what the solver holds, that falls most evenly to the terms of a pass, or, where it
        shares by period, to its entries.
        """
        self.even.add(each.name)
        solver, cost = self.solver, self.linear.layout.costs(each.measure)
        by_term = self.linear.by_term(each)
        if each.how == "shared":
            at = np.flatnonzero(cost)
            by_term = sparse((cost[at], (np.arange(at.size), at)), shape=(at.size, cost.size))
        lacking = by_term @ levels
        if each.name == STEADY or solver.columns >= WIDE or not 1 < lacking.size <= MANY_TERMS:
            return levels
        upper = solver.upper_at_first
        sizes = by_term @ np.where(np.isfinite(upper), upper, 0.0)
        endless = abs(by_term) @ (~np.isfinite(upper)).astype(float) > 0
        if endless.any() or (sizes <= 0).any() or not (lacking > NOTHING * sizes).any():
            return levels
        before = solver.state()
        solver.hold_terms([Term(each.name)], sparse(cost[None, :]), levels, 0.0, rounding=SLIVER)
        found = most_even(solver, sparse(by_term.multiply((1.0 / sizes)[:, None])), sizes, self.deadline)
        solver.go_back(before)
        if found is None:
            return levels
        self.found.columns = found
        return found

    def _share_the_rest(self) -> None:
        """What passes lack of which only the sum is held falls to their terms most evenly, all that was reached being held."""
        last = self.passes[-1]
        levels = self.found.columns
        if levels is None or self.solver.columns >= WIDE:
            return
        cost = sparse(self.linear.layout.costs(last.measure)[None, :])
        self.solver.hold_terms([Term(last.name)], cost, levels, 0.0, rounding=SLIVER)
        for each in self.passes:
            if each.name not in self.even and self.found.columns is not None:
                levels = self._evenly(each, self.found.columns)
                self.solver.hold_terms(each.measure.terms, self.linear.by_term(each), levels, 0.0, rounding=SLIVER)
        self._linear_again()

    def _without_slivers(self, each: Pass, levels: Floats) -> Floats:
        """The plan with the same whole numbers and next to no room in the passes held with a sliver.

        A pass with whole numbers may win a little by the slivers of those before it. Held at that little less, the next
        pass would have to win it too, and could miss its best plan by a whole lot.
        """
        solver, whole = self.solver, np.round(levels[self.solver.whole])
        if not self.slivers:
            return levels
        before = solver.state()
        solver.set_whole(solver.whole, False)
        solver.bound(solver.whole, whole, whole)
        for n in self.slivers:
            held = solver.held[n]
            solver.set_most(n, held.most - 0.9 * (held.most - held.value))
        cost = self.linear.layout.costs(each.measure)
        solver.set_costs(cost * near_one(cost))
        solver.solved = False
        clean = solver.levels() if solver.solve(None) == OPTIMAL else levels
        solver.go_back(before)
        return clean
