"""One persistent model for the passes of a plan: each pass is solved, its terms are held, and it can be come back to."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rampart.engine.highs import BEYOND, NO_LIMIT, OPTIMAL, TIME_LIMIT, UNKNOWN, Highs, Sparse, sparse
from rampart.engine.linear_programme import NEARLY
from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Term

LARGE = 20_000  # columns from which the interior-point code with crossover beats the simplex code (SOLVER.md)
SMALL = 2_000  # columns up to which a search for whole numbers ends sooner without smaller problems solved beside it
PROBLEMS_BESIDE = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost")
DUAL_TOLERANCE = 1e-7
NOTHING = 1e-7  # solver units up to which a column is nothing: the solver's own tolerance
NARROW = 1e-5  # room of a term held where the plan taken over stands, of its value or in solver units
CLOSE, WORTH_A_CHANGE = 1e-6, 1e-3  # the same where it stands closely, and part of a pass for which it is then changed
ROUNDING = 1e-9  # of a term that gives nothing
PROBE_ITERATIONS = 5_000
WEIGHTS = "simplex_dual_edge_weight_strategy"
"""Option of the solver: the weights that it works out anew from a basis take ten times as long as a probe without."""
STUCK = 5.0  # seconds after which it is stuck in a small model: it takes hundredths, on a busy machine tenths
LEAST_SECONDS = 0.05  # that a run gets when the time is up
AFRESH = (("choose", 1), ("off", 1), ("choose", 4), ("off", 4))  # presolve, and dual (1) or primal (4) simplex


@dataclass(frozen=True, eq=False)
class Stage:
    """A linear pass as the solver saw it, to come back to: bounds before it, its basis, costs, value and columns."""

    name: str
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    basis: tuple[list[Any], list[Any]] = field(repr=False)
    cost: Floats
    value: float
    levels: Floats
    held: tuple[HeldTerm, ...] = field(default=(), repr=False)


@dataclass(frozen=True, eq=False)
class HeldTerm:
    """A term of a solved pass and how it is held: ``coefficients x columns <= most``, all in solver units near one.

    value  what it reached in its pass; ``most`` what it may be now
    row    the row that holds it; -1: it has one column only, whose upper bound, ``free`` before, holds it
    exact  the row holds it on both sides
    """

    term: Term
    columns: Integers
    coefficients: Floats
    value: float
    most: float
    row: int = -1
    free: float = np.inf
    exact: bool = False

    def now(self, levels: Floats) -> float:
        """Its value at levels of all columns."""
        return float(self.coefficients @ levels[self.columns])


@dataclass(frozen=True, eq=False)
class State:
    """Bounds of columns and rows, the terms held, and the basis, to go back to."""

    lower: Floats
    upper: Floats
    rows: tuple[Floats, Floats]
    held: tuple[HeldTerm, ...]
    basis: Any = field(default=None, repr=False)


class PassSolver(Highs):
    """The model of a plan: change costs, bounds and rows, and run again from where it stands.

    whole           columns that are whole numbers where a pass asks for them
    upper_at_first  upper bounds of the columns before anything was held
    kept            scaled columns of the plan taken over, carried out as it is; none where there is none
    closely         whether each term is then held where that plan stands; else there or at its optimum, which is more
    warm            whether a run may start from a basis that was set even where it does not fit what was found before
    held            terms of the passes solved so far that a row or a bound holds; those that are fixed have none
    stages          the passes solved so far, to come back to; none where it does not remember them
    tries           ways in which it begins again where it loses its way
    branches        most branches of a search for whole numbers where the case is not large
    cut_short       whether one of these searches needed more
    """

    def __init__(self, layout: Layout, whole: Integers, *, seed: int = 0, mip_gap: float = 1e-7) -> None:
        m = layout.matrices
        super().__init__(m.matrix, m.row_lower, m.row_upper, m.lower, m.upper, random_seed=seed, mip_rel_gap=mip_gap)
        self.columns, self.rows = self.column_count, self.row_count
        if self.columns < SMALL:
            for searched_beside in PROBLEMS_BESIDE:
                self.option(searched_beside, False)
        self.whole = np.sort(whole)
        self.lower, self.upper, self.upper_at_first = m.lower.copy(), m.upper.copy(), m.upper
        self.row_lower, self.row_upper = m.row_lower.copy(), m.row_upper.copy()
        self.solved, self.mip_gap = False, mip_gap
        self.warm, self.remembers, self.tries = False, True, len(AFRESH)
        self.branches, self.cut_short = NO_LIMIT, False
        self.stages: list[Stage] = []
        self.kept: Floats | None = None
        self.closely = False
        self.held: list[HeldTerm] = []
        self.stands: Any = None  # basis of the pass that is loaded
        self._begun: tuple[Any, int, Any] | None = None

    def solve(self, deadline: float | None, *, whole: bool = False, afresh: bool = True) -> str:
        """Solve from where it stands; the status in words.

        afresh  where it loses its way, begin again in other ways
        """
        # its clock runs on from solve to solve, and a limit once set stays until it is set anew
        left = np.inf if deadline is None else self.seconds + max(LEAST_SECONDS, deadline - time.monotonic())
        self.option("time_limit", left)
        stood = None
        if whole:
            self.set_whole(self.whole, True)
            self.option("solver", "choose")
        elif self.solved or self.warm or self.columns < LARGE:
            # what was optimal for the pass before is feasible for this one: go on from there
            self.option("solver", "simplex")
            self.option("simplex_strategy", 4 if self.solved else 1)
            stood = self.basis_as_it_is()
        else:
            self.option("solver", "ipx")
        status = self.run_beside()
        # rules can give way, and what was found for the pass before fits: presolve can err, and simplex can lose its way
        if stood is not None and status == UNKNOWN:
            self.forget()  # what rounding has made of what the solver knows of its basis, and not the basis
            self.begin_as(stood)
            status = self.run_beside()
        if afresh and not whole and status not in (OPTIMAL, TIME_LIMIT):
            for presolve, strategy in AFRESH[: self.tries]:
                self.begin_afresh(presolve, strategy)
                self.option("time_limit", min(left, self.seconds + (STUCK if self.columns < SMALL else np.inf)))
                status = self.run_beside()
                if status == TIME_LIMIT and (deadline is None or time.monotonic() < deadline):
                    status = UNKNOWN
                if status in (OPTIMAL, TIME_LIMIT):
                    break
            info = self.info
            if status == UNKNOWN and max(info.max_primal_infeasibility, info.max_dual_infeasibility) < NEARLY:
                status = OPTIMAL
        self.option("presolve", "choose")
        self.solved = status == OPTIMAL and not whole
        return status

    def loosen(self) -> None:
        """Let all that bounds columns and rows give by the solver's own tolerance.

        What many passes hold may leave plans so close together that none of them meets every bound to the last digit, and the
        solver will not vouch for the one that it has.
        """
        low, high = self.row_bounds()
        self.set_row_bounds(np.arange(high.size), low, high + NOTHING)
        self.set_bounds(np.arange(self.columns), self.lower, self.upper + NOTHING)

    def begin_afresh(self, presolve: str, strategy: int) -> None:
        """Forget where it stands, and begin in another way."""
        self.forget()
        self.option("solver", "choose")
        self.option("presolve", presolve)
        self.option("simplex_strategy", strategy)

    # -- states --------------------------------------------------------------------------------------------------

    def state(self, *, with_basis: bool = False) -> State:
        """Where it stands."""
        basis = self.basis_as_it_is() if with_basis else None
        return State(self.lower.copy(), self.upper.copy(), self.row_bounds(), tuple(self.held), basis)

    def go_back(self, state: State) -> None:
        """Stand where it stood: rows added since are gone."""
        low, high = state.rows
        added = np.arange(low.size, self.row_count)
        if added.size:
            self.delete_rows(added)
        self.lower, self.upper, self.held = state.lower.copy(), state.upper.copy(), list(state.held)
        self.row_lower, self.row_upper = low[: self.rows].copy(), high[: self.rows].copy()
        self.set_bounds(np.arange(self.columns), self.lower, self.upper)
        self.set_row_bounds(np.arange(low.size), low, high)
        if state.basis is not None:  # rows taken out of it left none
            self.begin_as(state.basis)

    def settle_whole(self, values: Floats) -> None:
        """Fix the whole variables at their values as continuous ones."""
        self.set_whole(self.whole, False)
        self.lower[self.whole] = self.upper[self.whole] = np.round(values[self.whole])
        self.set_bounds(self.whole, self.lower[self.whole], self.upper[self.whole])
        self.forget()
        self.solved = False

    def remember(self, name: str, cost: Floats) -> None:
        """Keep the pass just solved, before anything is held for the next."""
        if not self.remembers:
            return
        levels = self.levels()[: self.columns]
        value = float(cost @ levels)
        columns, rows = self.basis()
        bounds = (self.lower.copy(), self.upper.copy(), *self.row_bounds())
        self.stages.append(Stage(name, *bounds, (columns[: self.columns], rows), cost, value, levels, tuple(self.held)))

    def begin_where(self, stage: Stage) -> None:
        """Start the next run where another run of the same passes stood: among other bounds its prices hold."""
        columns, rows = stage.basis
        stood = {one.term: rows[one.row] for one in stage.held if one.row >= 0}
        of_held: list[Any] = [None] * (self.row_count - self.rows)
        for one in self.held:
            if one.row >= self.rows:
                of_held[one.row - self.rows] = stood.get(one.term)
        self.begin_from(columns, [*rows[: self.rows], *of_held])
        self.warm, self.solved = True, False

    def load(self, stage: Stage, basis: tuple[list[Any], list[Any]] | None = None) -> Floats:
        """Stand where a pass stood, solved, to ask what would change it; its columns there.

        basis  to begin from; none: that of the pass
        """
        self.set_bounds(np.arange(self.columns), stage.lower, stage.upper)
        extra = self.row_count - stage.row_lower.size
        free = np.full(extra, np.inf)
        bounds = np.concatenate([stage.row_lower, -free]), np.concatenate([stage.row_upper, free])
        self.set_row_bounds(np.arange(self.row_count), *bounds)
        self.set_costs(stage.cost)
        self.forget()  # the solver reads the next option only then
        self.option(WEIGHTS, 1)
        self._begin_at(stage.basis if basis is None else basis, extra)
        self.option("solver", "simplex")
        self.option("simplex_strategy", 1)
        self.option("time_limit", np.inf)
        self.run()
        self.stands = self.basis_as_it_is()
        return self.levels()

    def stand_at(self, stage: Stage, closed: Integers, freed: Mapping[int, float]) -> None:
        """Stand where a pass stood before it was solved, with the columns ``closed`` at zero and those in ``freed`` open up
        to a level; ``go_back`` undoes it.
        """
        self.lower, self.upper = stage.lower.copy(), stage.upper.copy()
        others = np.array(list(freed), dtype=np.int64)
        self.lower[closed] = self.upper[closed] = self.lower[others] = 0.0
        self.upper[others] = list(freed.values())
        known, free = stage.row_lower.size, np.full(self.row_count - stage.row_lower.size, np.inf)
        self.row_lower, self.row_upper = stage.row_lower[: self.rows].copy(), stage.row_upper[: self.rows].copy()
        self.held = [
            replace(held, most=float(stage.row_upper[held.row]))
            for held in self.held if self.rows <= held.row < known
        ]  # fmt: skip
        bounds = np.concatenate([stage.row_lower, -free]), np.concatenate([stage.row_upper, free])
        self.set_row_bounds(np.arange(self.row_count), *bounds)
        self.set_bounds(np.arange(self.columns), self.lower, self.upper)
        self.set_costs(stage.cost)
        self._begin_at(stage.basis, free.size)
        self.solved = False

    def _begin_at(self, basis: tuple[list[Any], list[Any]], extra: int) -> None:
        """Start the next run from the basis of a pass, with so many rows that hold later ones; many start from one."""
        if self._begun is None or self._begun[0] is not basis or self._begun[1] != extra:
            columns, rows = basis
            self._begun = basis, extra, self.basis_of(columns, [*rows, *([None] * extra)])
        self.begin_as(self._begun[2])

    def wait(
        self, stage: Stage, closed: Integers, freed: Mapping[int, float], most: float = np.inf, least: float = -np.inf
    ) -> tuple[float, Floats]:
        """Optimal value and columns of the pass that is loaded when the columns ``closed`` stay at zero and those in
        ``freed`` may be anything up to a level; costs as in the stage.

        Starts from the basis of the pass, so only what the closed columns change is worked out anew. Infinite where no
        plan is left; NaN where that takes more than ``PROBE_ITERATIONS``, a count so that results do not depend on speed.

        most   value above which only that it is above matters: what then comes back is a bound above it, without columns
        least  value up to which columns do not matter: none then come back
        """
        others = np.array(list(freed), dtype=np.int64)
        at = np.concatenate([closed, others])
        upper = np.concatenate([np.zeros(closed.size), np.array(list(freed.values()), dtype=float)])
        self.set_bounds(at, np.zeros(at.size), upper)
        self.begin_as(self.stands)
        self.option("simplex_iteration_limit", PROBE_ITERATIONS)
        self.option("objective_bound", most)
        status, value = self.run(), self.value
        self.option("simplex_iteration_limit", NO_LIMIT)
        self.option("objective_bound", np.inf)
        self.set_bounds(at, stage.lower[at], stage.upper[at])
        if "teration" in status:
            return np.nan, np.zeros(self.columns)
        if status == BEYOND:
            return np.nextafter(most, np.inf), np.zeros(self.columns)
        if status != OPTIMAL:
            return np.inf, np.zeros(self.columns)
        return value, self.levels() if value > least else np.zeros(self.columns)

    # -- holding what a pass reached -----------------------------------------------------------------------------

    def hold_terms(
        self, terms: Sequence[Term], by_term: Sparse, levels: Floats, room: float, *, rounding: float = ROUNDING,
        takes: float = 0.0,
    ) -> None:  # fmt: skip
        """Hold each term at its own value with room, a share of that value; a term that is nothing is fixed.

        by_term   coefficient of every column in every term, shape (terms, columns)
        rounding  least room, as a share of the value or in solver units
        takes     share of the whole that steady output may take later: a plan taken over closely stays possible if it did
        """
        rows: list[HeldTerm] = []
        stands = self._kept_within(by_term, levels, room)
        open_to = None
        if self.closely:
            open_to = self._kept_within(by_term, levels, takes) if stands is None else stands
            self.let_go(open_to is None)
        for n, term in enumerate(terms):
            span = slice(by_term.indptr[n], by_term.indptr[n + 1])
            at, factors = by_term.indices[span].astype(np.int64), by_term.data[span]
            if not at.size:
                continue
            nothing = levels[at] <= NOTHING if open_to is None else np.maximum(levels[at], open_to[at]) <= NOTHING
            if (factors > 0).all() and (self.lower[at] <= 0).all() and nothing.all():
                self.bound(at, self.lower[at], np.zeros(at.size))
                continue
            factors = factors * 2.0 ** -round(np.log2(np.abs(factors).max()))  # the solver's tolerance is absolute
            value = float(factors @ levels[at])
            most = value + max(room * abs(value), rounding * max(1.0, abs(value)))
            if stands is not None:
                most = self.at_kept(value, float(factors @ stands[at]))
            elif open_to is not None:
                most = max(most, self.at_kept(value, float(factors @ open_to[at])))
            elif self.kept is not None:
                most = float(most_allowed(value, most, factors @ self.kept[at]))
            if at.size == 1 and factors[0] > 0:
                held = HeldTerm(term, at, factors, value, most, free=float(self.upper[at[0]]))
                self.held.append(held)
                self.set_most(len(self.held) - 1, most)
            else:
                rows.append(HeldTerm(term, at, factors, value, most, row=self.row_count + len(rows)))
        if rows:
            start = np.cumsum([0, *(one.columns.size for one in rows)])
            data = np.concatenate([one.coefficients for one in rows])
            at = np.concatenate([one.columns for one in rows])
            self.add_rows_at_most(
                sparse((data, at, start), shape=(len(rows), self.columns)), np.array([one.most for one in rows])
            )
            self.held += rows

    def _kept_within(self, by_term: Sparse, levels: Floats, room: float) -> Floats | None:
        """The plan taken over, where it gives a pass as a whole no less than its room allows: however it falls to the terms."""
        if self.kept is None:
            return None
        value, kept = (float((by_term @ each).sum()) for each in (levels, self.kept))
        return self.kept if kept <= self.worth_keeping(value, room) else None

    def let_go(self, better: bool) -> None:
        """Where a pass comes out better by more than its room, the plan taken over stands closely no longer."""
        if self.closely and better:
            self.kept = None

    def worth_keeping(self, value: float, room: float) -> float:
        """Most that the plan taken over may come to in a pass and still stand; a gain of next to nothing is worth no change
        where it stands closely and the pass has room at all.
        """
        room += WORTH_A_CHANGE if self.closely and room > 0 else 0.0
        return value + room * abs(value) + NOTHING * max(1.0, abs(value))

    def at_kept(self, value: float, kept: float) -> float:
        """Most that a term may come to where the plan taken over stands: there, and next to no room further."""
        stands, more = (kept, CLOSE) if self.closely else (max(value, kept), NARROW)
        return stands + more * max(1.0, abs(stands))

    def bound(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Bounds of some columns, from now on."""
        self.lower[columns], self.upper[columns] = lower, upper
        self.set_bounds(columns, lower, upper)

    def close(self, columns: Integers) -> None:
        """Columns that are nothing from now on."""
        self.bound(columns, self.lower[columns], np.zeros(columns.size))

    def set_most(self, position: int, most: float) -> None:
        """Let a held term be at most so much."""
        held = self.held[position] = replace(self.held[position], most=most, exact=False)
        if held.row >= 0:
            self.set_row_bound(held.row, -np.inf, most)
            return
        at, upper = held.columns, np.minimum(held.free, most / held.coefficients)
        self.bound(at, np.minimum(self.lower[at], upper), upper)

    def close_rooms(self, levels: Floats) -> None:
        """From now on no held term may get worse than it is."""
        for n, held in enumerate(self.held):
            now = held.now(levels)
            if not held.exact:
                self.set_most(n, min(held.most, now + ROUNDING * max(1.0, abs(now))))

    def hold_optimal(self) -> None:
        """Fix what every optimal plan of the last pass shares."""
        solution = self.solution()
        value, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        at = np.flatnonzero(np.abs(reduced) > DUAL_TOLERANCE)
        near = np.where(np.abs(value - self.lower) <= np.abs(value - self.upper), self.lower, self.upper)
        near = np.where(np.isfinite(near), near, value)
        if at.size:
            self.bound(at, near[at], near[at])
        duals = np.array(solution.row_dual)
        level = np.array(solution.row_value)[: self.rows]
        rows = np.flatnonzero(np.abs(duals[: self.rows]) > DUAL_TOLERANCE)
        low, high = self.row_lower[rows], self.row_upper[rows]
        side = np.where(np.abs(level[rows] - low) <= np.abs(level[rows] - high), low, high)
        self.row_lower[rows] = self.row_upper[rows] = side
        if rows.size:
            self.set_row_bounds(rows, side, side)
        for n, held in enumerate(self.held):
            if held.row >= 0 and abs(duals[held.row]) > DUAL_TOLERANCE:
                self.held[n] = replace(held, exact=True)
                self.set_row_bound(held.row, held.most, held.most)


def most_allowed(value: Floats | float, most: Floats | float, kept: Floats | float) -> Floats:
    """Most that a term may come to for later passes; room that the plan taken over has used is not given again.

    value  its optimum; ``most`` what its own room allows; ``kept`` what the plan taken over gives: within the room the term
           is held there, and next to no room further: held to the last digit, so many terms leave the solver no plan that it
           can tell from none
    """
    stands = np.maximum(value, kept)
    found: Floats = np.where(
        np.asarray(kept) <= most, np.minimum(most, stands + NARROW * np.maximum(1.0, np.abs(stands))), most
    )
    return found
