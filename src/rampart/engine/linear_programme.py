"""A linear programme in matrices, solved for one objective after another."""

from __future__ import annotations

import time

import numpy as np

from rampart.engine.highs import OPTIMAL, TIME_LIMIT, UNKNOWN, Floats, Highs, Integers, NoPlan, Sparse

AFRESH = (("off", 1), ("choose", 1), ("off", 4), ("choose", 4))  # presolve, and dual (1) or primal (4) simplex
INSIDE = 1e-4  # optimality of an interior point that is not brought to a vertex
LARGE = 20_000  # columns from which an optimum is sought from inside first
NEARLY = 1e-5
"""Infeasibility, in solver units near one, up to which an optimum that the solver will not vouch for counts."""


class CutShort(NoPlan):
    """The time ran out; ``columns`` of the best plan found in it, None where there is none, and what bounds every plan."""

    def __init__(self, columns: Floats | None, bound: float) -> None:
        self.columns, self.bound = columns, bound
        super().__init__(TIME_LIMIT)


class LinearProgramme(Highs):
    """A programme with rows that hold earlier objectives.

    gap       relative gap at which a search over whole numbers stops
    deadline  when to stop, on the clock of ``time.monotonic``; none: when it is solved
    """

    def __init__(
        self, matrix: Sparse, row_lower: Floats, row_upper: Floats, lower: Floats, upper: Floats,
        whole: Integers | None = None, *, gap: float = 1e-9, deadline: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(matrix, row_lower, row_upper, lower, upper, whole, mip_rel_gap=gap)
        self.deadline, self.searches = deadline, whole is not None and whole.size > 0
        self.from_inside = False
        self.held: list[tuple[int, float]] = []  # rows that hold an objective, and the most they may give way to

    def minimise(self, cost: Floats) -> tuple[float, Floats, Floats]:
        """Value, columns and row prices of the optimum. Raises NoPlan where there is none, CutShort where time ran out."""
        self.set_costs(np.append(cost, np.zeros(self.column_count - cost.size)))
        status = self.run()
        if status == OPTIMAL and self.searches and not self.found_a_plan:
            # presolve may end with fractions that it calls whole
            self.forget()
            self.option("presolve", "off")
            status = self.run()
            self.option("presolve", "choose")
        if status == TIME_LIMIT:
            bound = float(self.info.mip_dual_bound) if self.searches else -np.inf
            raise CutShort(self.levels() if self.found_a_plan else None, bound)
        if status != OPTIMAL and self.held:
            for row, most in self.held:
                self.set_row_bound(row, -np.inf, most)
            status = self.run()
        if status != OPTIMAL:
            raise NoPlan(status)
        solution = self.solution()
        found = np.array(solution.col_value)
        return float(cost @ found[: cost.size]), found, np.array(solution.row_dual)

    def settle_whole(self, whole: Integers, levels: Floats) -> None:
        """From now on these columns stay at the whole numbers that they have, and nothing is searched."""
        found = np.round(levels[whole])
        self.set_whole(whole, False)
        self.set_bounds(whole, found, found)
        self.searches = False

    def stay_inside(self) -> None:
        """Solve by the interior point alone, to about a ten-thousandth: quick on a large programme; no vertex, no basis."""
        self.from_inside = True
        self.option("solver", "ipm")
        self.option("run_crossover", "off")
        self.option("ipm_optimality_tolerance", INSIDE)

    def seek_inside(self) -> None:
        """On a large programme seek each optimum from inside first: with other costs the last vertex helps little."""
        if self.column_count > LARGE:
            self.option("solver", "ipm")

    @property
    def gap(self) -> float:
        """Share of the value of the last optimum that a better one may save at most; nothing without whole numbers."""
        if not self.searches:
            return 0.0
        return max(0.0, self.value - float(self.info.mip_dual_bound)) / max(abs(self.value), 1e-9)

    def run(self) -> str:
        """Solve from the last basis; where the solver loses its way in it, start afresh in other ways. The status."""
        if self.deadline is not None:
            self.option("time_limit", self.seconds + max(0.0, self.deadline - time.monotonic()))
        status = super().run()
        for presolve, strategy in AFRESH if status == UNKNOWN and not self.from_inside else ():
            self.forget()
            self.option("presolve", presolve)
            self.option("simplex_strategy", strategy)
            status = super().run()
            if status != UNKNOWN:
                break
        self.option("simplex_strategy", 1)
        info = self.info
        # inside, what is reached need not be proven the best: somebody else bounds it
        dual = 0.0 if self.from_inside else info.max_dual_infeasibility
        if status == UNKNOWN and max(info.max_primal_infeasibility, dual) < NEARLY:
            return OPTIMAL
        return status

    def hold(self, cost: Floats, most: float) -> None:
        """Add ``cost x <= most``."""
        at = np.flatnonzero(cost)
        self.add_row(at, cost[at], most)

    def hold_best(self, cost: Floats, best: float, tolerance: float) -> None:
        """Hold an objective at its best, with the room of the tolerance, or else of rounding.

        The later objectives gain from every bit of room, so it is small; only where nothing fits in it is it wider.
        """
        tight, wide = (best + max(room * max(1.0, abs(best)), tolerance * abs(best)) for room in (1e-9, 1e-7))
        self.held.append((self.row_count, wide))
        self.hold(cost, tight)
