"""Solving the passes one after another on one persistent HiGHS model.

After a pass with tolerance zero, what the pass decides is held exactly: by complementary slackness every optimal plan of a
linear pass keeps the columns with a reduced cost at their bound and the rows with a dual at theirs, so these are fixed and
the next pass only moves among optimal plans. With a tolerance, or with whole numbers, a row holds the pass's value instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from rampart.findings import CaseError, Finding
from rampart.plan.model import Programme, whole_labels
from rampart.plan.terms import Floats, Integers, Measure

LARGE = 20_000  # columns from which the interior-point code with crossover beats the simplex code (SOLVER.md)
DUAL_TOLERANCE = 1e-7
PROBE_ITERATIONS = 5_000
CLEAN_ITERATIONS = 100_000  # of the linear programme that takes the room of the earlier passes out of a value
FEASIBLE = 2  # HiGHS: the primal solution is feasible
Progress = Callable[["Step"], None]


class NotSolved(RuntimeError):
    """The solver stopped without a plan; ``status`` says why."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(f"the solver stopped without a plan: {status}")


@dataclass(frozen=True)
class Step:
    """One pass as it starts or ends, for progress."""

    number: int
    total: int
    name: str
    done: bool
    value: float | None
    gap: float | None
    elapsed: float


@dataclass(frozen=True)
class PassResult:
    """One solved pass, values in the pass's own unit.

    duals         value of one more unit of each row's right-hand side, scaled rows, shape (rows,)
    reduced       reduced cost of each scaled column, shape (columns,)
    """

    rank: int
    name: str
    unit: str
    value: float
    bound: float
    gap: float
    status: str
    iterations: int
    cost: Floats = field(repr=False)
    duals: Floats = field(repr=False)
    reduced: Floats = field(repr=False)


@dataclass(frozen=True)
class Layout:
    """Where each cell of the model lies in the solver's matrix.

    column_of_label   solver column of each linopy variable label, -1 where absent
    row_family, row_key, row_node   what each solver row is
    matrix            scaled coefficients, rows x columns
    """

    column_of_label: Integers
    row_family: list[str]
    row_key: list[str]
    row_node: Integers
    matrix: sp.csr_array
    row_scale: Floats
    column_scale: Floats
    column_family: list[str]
    column_key: Integers
    column_node: Integers


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


@dataclass(frozen=True)
class Solution:
    """The plan as numbers: scaled column values after the last pass, and every pass."""

    layout: Layout
    columns: Floats
    passes: tuple[PassResult, ...]
    status: str
    seconds: float
    engine: Engine = field(repr=False)


def lay_out(programme: Programme) -> Layout:
    """Read the solver's rows and columns back from linopy. Raises CaseError where there is nothing to decide."""
    model = programme.linopy
    matrices = model.matrices
    size = model._xCounter
    column_of_label = np.full(size, -1)
    labels = np.asarray(matrices.vlabels)
    if not labels.size:
        raise CaseError([Finding("nothing-to-plan")])
    column_of_label[labels] = np.arange(labels.size)
    family = np.empty(labels.size, dtype=object)
    key, node, scale = (
        np.zeros(labels.size, dtype=np.int64),
        np.zeros(labels.size, dtype=np.int64),
        np.ones(labels.size),
    )
    for name, variables in programme.variables.items():
        k, n = np.nonzero(variables.labels >= 0)
        at = column_of_label[variables.labels[k, n]]
        family[at], key[at], node[at], scale[at] = name, k, n, variables.scale[k]
    row_of_label = np.full(model._cCounter, -1)
    clabels = np.asarray(matrices.clabels)
    row_of_label[clabels] = np.arange(clabels.size)
    row_family = np.empty(clabels.size, dtype=object)
    row_key = np.empty(clabels.size, dtype=object)
    row_node = np.zeros(clabels.size, dtype=np.int64)
    row_scale = np.ones(clabels.size)
    for name in model.constraints:
        cells = np.asarray(model.constraints[name].labels)
        names = [str(x) for x in model.constraints[name].coords[name].values]
        k, n = np.nonzero(cells >= 0)
        at = row_of_label[cells[k, n]]
        row_family[at], row_node[at] = name, n
        row_key[at] = np.array(names, dtype=object)[k]
        row_scale[at] = programme.row_scales[name][k]
    # linopy has no matrix where nothing binds
    matrix = sp.csr_array((0, labels.size)) if matrices.A is None else sp.csr_array(matrices.A)
    return Layout(
        column_of_label, list(row_family), list(row_key), row_node, matrix, row_scale, scale,
        list(family), key, node,
    )  # fmt: skip


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


