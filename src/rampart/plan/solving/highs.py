"""The one door to HiGHS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from rampart.network.lags import Floats, Integers
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.programme import Programme, whole_labels

LARGE = 20_000  # columns from which the interior-point code with crossover beats the simplex code (SOLVER.md)
DUAL_TOLERANCE = 1e-7
PROBE_ITERATIONS = 5_000
CLEAN_ITERATIONS = 100_000  # of the linear programme that takes the room of the earlier passes out of a value
FEASIBLE = 2  # HiGHS: the primal solution is feasible


@dataclass(frozen=True)
class Stage:
    """A linear pass as the solver saw it, to come back to: bounds before it, its basis, costs and value."""

    name: str
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    basis: Any
    cost: Floats
    value: float


class Engine:
    """HiGHS with one model loaded: change costs, bounds and rows, and run again from where it stands."""

    def __init__(self, programme: Programme, layout: Layout, *, seed: int = 0, mip_gap: float = 1e-7) -> None:
        import highspy

        self.highspy = highspy
        self.h = highspy.Highs()
        self.h.setOptionValue("output_flag", False)
        lower, upper, row_lower, row_upper = self._load(programme.linopy.matrices, layout.matrix)
        for option, value in {
            "threads": 1, "random_seed": seed, "mip_rel_gap": mip_gap, "parallel": "off",
        }.items():  # fmt: skip
            self.h.setOptionValue(option, value)
        self.columns, self.rows = self.h.getNumCol(), self.h.getNumRow()
        whole = layout.column_of_label[whole_labels(programme)]
        self.whole = np.sort(whole[whole >= 0]).astype(np.int32)
        self.lower, self.upper, self.row_lower, self.row_upper = lower, upper, row_lower, row_upper
        self.solved = False
        self.stages: list[Stage] = []
        self.held: list[float] = []  # upper bounds of the rows that hold earlier passes within their tolerance
        self.room: list[float] = []  # how far each stands above the value of its pass, beyond the tolerance of the case

    def _load(self, matrices: Any, matrix: sp.csr_array) -> tuple[Floats, Floats, Floats, Floats]:
        """Hand linopy's matrices over (its own hand-over prints a banner); bounds of columns and rows come back."""
        lower, upper = np.asarray(matrices.lb, dtype=float), np.asarray(matrices.ub, dtype=float)
        right, sense = np.asarray(matrices.b, dtype=float), np.asarray(matrices.sense)
        row_lower = np.where(sense == "<", -np.inf, right)
        row_upper = np.where(sense == ">", np.inf, right)
        by_column = sp.csc_array(matrix)
        lp = self.highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_ = np.zeros(matrix.shape[1])
        lp.col_lower_, lp.col_upper_ = lower, upper
        lp.row_lower_, lp.row_upper_ = row_lower, row_upper
        lp.a_matrix_.format_ = self.highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = by_column.indptr.astype(np.int32)
        lp.a_matrix_.index_ = by_column.indices.astype(np.int32)
        lp.a_matrix_.value_ = by_column.data
        self.h.passModel(lp)
        return lower.copy(), upper.copy(), row_lower, row_upper

    def minimise(self, cost: Floats) -> None:
        """Set the objective."""
        self.h.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), cost)

    def run(self, deadline: float | None, *, whole: bool = False) -> str:
        """Solve from where it stands; the status in words."""
        if deadline is not None:
            spent = self.h.getRunTime()
            self.h.setOptionValue("time_limit", spent + max(0.1, deadline - time.monotonic()))
        if whole:
            kinds = np.full(self.whole.size, int(self.highspy.HighsVarType.kInteger), dtype=np.uint8)
            self.h.changeColsIntegrality(self.whole.size, self.whole, kinds)
            self.h.setOptionValue("solver", "choose")
        elif self.solved or self.columns < LARGE:
            # what was optimal for the pass before is feasible for this one: go on from there
            self.h.setOptionValue("solver", "simplex")
            self.h.setOptionValue("simplex_strategy", 4 if self.solved else 1)
        else:
            self.h.setOptionValue("solver", "ipx")
        self._go()
        status = self.h.modelStatusToString(self.h.getModelStatus())
        # rules can give way, and what was found for the pass before fits: presolve can err
        denied = status == "Infeasible"
        if denied if whole else status not in ("Optimal", "Time limit reached"):
            self.h.clearSolver()
            self.h.setOptionValue("solver", "choose")
            self.h.setOptionValue("presolve", "off")
            self._go()
            self.h.setOptionValue("presolve", "choose")
            status = self.h.modelStatusToString(self.h.getModelStatus())
        self.solved = status == "Optimal" and not whole
        return str(status)

    def _go(self) -> None:
        """Run the solver beside the main thread, so that Ctrl-C is heard at once and not when the solver returns."""
        worker = threading.Thread(target=self.h.run, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(0.2)

    def settle_whole(self, values: Floats) -> None:
        """Fix the whole variables at their values as continuous ones, and let go of the rows that held the passes."""
        at = self.whole
        kinds = np.full(at.size, int(self.highspy.HighsVarType.kContinuous), dtype=np.uint8)
        self.h.changeColsIntegrality(at.size, at, kinds)
        self.lower[at] = self.upper[at] = np.round(values[at])
        self.h.changeColsBounds(at.size, at, self.lower[at], self.upper[at])
        self.held.clear()
        self.room.clear()
        held = np.arange(self.rows, self.h.getNumRow(), dtype=np.int32)
        if held.size:
            self.h.deleteRows(held.size, held)
        self.h.clearSolver()
        self.solved = False

    def remember(self, name: str, cost: Floats) -> None:
        """Keep the pass just solved, before anything is held for the next."""
        lp = self.h.getLp()
        rows = np.array(lp.row_lower_), np.array(lp.row_upper_)
        columns = np.array(self.h.getSolution().col_value)
        value = float(cost @ columns)
        self.stages.append(Stage(name, self.lower.copy(), self.upper.copy(), *rows, self.h.getBasis(), cost, value))

    def probe(self, stage: Stage, closed: Integers) -> tuple[float, Floats]:
        """Optimal value and columns of a pass when the columns ``closed`` stay at zero; costs as in the stage.

        Starts from the basis of the pass, so only what the closed columns change is worked out anew. Infinite where no
        plan is left; NaN where that takes more than ``PROBE_ITERATIONS``, a count so that results do not depend on speed.
        """
        every = np.arange(self.columns, dtype=np.int32)
        lower, upper = stage.lower.copy(), stage.upper.copy()
        lower[closed] = upper[closed] = 0.0
        self.h.changeColsBounds(self.columns, every, lower, upper)
        extra = self.h.getNumRow() - stage.row_lower.size
        free = np.full(extra, self.highspy.kHighsInf)
        rows = np.arange(self.h.getNumRow(), dtype=np.int32)
        row_bounds = np.concatenate([stage.row_lower, -free]), np.concatenate([stage.row_upper, free])
        self.h.changeRowsBounds(rows.size, rows, *row_bounds)
        self.minimise(stage.cost)
        basis = self.highspy.HighsBasis()
        basis.col_status = stage.basis.col_status
        basis.row_status = list(stage.basis.row_status) + [self.highspy.HighsBasisStatus.kBasic] * extra
        basis.valid = True
        self.h.setBasis(basis)
        self.h.setOptionValue("solver", "simplex")
        self.h.setOptionValue("simplex_strategy", 1)
        self.h.setOptionValue("time_limit", self.highspy.kHighsInf)
        self.h.setOptionValue("simplex_iteration_limit", PROBE_ITERATIONS)
        self.h.run()
        self.h.setOptionValue("simplex_iteration_limit", 2**31 - 1)
        if "teration" in self.h.modelStatusToString(self.h.getModelStatus()):
            return np.nan, np.zeros(self.columns)
        if self.h.modelStatusToString(self.h.getModelStatus()) != "Optimal":
            return np.inf, np.zeros(self.columns)
        columns = np.array(self.h.getSolution().col_value)
        return float(stage.cost @ columns), columns

    def hold_value(self, cost: Floats, most: float, room: float = 0.0) -> None:
        """Add the row ``cost x <= most + room``."""
        at = np.flatnonzero(cost).astype(np.int32)
        self.h.addRow(-self.highspy.kHighsInf, most + room, at.size, at, cost[at])
        self.held.append(most + room)
        self.room.append(room)

    def without_room(self, values: Floats) -> float | None:
        """Optimum of the pass with its whole numbers as they are and next to no room in the passes before; None where
        the solver finds none.

        A pass with whole numbers may win a little by the room of those before it. Held at that little less, the next
        pass would have to win it too, and could miss its best plan by a whole lot.
        """
        at, kind = self.whole, self.highspy.HighsVarType
        whole = np.round(values[at])
        self.h.changeColsIntegrality(at.size, at, np.full(at.size, int(kind.kContinuous), dtype=np.uint8))
        self.h.changeColsBounds(at.size, at, whole, whole)
        for n, room in enumerate(self.room):
            self.h.changeRowBounds(self.rows + n, -self.highspy.kHighsInf, self.held[n] - 0.9 * room)
        self.h.setOptionValue("solver", "simplex")
        self.h.setOptionValue("simplex_iteration_limit", CLEAN_ITERATIONS)
        self._go()
        self.h.setOptionValue("simplex_iteration_limit", 2**31 - 1)
        optimal = self.h.modelStatusToString(self.h.getModelStatus()) == "Optimal"
        value = float(self.h.getInfo().objective_function_value)
        for n in range(len(self.room)):
            self.h.changeRowBounds(self.rows + n, -self.highspy.kHighsInf, self.held[n])
        self.h.changeColsBounds(at.size, at, self.lower[at], self.upper[at])
        self.h.changeColsIntegrality(at.size, at, np.full(at.size, int(kind.kInteger), dtype=np.uint8))
        return value if optimal else None

    def hold_optimal(self, solution: Any) -> None:
        """Fix what every optimal plan of the last pass shares."""
        value = np.array(solution.col_value)
        reduced = np.array(solution.col_dual)
        at = np.flatnonzero(np.abs(reduced) > DUAL_TOLERANCE).astype(np.int32)
        near = np.where(np.abs(value - self.lower) <= np.abs(value - self.upper), self.lower, self.upper)
        near = np.where(np.isfinite(near), near, value)
        self.lower[at] = self.upper[at] = near[at]
        if at.size:
            self.h.changeColsBounds(at.size, at, near[at], near[at])
        duals = np.array(solution.row_dual)[: self.rows]
        level = np.array(solution.row_value)[: self.rows]
        rows = np.flatnonzero(np.abs(duals) > DUAL_TOLERANCE).astype(np.int32)
        low, high = self.row_lower[rows], self.row_upper[rows]
        side = np.where(np.abs(level[rows] - low) <= np.abs(level[rows] - high), low, high)
        self.row_lower[rows] = self.row_upper[rows] = side
        if rows.size:
            self.h.changeRowsBounds(rows.size, rows, side, side)
        for n, dual in enumerate(np.array(solution.row_dual)[self.rows :]):
            if abs(dual) > DUAL_TOLERANCE:
                self.h.changeRowBounds(self.rows + n, self.held[n], self.held[n])


Sparse = Any  # a compressed matrix of scipy, whose own types do not know which operations keep them so
sparse: Callable[..., Sparse] = sp.csr_array
identity: Callable[..., Sparse] = sp.eye_array
side_by_side: Callable[..., Sparse] = sp.hstack
one_above_other: Callable[..., Sparse] = sp.vstack

AFRESH = (("off", 1), ("choose", 1), ("off", 4), ("choose", 4))  # presolve, and dual (1) or primal (4) simplex
NEARLY = (
    1e-5  # infeasibility, in solver units near one, up to which an optimum that the solver will not vouch for counts
)


class NoPlan(Exception):
    """The solver found no plan for what was asked."""


@dataclass(frozen=True, eq=False)
class Risk:
    """What counts over the paths in place of the mean.

    mean     share of the mean in the objective; the rest is CVaR
    level    of the CVaR: the mean of the worst 1 - level of the paths
    nested   weigh the risk of what follows at every node, instead of once over whole paths
    regret   cost of the best plan on each path: then the objective is the largest excess over it, shape (paths,)
    """

    mean: float = 1.0
    level: float = 0.0
    nested: bool = False
    regret: Floats | None = None


class Plain:
    """A linear programme in matrices, kept by HiGHS."""

    def __init__(
        self, matrix: Sparse, row_lower: Floats, row_upper: Floats, lower: Floats, upper: Floats, whole: Integers,
        *, gap: float = 1e-9,
    ) -> None:  # fmt: skip
        import highspy

        self.highspy, self.h = highspy, highspy.Highs()
        for option, setting in {"output_flag": False, "threads": 1, "parallel": "off", "mip_rel_gap": gap}.items():
            self.h.setOptionValue(option, setting)
        by_column = sp.csc_array(matrix)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_ = np.zeros(matrix.shape[1])
        lp.col_lower_, lp.col_upper_ = lower, upper
        lp.row_lower_, lp.row_upper_ = row_lower, row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = by_column.indptr.astype(np.int32)
        lp.a_matrix_.index_ = by_column.indices.astype(np.int32)
        lp.a_matrix_.value_ = by_column.data
        if whole.size:
            kinds = np.full(matrix.shape[1], int(highspy.HighsVarType.kContinuous), dtype=np.uint8)
            kinds[whole] = int(highspy.HighsVarType.kInteger)
            lp.integrality_ = [highspy.HighsVarType(int(k)) for k in kinds]
        self.h.passModel(lp)
        self.columns = matrix.shape[1]
        self.held: list[tuple[int, float]] = []  # rows that hold an objective, and the most they may give way to

    def minimise(self, cost: Floats) -> tuple[float, Floats, Floats]:
        """Value, columns and row prices of the optimum. Raises NoPlan where there is none."""
        every = np.append(cost, np.zeros(self.h.getNumCol() - cost.size))
        self.h.changeColsCost(every.size, np.arange(every.size, dtype=np.int32), every)
        status = self.run()
        if status != "Optimal" and self.held:
            for row, most in self.held:
                self.h.changeRowBounds(row, -np.inf, most)
            status = self.run()
        if status != "Optimal":
            raise NoPlan(status)
        solution = self.h.getSolution()
        found = np.array(solution.col_value)
        return float(cost @ found[: cost.size]), found, np.array(solution.row_dual)

    def run(self) -> str:
        """Solve from the last basis; where the solver loses its way in it, start afresh in other ways. The status."""
        self.h.run()
        status = str(self.h.modelStatusToString(self.h.getModelStatus()))
        for presolve, strategy in AFRESH if status == "Unknown" else ():
            self.h.clearSolver()
            self.h.setOptionValue("presolve", presolve)
            self.h.setOptionValue("simplex_strategy", strategy)
            self.h.run()
            status = str(self.h.modelStatusToString(self.h.getModelStatus()))
            if status != "Unknown":
                break
        self.h.setOptionValue("simplex_strategy", 1)
        info = self.h.getInfo()
        if status == "Unknown" and max(info.max_primal_infeasibility, info.max_dual_infeasibility) < NEARLY:
            return "Optimal"
        return status

    def hold(self, cost: Floats, most: float) -> None:
        """Add ``cost x <= most``."""
        at = np.flatnonzero(cost).astype(np.int32)
        self.h.addRow(-np.inf, most, at.size, at, cost[at])

    def hold_best(self, cost: Floats, best: float, tolerance: float) -> None:
        """Hold an objective at its best, with the room of the tolerance, or else of rounding.

        The later objectives gain from every bit of room, so it is small; only where nothing fits in it is it wider.
        """
        tight, wide = (best + max(room * max(1.0, abs(best)), tolerance * abs(best)) for room in (1e-9, 1e-7))
        self.held.append((self.h.getNumRow(), wide))
        self.hold(cost, tight)

    def add_variables(self, lower: Floats) -> Integers:
        """Add free-upwards columns; their numbers come back."""
        first = self.h.getNumCol()
        self.h.addVars(lower.size, lower, np.full(lower.size, np.inf))
        return np.arange(first, first + lower.size)

    def add_rows_at_most(self, rows: Sparse, most: Floats) -> None:
        """Add ``rows x <= most``."""
        m = sparse(rows)
        self.h.addRows(
            m.shape[0], np.full(m.shape[0], -np.inf), most, m.nnz, m.indptr[:-1].astype(np.int32),
            m.indices.astype(np.int32), m.data,
        )  # fmt: skip

    def least_regret(self, cost: Sparse, best: Floats) -> Floats:
        """Objective of the largest regret: ``most >= cost_s - best_s`` on every path s."""
        most = self.add_variables(np.array([-np.inf]))
        paths = cost.shape[0]
        rows: Sparse = side_by_side([cost, sparse((paths, int(most[0]) - cost.shape[1])), -np.ones((paths, 1))])
        self.add_rows_at_most(rows, best)
        return np.append(np.zeros(most[0]), 1.0)

    def mean_of_worst(self, cost: Sparse, chance: Floats, level: float) -> Floats:
        """Objective of the CVaR: ``eta + sum p_s over_s / (1 - level)`` with ``over_s >= cost_s - eta >= 0`` over paths s."""
        eta = self.add_variables(np.array([-np.inf]))
        over = self.add_variables(np.zeros(chance.size))
        gap = sparse((chance.size, int(eta[0]) - cost.shape[1]))
        rows: Sparse = side_by_side([cost, gap, -np.ones((chance.size, 1)), -identity(chance.size)])
        self.add_rows_at_most(rows, np.zeros(chance.size))
        objective = np.zeros(self.h.getNumCol())
        objective[eta], objective[over] = 1.0, chance / (1 - level)
        return objective

    def least_risk(self, cost: Sparse, parent: Integers, chance: Floats, risk: Risk) -> Floats:
        """Objective of the value at the root, each node weighing what follows it by mean and CVaR.

        ``value_v >= cost_v + mean sum p_c value_c + (1 - mean) (eta_v + sum p_c over_c / (1 - level))`` and ``over_c >=
        value_c - eta_v >= 0`` over the children c of v with chance p_c once v is reached (Rockafellar and Uryasev 2000;
        step by step: Shapiro, Dentcheva and Ruszczynski 2009). One step from a root to whole paths gives CVaR over paths.
        """
        nodes = parent.size
        value = self.add_variables(np.full(nodes, -np.inf))
        eta = self.add_variables(np.full(nodes, -np.inf))
        over = self.add_variables(np.zeros(nodes))
        child = np.flatnonzero(parent >= 0)
        above = parent[child]
        p = chance[child] / chance[above]
        width = self.h.getNumCol()
        has = np.unique(above)
        ones = np.ones
        entries: list[tuple[Any, Any, Any]] = [
            (np.arange(nodes), value, -ones(nodes)),
            (above, value[child], risk.mean * p),
            (has, eta[has], np.full(has.size, 1 - risk.mean)),
            (above, over[child], (1 - risk.mean) * p / (1 - risk.level)),
        ]
        own = sp.coo_array(cost)
        entries.append((own.row, own.col, own.data))
        i, j, v = (np.concatenate(part) for part in zip(*entries, strict=True))
        self.add_rows_at_most(sp.coo_array((v, (i, j)), shape=(nodes, width)), np.zeros(nodes))
        k = np.arange(child.size)
        i = np.concatenate([k, k, k])
        j = np.concatenate([value[child], eta[above], over[child]])
        v = np.concatenate([ones(k.size), -ones(k.size), -ones(k.size)])
        self.add_rows_at_most(sp.coo_array((v, (i, j)), shape=(k.size, width)), np.zeros(k.size))
        objective = np.zeros(width)
        roots = np.flatnonzero(parent < 0)
        objective[value[roots]] = chance[roots]
        return objective
