"""The one door to HiGHS: a model in matrices, loaded once, changed and solved again from where it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from operator import is_
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Sparse = Any  # a compressed matrix of scipy, whose own types do not know which operations keep them so
sparse: Callable[..., Sparse] = sp.csr_array
identity: Callable[..., Sparse] = sp.eye_array
side_by_side: Callable[..., Sparse] = sp.hstack
one_above_other: Callable[..., Sparse] = sp.vstack

NO_LIMIT = 2**31 - 1  # iterations
OPTIMAL, INFEASIBLE, TIME_LIMIT, UNKNOWN = "Optimal", "Infeasible", "Time limit reached", "Unknown"
BEYOND = "Bound on objective reached"
STEPS_REACHED = "Iteration limit reached"


class NoPlan(Exception):
    """The solver found no plan for what was asked."""


class Highs:
    """HiGHS with one model: ``row_lower <= matrix x <= row_upper``, ``lower <= x <= upper``, costs set later.

    whole    columns that are whole numbers from the start, shape (whole columns,)
    options  of the solver; it always works quietly on one thread, so that the same input gives the same answer
    """

    def __init__(
        self, matrix: Sparse, row_lower: Floats, row_upper: Floats, lower: Floats, upper: Floats,
        whole: Integers | None = None, **options: Any,
    ) -> None:  # fmt: skip
        import highspy

        self._highspy, self._h = highspy, highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "parallel": "off", **options}.items():
            self.option(option, value)
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
        if whole is not None and whole.size:
            kinds = np.full(matrix.shape[1], int(highspy.HighsVarType.kContinuous), dtype=np.uint8)
            kinds[whole] = int(highspy.HighsVarType.kInteger)
            lp.integrality_ = [highspy.HighsVarType(int(kind)) for kind in kinds]
        self._h.passModel(lp)

    # -- the model -----------------------------------------------------------------------------------------------

    def option(self, name: str, value: Any) -> None:
        """Set an option of the solver."""
        self._h.setOptionValue(name, value)

    @property
    def column_count(self) -> int:
        """Columns now in the model."""
        return int(self._h.getNumCol())

    @property
    def row_count(self) -> int:
        """Rows now in the model."""
        return int(self._h.getNumRow())

    def matrix(self) -> Sparse:
        """Coefficients now in the model, shape (rows, columns)."""
        kept = self._h.getLp().a_matrix_
        parts = np.array(kept.value_), np.array(kept.index_), np.array(kept.start_)
        shape = self.row_count, self.column_count
        by_column = kept.format_ == self._highspy.MatrixFormat.kColwise
        return sp.csr_array(sp.csc_array(parts, shape=shape)) if by_column else sp.csr_array(parts, shape=shape)

    def set_costs(self, cost: Floats, columns: Integers | None = None) -> None:
        """Cost of some columns, or of the first so many."""
        at = np.arange(cost.size) if columns is None else columns
        self._h.changeColsCost(at.size, at.astype(np.int32), cost)

    def set_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Bounds of some columns."""
        self._h.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def set_row_bounds(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Bounds of some rows."""
        self._h.changeRowsBounds(rows.size, rows.astype(np.int32), lower, upper)

    def set_row_bound(self, row: int, lower: float, upper: float) -> None:
        """Bounds of one row."""
        self._h.changeRowBounds(row, lower, upper)

    def row_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of all rows."""
        lp = self._h.getLp()
        return np.array(lp.row_lower_), np.array(lp.row_upper_)

    def column_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of all columns."""
        lp = self._h.getLp()
        return np.array(lp.col_lower_), np.array(lp.col_upper_)

    def set_whole(self, columns: Integers, whole: bool) -> None:
        """Make columns whole numbers, or fractions again."""
        kind = self._highspy.HighsVarType.kInteger if whole else self._highspy.HighsVarType.kContinuous
        self._h.changeColsIntegrality(
            columns.size, columns.astype(np.int32), np.full(columns.size, int(kind), np.uint8)
        )

    def add_row(self, columns: Integers, values: Floats, most: float) -> None:
        """Add ``values x <= most``."""
        self._h.addRow(-np.inf, most, columns.size, columns.astype(np.int32), values)

    def add_rows_at_most(self, rows: Sparse, most: Floats) -> None:
        """Add ``rows x <= most``."""
        m = sparse(rows)
        self._h.addRows(
            m.shape[0], np.full(m.shape[0], -np.inf), most, m.nnz, m.indptr[:-1].astype(np.int32),
            m.indices.astype(np.int32), m.data,
        )  # fmt: skip

    def delete_rows(self, rows: Integers) -> None:
        """Take rows out."""
        self._h.deleteRows(rows.size, rows.astype(np.int32))

    def delete_columns(self, columns: Integers) -> None:
        """Take columns out."""
        self._h.deleteCols(columns.size, columns.astype(np.int32))

    def add_variables(self, lower: Floats) -> Integers:
        """Add free-upwards columns; their numbers come back."""
        first = self.column_count
        self._h.addVars(lower.size, lower, np.full(lower.size, np.inf))
        return np.arange(first, first + lower.size)

    # -- solving -------------------------------------------------------------------------------------------------

    def run(self) -> str:
        """Solve from where it stands; the status in words."""
        self._h.run()
        return self.status

    def run_beside(self) -> str:
        """Solve beside the main thread, so that Ctrl-C is heard at once and not when the solver returns."""
        worker = threading.Thread(target=self._h.run, daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(0.2)
        return self.status

    def forget(self) -> None:
        """Drop the basis and all else that was found."""
        self._h.clearSolver()

    @property
    def status(self) -> str:
        """Status of the last run in words."""
        return str(self._h.modelStatusToString(self._h.getModelStatus()))

    @property
    def seconds(self) -> float:
        """Time spent in the solver."""
        return float(self._h.getRunTime())

    # -- what was found ------------------------------------------------------------------------------------------

    @property
    def info(self) -> Any:
        """What the solver says of its last run."""
        return self._h.getInfo()

    @property
    def found_a_plan(self) -> bool:
        """Whether the last run ended with a plan, optimal or not."""
        return int(self.info.primal_solution_status) == int(self._highspy.SolutionStatus.kSolutionStatusFeasible)

    @property
    def value(self) -> float:
        """Value of the objective."""
        return float(self.info.objective_function_value)

    def solution(self) -> Any:
        """Columns and rows with their prices: ``col_value``, ``row_value``, ``col_dual``, ``row_dual``."""
        return self._h.getSolution()

    def levels(self) -> Floats:
        """Level of every column."""
        return np.array(self._h.getSolution().col_value)

    # -- bases ---------------------------------------------------------------------------------------------------

    def basis(self) -> tuple[list[Any], list[Any]]:
        """Status of every column and of every row in the basis."""
        basis = self._h.getBasis()
        return list(basis.col_status), list(basis.row_status)

    @property
    def in_the_basis(self) -> Any:
        """Status of a column or row that is in the basis."""
        return self._highspy.HighsBasisStatus.kBasic

    @property
    def at_lower(self) -> Any:
        """Status of one that stands at its lower bound."""
        return self._highspy.HighsBasisStatus.kLower

    @property
    def at_upper(self) -> Any:
        """Status of one that stands at its upper bound."""
        return self._highspy.HighsBasisStatus.kUpper

    def basis_of(self, columns: list[Any], rows: list[Any], *, alien: bool = False) -> Any:
        """A basis to begin from; None stands for a column or row that it does not know, which the solver is to complete.

        alien  the basis comes from another model, and the solver is to complete it
        """
        status, unknown = self._highspy.HighsBasisStatus, partial(is_, None)
        basis = self._highspy.HighsBasis()
        basis.valid = True
        basis.alien = alien or any(map(unknown, columns)) or any(map(unknown, rows))
        basis.col_status = [status.kNonbasic if s is None else s for s in columns]
        basis.row_status = [status.kBasic if s is None else s for s in rows]
        return basis

    def begin_from(self, columns: list[Any], rows: list[Any], *, alien: bool = False) -> None:
        """Start the next run from the status of every column and row, as ``basis_of`` takes it."""
        self.begin_as(self.basis_of(columns, rows, alien=alien))

    def basis_as_it_is(self) -> Any:
        """The basis as the solver keeps it, to begin from again on the same model."""
        kept = self._h.getBasis()  # a copy, made by the solver: its lists in Python would take a thousand times as long
        kept.valid, kept.alien = True, False
        return kept

    def begin_as(self, basis: Any) -> None:
        """Start the next run from a basis of the same model."""
        self._h.setBasis(basis)

    def in_basis(self) -> Integers | None:
        """What is in the basis, in the solver's own order: columns, and rows as -1 - row; None where it has none worked out."""
        status, found = self._h.getBasicVariables()
        return np.array(found, dtype=np.int64) if status == self._highspy.HighsStatus.kOk else None

    def prices_for(self, cost: Floats) -> Floats | None:
        """Prices of the rows at which what is in the basis costs nothing beyond them, shape (rows,); None where the solver
        has no basis worked out.

        cost  of what is in the basis, in the order of ``in_basis``
        """
        status, found = self._h.getBasisTransposeSolve(cost)
        return np.array(found) if status == self._highspy.HighsStatus.kOk else None