def solve(
    programme: Programme,
    *,
    time_limit: float | None = None,
    mip_gap: float = 1e-7,
    seed: int = 0,
    progress: Progress | None = None,
) -> Solution:
    """Solve all passes in order.

    With whole numbers the passes run twice: first as mixed-integer programmes, each held by a row, which settles the whole
    numbers and proves the gap; then, with these fixed, as linear ones held exactly, which gives clean numbers and prices.

    time_limit  seconds; when it is reached after at least one pass, the best plan so far comes back with the status
                "time limit"; before, NotSolved is raised
    mip_gap     relative gap at which a pass with whole numbers counts as solved
    """
    begun = time.monotonic()
    deadline = None if time_limit is None else begun + time_limit
    layout = lay_out(programme)
    engine = Engine(programme, layout, seed=seed, mip_gap=mip_gap)
    rounds = [True, False] if engine.whole.size else [False]
    report = _Reporter(progress, begun, sum(len(programme.passes) - whole for whole in rounds))
    proved: dict[str, float] = {}
    columns, status = np.zeros(engine.columns), "optimal"
    results: list[PassResult] = []
    for whole in rounds:
        results = []
        for rank, measure, tolerance in programme.passes:
            if whole and measure.name == "ties":
                continue
            report.begin(measure.name)
            cost = _costs(layout, measure, programme.linopy._xCounter, engine.columns)
            limit = deadline if whole or len(rounds) == 1 else None
            try:
                found = _one_pass(engine, rank, measure, cost, tolerance, limit, whole)
            except NotSolved:
                if not (whole and results):
                    raise
                # no whole plan found within the rows that hold the earlier passes: keep the whole numbers of the last
                # pass; the linear passes below still improve all else, and no bound is claimed for this one
                break
            if found is None:
                status = "time limit"
                break
            result, columns = found
            if measure.name in proved:
                bound = min(proved[measure.name], result.value)
                gap = (result.value - bound) / max(abs(result.value), 1e-9)
                result = replace(result, bound=bound, gap=gap)
            elif engine.whole.size and not whole:
                result = replace(result, bound=float("nan"), gap=float("nan"))
            results.append(result)
            report.end(result)
            if result.status == "time limit":
                status = "time limit"
                break
        if not results:
            raise NotSolved("time limit")
        if whole:
            proved = {r.name: r.bound for r in results}
            engine.settle_whole(columns)
    return Solution(layout, columns, tuple(results), status, time.monotonic() - begun, engine)


class _Reporter:
    """Numbers the passes for the one who watches."""

    def __init__(self, progress: Progress | None, begun: float, total: int) -> None:
        self.progress, self.begun, self.total, self.number = progress, begun, total, 0

    def begin(self, name: str) -> None:
        self.number += 1
        if self.progress:
            self.progress(Step(self.number, self.total, name, False, None, None, time.monotonic() - self.begun))

    def end(self, result: PassResult) -> None:
        if self.progress:
            spent = time.monotonic() - self.begun
            self.progress(Step(self.number, self.total, result.name, True, result.value, result.gap, spent))


def _costs(layout: Layout, measure: Measure, labels: int, columns: int) -> Floats:
    by_label = measure.coefficients(labels)
    cost = np.zeros(columns)
    used = layout.column_of_label >= 0
    cost[layout.column_of_label[used]] = by_label[used]
    return cost


def _one_pass(
    engine: Engine, rank: int, measure: Measure, cost: Floats, tolerance: float, deadline: float | None, whole: bool
) -> tuple[PassResult, Floats] | None:
    # the solver's tolerances are absolute: bring the costs near one, by a power of two so that nothing is rounded
    typical = np.median(np.abs(cost[cost != 0])) if cost.any() else 1.0
    factor = 2.0 ** -round(np.log2(typical))
    engine.minimise(cost * factor)
    status = engine.run(deadline, whole=whole)
    info = engine.h.getInfo()
    if whole:
        if info.primal_solution_status != FEASIBLE:
            if status == "Time limit reached":
                return None
            raise NotSolved(status)
    elif status != "Optimal":
        if status == "Time limit reached":
            return None
        raise NotSolved(status)
    solution = engine.h.getSolution()
    columns = np.array(solution.col_value)
    value = float(cost @ columns)
    if not whole:
        engine.remember(measure.name, cost * factor)
    found = info.mip_dual_bound / factor if whole else value, float(info.mip_gap) if whole else 0.0
    steps = max(0, int(info.simplex_iteration_count)) + max(0, int(info.ipm_iteration_count))
    none = np.zeros(0)
    result = PassResult(
        rank, measure.name, measure.unit, value,
        *found, "optimal" if status == "Optimal" else "time limit", steps, cost,
        none if whole else np.array(solution.row_dual)[: engine.rows] / factor,
        none if whole else np.array(solution.col_dual) / factor,
    )  # fmt: skip
    if whole:
        clean = engine.without_room(columns)
        reached = factor * value if clean is None else clean
        most = reached + factor * tolerance * abs(value)
        # the room must stand above the solver's own feasibility tolerance, or it finds no plan in it
        engine.hold_value(cost * factor, most, max(factor * 1e-6 * max(1.0, abs(value)), 1e-6))
    elif tolerance > 0:
        engine.hold_value(cost * factor, factor * (value + tolerance * abs(value)))
    else:
        engine.hold_optimal(solution)
    return result, columns
