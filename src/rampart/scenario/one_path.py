"""One path of the war on its own: what it costs if known, with first decisions given, or with first decisions at a price.

The first stage is what is decided once for all paths: what waits for a look, before the next one, and with ``capacity``
every expansion. On one path the node of a column is its period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from rampart.beliefs.draws import revision_periods
from rampart.case.tables import Case
from rampart.engine.highs import INFEASIBLE, OPTIMAL, NoPlan
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.scenario import branching
from rampart.scenario.tree_programme import TreeProgramme

Name = tuple[str, Key, int]  # family, key, period
DUAL, PRIMAL = 1, 4  # ways of the simplex
DEVEX = 1  # how it weighs the rows that it may leave by


@dataclass(frozen=True, eq=False)
class Material:
    """What every worker needs to build its paths.

    paths     regime of every period, shape (paths, periods)
    first     periods before the next look
    capacity  whether all expansions belong to the first stage, whenever they are decided
    slips     what slips on each path (``beliefs.supply``), shape (paths, things); none: supply comes as promised
    """

    case: Case
    regimes: tuple[str, ...]
    ends: Any
    paths: Integers
    first: int
    objective: str | None
    capacity: bool
    slips: Floats | None = None

    @property
    def longest(self) -> int:
        """The path whose war ends last: what can be decided at all can be decided on it."""
        fought: Integers = (~np.asarray(self.ends)[self.paths] & (self.paths >= 0)).sum(axis=1)
        return int(np.argmax(fought))


def widest(material: Material) -> TreeProgramme:
    """The programme of the longest path, with supply as promised: what can be decided on any can be decided on it."""
    return path_problem(replace(material, slips=None), material.longest)


def path_problem(material: Material, number: int) -> TreeProgramme:
    """The programme of one path alone."""
    path = material.paths[number : number + 1]
    looks, slips = revision_periods(material.case), material.slips
    own = None if slips is None else slips[number : number + 1]
    tree = branching.from_paths(
        material.case, material.regimes, path, np.ones(1), shared=material.first, ends=material.ends, looks=looks, slips=own,
    )  # fmt: skip
    problem = TreeProgramme(material.case, tree, objective=material.objective)
    if len(problem.aims) > 1:
        raise ValueError(
            "decomposition weighs all on one scale: state what the objectives are worth (priorities, column 'worth'), or "
            "name the first objective"
        )
    return problem


def first_columns(problem: TreeProgramme, material: Material) -> Integers:
    """Columns of the first stage."""
    period = problem.tree.period[problem.layout.column_node]
    mine = np.zeros(period.size, dtype=bool)
    mine[problem.columns(problem.waiting)] = True
    mine &= period < material.first
    if material.capacity:
        mine |= np.array([f == "expand" for f in problem.layout.column_family], dtype=bool)
    return np.flatnonzero(mine)


def names_of(problem: TreeProgramme, columns: Integers) -> list[Name]:
    """What some columns are."""
    layout, families = problem.layout, problem.programme.families
    family = [layout.column_family[j] for j in columns]
    return [
        (f, families[f].keys[layout.column_key[j]], int(problem.tree.period[layout.column_node[j]]))
        for f, j in zip(family, columns.tolist(), strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Slope:
    """Cost of a path at given first decisions, and how it changes with each of them, shape (first stage,).

    Where the path leaves no way on, ``value`` is infinite and ``by`` is nothing.
    """

    value: float
    by: Floats


class OnePath:
    """The programme of one path in matrices; the solver is loaded for each question, so that many paths need little memory.

    names  of the first stage, in the order of ``x``
    """

    def __init__(self, material: Material, number: int, names: list[Name]) -> None:
        problem = path_problem(material, number)
        self.first = first_columns(problem, material)
        place = {name: n for n, name in enumerate(names)}
        self.place = np.array([place[name] for name in names_of(problem, self.first)], dtype=np.int64)
        self.size = len(names)
        self.scale = problem.layout.column_scale[self.first]
        self.matrix = sp.csc_array(problem.layout.matrix)
        self.lower, self.upper = problem.lower, problem.upper
        self.row_lower, self.row_upper = problem.row_lower, problem.row_upper
        self.cost = problem.cost
        self.basis: Any = None  # that of the path known from the start
        self.near: Any = None  # that with first decisions given, the first ones asked for
        self.last: tuple[Floats, Floats] | None = None  # the first decisions asked for last, and all columns at them

    def _solver(
        self, lower: Floats, upper: Floats, cost: Floats, *, strategy: int = DUAL, begin: Any = None
    ) -> LinearProgramme:
        solver = LinearProgramme(self.matrix, self.row_lower, self.row_upper, lower, upper)
        solver.option("solver", "simplex")
        # first decisions come from another programme, whose rows are kept as closely as the solver keeps them
        solver.option("primal_feasibility_tolerance", 1e-6)
        solver.set_costs(cost)
        begin = self.basis if begin is None else begin
        if begin is None:  # from nothing: shorter steps, each worked out sooner
            solver.option("simplex_dual_edge_weight_strategy", DEVEX)
        else:
            solver.option("presolve", "off")
            solver.option("simplex_strategy", strategy)
            solver.begin_as(begin)
        return solver

    def free(self) -> float:
        """Least cost of the path if it is known from the start."""
        solver = self._solver(self.lower, self.upper, self.cost)
        status = solver.run()
        if status != OPTIMAL:
            raise NoPlan(status)
        self.basis = solver.basis_as_it_is()
        return solver.value

    def at(self, x: Floats) -> Slope:
        """Cost of the path with first decisions ``x`` (in plain units), with its slope."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.first] = upper[self.first] = x[self.place] / self.scale
        solver = self._solver(lower, upper, self.cost, begin=self.near)
        status = solver.run()
        by = np.zeros(self.size)
        if status == INFEASIBLE:
            return Slope(np.inf, by)
        if status != OPTIMAL:
            raise NoPlan(status)
        if self.near is None:
            self.near = solver.basis_as_it_is()
        found = solver.solution()
        by[self.place] = np.array(found.col_dual)[self.first] / self.scale
        self.last = x, np.array(found.col_value)
        return Slope(solver.value, by)

    def priced(self, price: Floats) -> float:
        """Least cost of the path if it is known and first decisions cost ``price`` more; what is asked bounds from below."""
        cost = self.cost.copy()
        cost[self.first] += price[self.place] * self.scale
        solver = self._solver(self.lower, self.upper, cost, strategy=PRIMAL)  # only the costs differ: still feasible
        return solver.value if solver.run() == OPTIMAL else -np.inf

    def levels(self, x: Floats) -> Floats:
        """All columns with first decisions ``x``."""
        if self.last is None or (self.last[0] != x).any():
            self.at(x)
        assert self.last is not None
        return self.last[1]


class Paths:
    """Some of the paths, for one worker; each method answers for each of them."""

    def __init__(self, material: tuple[Material, list[Name]], numbers: list[int]) -> None:
        self.numbers = numbers
        self.paths = [OnePath(material[0], n, material[1]) for n in numbers]

    def free(self) -> list[float]:
        """Least cost of each path if it is known from the start; comes before all else."""
        return [path.free() for path in self.paths]

    def at(self, x: Floats) -> list[Slope]:
        """Cost and slope of each path with first decisions ``x``."""
        return [path.at(x) for path in self.paths]

    def priced(self, prices: Floats) -> list[float]:
        """Least cost of each path with first decisions at prices of its own, shape (paths in all, first stage)."""
        return [path.priced(prices[n]) for n, path in zip(self.numbers, self.paths, strict=True)]

    def levels(self, x: Floats) -> list[Floats]:
        """All columns of each path with first decisions ``x``."""
        return [path.levels(x) for path in self.paths]
