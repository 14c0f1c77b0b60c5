"""A plain linear programme with readable names, solved pass after pass by HiGHS.

Units are those of the case: nothing is scaled, so that this also differs from the product in that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csc_matrix

Terms = Iterable[tuple[str, float]]
Cap = tuple[list[tuple[str, float]], float]
"""Terms that may come to so much at most."""
ROUNDING = 1e-9


@dataclass
class Objective:
    """One pass: its terms by column, and the share of the value of each part that later passes may take.

    parts  name of the part of each column; none: the pass is one part
    how    held; first: exactly, until its objective is done; told: not held; fair: shared period by period;
           shared: the worst-off first, then period by period
    takes  share of each part of the needs before it that it may take itself
    """

    name: str
    terms: list[tuple[str, float]]
    tolerance: float
    parts: dict[str, str] | None = None
    how: str = "held"
    takes: float = 0.0

    def by_part(self) -> dict[str, list[tuple[str, float]]]:
        """Terms of each part."""
        found: dict[str, list[tuple[str, float]]] = {}
        for column, value in self.terms:
            found.setdefault(self.parts[column] if self.parts else "", []).append((column, value))
        return found


@dataclass
class Answer:
    """Optimum of one pass: value, columns by name, row duals by name (empty where columns are whole)."""

    value: float
    columns: dict[str, float]
    duals: dict[str, float]


@dataclass
class Solution:
    """All passes in order, with what each part of them reached, and the columns of the last one.

    shared  what lacks of each requirement, by its column, as it was shared
    """

    passes: dict[str, float] = field(default_factory=dict)
    duals: dict[str, dict[str, float]] = field(default_factory=dict)
    columns: dict[str, float] = field(default_factory=dict)
    ceilings: dict[str, float] = field(default_factory=dict)
    parts: dict[str, dict[str, float]] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, float]:
        """Sum of the columns of each family (the part of the name before the first bar)."""
        result: dict[str, float] = {}
        for name, value in self.columns.items():
            family = name.split("|")[0]
            result[family] = result.get(family, 0.0) + value
        return result

    def family(self, name: str) -> dict[tuple[str, ...], float]:
        """Columns of one family by the parts of their names."""
        return {tuple(k.split("|")[1:]): v for k, v in self.columns.items() if k.split("|")[0] == name}


class Programme:
    """Columns at least zero, rows between two bounds, objectives in order."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.rows: dict[str, int] = {}
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.objectives: list[Objective] = []

    def column(self, name: str, upper: float = math.inf, *, whole: bool = False) -> str:
        """Add a column; a second call with the same name would hide a mistake, so it fails."""
        assert name not in self.columns, name
        self.columns[name] = len(self.columns)
        self.upper.append(upper)
        self.whole.append(whole)
        return name

    def row(self, name: str, terms: Terms, lower: float = -math.inf, upper: float = math.inf) -> None:
        """Add ``lower <= sum of terms <= upper``."""
        assert name not in self.rows, name
        index = self.rows[name] = len(self.rows)
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.entries += [(index, self.columns[column], value) for column, value in terms if value]

    def objective(self, name: str, terms: Terms, tolerance: float = 0.0, **more: Any) -> None:
        """Add a pass after those already there."""
        self.objectives.append(Objective(name, list(terms), tolerance, **more))

    def _model(
        self, cost: np.ndarray, ceilings: Mapping[str, float], shift: Mapping[str, float], caps: Sequence[Cap]
    ) -> highspy.HighsLp:
        lower, upper = np.array(self.row_lower, float), np.array(self.row_upper, float)
        for name, amount in shift.items():
            lower[self.rows[name]] += amount
            upper[self.rows[name]] += amount
        entries = list(self.entries)
        extra: list[float] = []
        for objective in self.objectives:
            if objective.name in ceilings:
                index = len(lower) + len(extra)
                entries += [(index, self.columns[c], v) for c, v in objective.terms if v]
                extra.append(ceilings[objective.name])
        for terms, most in caps:
            entries += [(len(lower) + len(extra), self.columns[c], v) for c, v in terms if v]
            extra.append(most)
        height, width = len(lower) + len(extra), len(self.columns)
        i, j, v = (np.array(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
        matrix = csc_matrix((np.asarray(v, float), (i, j)), shape=(height, width))  # repeated places add up
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = width, height
        lp.col_cost_ = cost
        lp.col_lower_, lp.col_upper_ = np.zeros(width), np.array(self.upper, float)
        lp.row_lower_ = np.concatenate([lower, np.full(len(extra), -math.inf)])
        lp.row_upper_ = np.concatenate([upper, np.array(extra, float)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data
        if any(self.whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[whole] for whole in self.whole]
        return lp

    def minimise(
        self,
        name: str,
        ceilings: Mapping[str, float] | None = None,
        shift: Mapping[str, float] | None = None,
        *,
        caps: Sequence[Cap] = (),
        presolve: str = "choose",
    ) -> Answer:
        """Optimum of one pass under ``ceilings`` on other passes, ``caps``, and right-hand sides moved by ``shift``."""
        objective = next(o for o in self.objectives if o.name == name)
        return self.least(name, objective.terms, ceilings or {}, shift or {}, caps, presolve=presolve)

    def least(
        self,
        name: str,
        terms: Terms,
        ceilings: Mapping[str, float],
        shift: Mapping[str, float],
        caps: Sequence[Cap],
        *,
        presolve: str = "choose",
    ) -> Answer:
        """Least of a sum of terms."""
        cost = np.zeros(len(self.columns))
        for column, value in terms:
            cost[self.columns[column]] += value
        highs = highspy.Highs()
        highs.silent()
        tolerances = ("primal_feasibility", "dual_feasibility", "mip_feasibility")
        for option in (f"{name}_tolerance" for name in tolerances):
            highs.setOptionValue(option, 1e-9)
        for option in ("mip_rel_gap", "mip_abs_gap"):
            highs.setOptionValue(option, 0.0)
        highs.setOptionValue("presolve", presolve)
        highs.passModel(self._model(cost, ceilings, shift, caps))
        highs.run()
        status = highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            highs.setOptionValue("presolve", "off")
            highs.run()
            status = highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:  # what many earlier values hold leaves less than rounding
            highs.setOptionValue("primal_feasibility_tolerance", 1e-7)
            highs.clearSolver()
            highs.run()
            status = highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"pass {name}: {highs.modelStatusToString(status)}")
        solution = highs.getSolution()
        values = np.array(solution.col_value)
        duals: dict[str, float] = {}
        if not any(self.whole):
            duals = dict(zip(self.rows, solution.row_dual, strict=False))
        return Answer(float(cost @ values), dict(zip(self.columns, values.tolist(), strict=True)), duals)

    def solve(
        self,
        shift: Mapping[str, float] | None = None,
        rounding: float = ROUNDING,
        *,
        settled: Solution | None = None,
    ) -> Solution:
        """Every pass in order, each held to ``rounding`` or its room while the next is improved.

        settled  another solution, where shares, and what parts of passes held exactly come to, stay as there; passes after one
                 that then has no plan are infinite
        """
        from independent.in_turn import InTurn

        if settled is None:
            return InTurn(self, shift or {}, rounding).solve()
        run = InTurn(self, shift or {}, rounding, settled.shared or None, settled.parts)
        try:
            run.solve()
        except RuntimeError:
            missing = (name for name in settled.passes if name not in run.result.passes)
            run.result.passes |= dict.fromkeys(missing, math.inf)
        return run.result
