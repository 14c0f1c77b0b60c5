"""One path of the war on its own: what it costs if known, with first decisions given, or with first decisions at a price.

The first stage is what is decided once for all paths: what waits for a look, before the next one, and with ``capacity``
every expansion. On one path the node of a column is its period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.beliefs.draws import revision_periods
from rampart.case.tables import Case
from rampart.engine.highs import INFEASIBLE, OPTIMAL, NoPlan, Sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.scenario import branching
from rampart.scenario.tree_programme import TreeProgramme

Name = tuple[str, Key, int]  # family, key, period
DUAL, PRIMAL = 1, 4  # ways of the simplex
DEVEX = 1  # how it weighs the rows that it may leave by
ALIKE = (
    30.0  # months in which two paths differ up to which a path begins better where the other ended than where it did
)
TOGETHER = 25  # paths whose programmes are built side by side: in a third of the time that they take one by one
KEPT = 50  # paths of a worker up to which their programmes are kept for what is told of them in the end
Told = TypeVar("Told")
Tell = Callable[[TreeProgramme, "Material", Floats, Floats, Floats], list[Any]]
"""From the programme of some paths: what is told of each, in the order of its leaves, by its columns, what the paths cost and
what they cost at least; must be importable by name."""


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
    return side_by_side(material, [number])


def side_by_side(material: Material, numbers: list[int], like: TreeProgramme | None = None) -> TreeProgramme:
    """The programme of some paths that begin alike, each alone and as if it were sure; ``like``: that of another, of which
    what the paths share is taken over.
    """
    looks, slips = revision_periods(material.case), material.slips
    own = None if slips is None else slips[numbers]
    tree = branching.from_paths(
        material.case, material.regimes, material.paths[numbers], np.ones(len(numbers)), shared=0, ends=material.ends,
        looks=looks, slips=own,
    )  # fmt: skip
    known = None if like is None or slips is not None else like.programme.likeness
    problem = TreeProgramme(material.case, tree, objective=material.objective, likeness=known)
    if len(problem.aims) > 1:
        raise ValueError(
            "decomposition weighs all on one scale: state what the objectives are worth (priorities, column 'worth'), or "
            "name the first objective"
        )
    return problem


def built_together(material: Material, numbers: list[int]) -> list[list[int]]:
    """Positions of some paths by what is built side by side: what begins alike, and where supply slips each path alone."""
    most = TOGETHER if material.slips is None else 1
    begins = material.paths[numbers, 0]
    alike = [np.flatnonzero(begins == regime).tolist() for regime in np.unique(begins)]
    return [of[n : n + most] for of in alike for n in range(0, len(of), most)]


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


class Labels:
    """Numbers for what columns and rows are, the same on every path, whatever else is on it.

    widest  the programme of the longest path
    """

    def __init__(self, widest: TreeProgramme) -> None:
        self.widest, self.periods, self.number = widest, len(widest.case.calendar), dict[tuple[str, Key], int]()

    def of(self, problem: TreeProgramme) -> tuple[Integers, Integers]:
        """Of every column and of every row of a path's programme."""
        layout, period, number = problem.layout, problem.tree.period, self.number
        families = list(problem.programme.families.items())
        keys = [number.setdefault((name, key), len(number)) for name, family in families for key in family.keys]
        sizes = [len(family.keys) for _, family in families]
        begins = dict(zip((name for name, _ in families), np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))
        begin = np.array([begins[name] for name in layout.column_family], dtype=np.int64)
        columns = np.array(keys, dtype=np.int64)[begin + layout.column_key]
        rows = np.array(
            [number.setdefault(row, len(number)) for row in zip(layout.row_family, layout.row_key, strict=True)],
            dtype=np.int64,
        )
        return (
            columns * self.periods + period[layout.column_node], rows * self.periods + period[layout.row_node],
        )  # fmt: skip


class SideBySide:
    """The programmes of some paths, built as one, and each path of it by itself.

    numbers  of the paths; names: of the first stage
    columns  of each path in their order, shape (columns of the path,)
    path_of_leaf  position of the path of each leaf
    keep     whether the programme is kept for what is told of it, which takes as much memory as the paths do
    """

    def __init__(
        self, material: Material, numbers: list[int], names: list[Name], labels: Labels, *, keep: bool
    ) -> None:
        self.material, self.numbers, self.labels = material, numbers, labels
        problem = side_by_side(material, numbers, labels.widest)
        self.problem = problem if keep else None
        layout, tree = problem.layout, problem.tree
        path_of = tree.ancestor[:, 0]  # the first nodes are those of the paths, in their order
        self.path_of_leaf = path_of[tree.leaves]
        self.columns, rows = (
            [np.flatnonzero(path_of[nodes] == n) for n in range(len(numbers))]
            for nodes in (layout.column_node, layout.row_node)
        )
        column_labels, row_labels = labels.of(problem)
        first, place = first_columns(problem, material), {name: n for n, name in enumerate(names)}
        stands = np.full(layout.columns, -1)
        stands[first] = [place[name] for name in names_of(problem, first)]
        by_column = sp.csc_array(layout.matrix)
        self.paths = [
            OnePath(
                sp.csc_array(by_column[:, at][on]), (column_labels[at], row_labels[on]), len(names), stands[at],
                layout.column_scale[at], lower=problem.lower[at], upper=problem.upper[at], row_lower=problem.row_lower[on],
                row_upper=problem.row_upper[on], cost=problem.cost[at],
            )
            for at, on in zip(self.columns, rows, strict=True)
        ]  # fmt: skip

    def told(self, tell: Tell, x: Floats, cost: Floats, known: Floats) -> list[Any]:
        """What is to be told of each path with first decisions ``x``; cost and least cost of all paths."""
        problem = self.problem or side_by_side(self.material, self.numbers, self.labels.widest)
        level, of_leaf = np.zeros(problem.layout.columns), np.array(self.numbers)[self.path_of_leaf]
        for at, path in zip(self.columns, self.paths, strict=True):
            level[at] = path.levels(x)
        told = tell(problem, self.material, level, cost[of_leaf], known[of_leaf])
        return [told[leaf] for leaf in np.argsort(self.path_of_leaf).tolist()]


class OnePath:
    """The programme of one path in matrices; the solver is loaded for each question, so that many paths need little memory.

    labels  of its columns and of its rows, by which it begins where one that went like it ended
    size    of the first stage; stands: where in it each column stands, -1 where in none, shape (columns,)
    scale   of each column, shape (columns,)
    """

    def __init__(
        self, matrix: Sparse, labels: tuple[Integers, Integers], size: int, stands: Integers, scale: Floats, *,
        lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats, cost: Floats,
    ) -> None:  # fmt: skip
        self.matrix, self.size = matrix, size
        self.columns, self.rows = labels
        self.first = np.flatnonzero(stands >= 0)
        self.place, self.scale = stands[self.first], scale[self.first]
        self.lower, self.upper, self.row_lower, self.row_upper = lower, upper, row_lower, row_upper
        self.cost = cost
        self.basis: Any = None  # that of the path known from the start
        self.near: Any = None  # that with first decisions given, the last ones asked for
        self.last: tuple[Floats, Floats] | None = None  # the first decisions asked for last, and all columns at them

    def as_on(self, other: OnePath, basis: Any) -> tuple[list[Any], list[Any]]:
        """The basis of another path as far as this one goes along with it: of columns and of rows, None what it lacks."""
        found = []
        for mine, theirs, status in (
            (self.columns, other.columns, basis.col_status), (self.rows, other.rows, basis.row_status),
        ):  # fmt: skip
            order = np.argsort(theirs)
            at = order[np.minimum(np.searchsorted(theirs, mine, sorter=order), theirs.size - 1)]
            both, known = theirs[at] == mine, list(status)
            found.append([known[n] if there else None for n, there in zip(at.tolist(), both.tolist(), strict=True)])
        return found[0], found[1]

    def _solver(
        self, lower: Floats, upper: Floats, cost: Floats, *, strategy: int = DUAL, begin: Any = None,
        like: tuple[list[Any], list[Any]] | None = None,
    ) -> LinearProgramme:  # fmt: skip
        solver = LinearProgramme(self.matrix, self.row_lower, self.row_upper, lower, upper)
        solver.option("solver", "simplex")
        # first decisions come from another programme, whose rows are kept as closely as the solver keeps them
        solver.option("primal_feasibility_tolerance", 1e-6)
        solver.set_costs(cost)
        begin = self.basis if begin is None else begin
        if like is not None:
            solver.option("presolve", "off")
            solver.option("simplex_dual_edge_weight_strategy", DEVEX)
            solver.begin_from(*like, alien=True)
        elif begin is None:  # from nothing: shorter steps, each worked out sooner
            solver.option("simplex_dual_edge_weight_strategy", DEVEX)
        else:
            solver.option("presolve", "off")
            solver.option("simplex_strategy", strategy)
            solver.begin_as(begin)
        return solver

    def free(self, after: OnePath | None = None) -> float:
        """Least cost of the path if it is known from the start; ``after``: a path that was asked before and went like it."""
        like = None if after is None else self.as_on(after, after.basis)
        solver = self._solver(self.lower, self.upper, self.cost, like=like)
        status = solver.run()
        if status != OPTIMAL:
            raise NoPlan(status)
        self.basis = solver.basis_as_it_is()
        return solver.value

    def at(self, x: Floats, after: OnePath | None = None) -> Slope:
        """Cost of the path with first decisions ``x`` (in plain units), with its slope; ``after``: a path that was asked the
        same before and went like it.
        """
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.first] = upper[self.first] = x[self.place] / self.scale
        like = None if after is None or after.near is None else self.as_on(after, after.near)
        solver = self._solver(lower, upper, self.cost, begin=self.near, like=like)
        status = solver.run()
        by = np.zeros(self.size)
        if status == INFEASIBLE:
            return Slope(np.inf, by)
        if status != OPTIMAL:
            raise NoPlan(status)
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


def in_turn(material: Material, numbers: list[int]) -> list[tuple[int, int | None, float]]:
    """Positions of some paths in the order in which to ask them, each with one before that went most like it and the months
    in which the two differ.

    The first is the one that lasts longest; then always the one that differs in the fewest months from any before it.
    """
    paths = material.paths[numbers]
    months = np.asarray(material.case.calendar.lengths, dtype=float)
    near, of = np.full(len(numbers), np.inf), np.full(len(numbers), -1)
    lasts = (~np.asarray(material.ends)[paths] & (paths >= 0)) @ months
    found: list[tuple[int, int | None, float]] = []
    left = np.ones(len(numbers), dtype=bool)
    while left.any():
        n = int(np.argmin(np.where(left, near, np.inf))) if found else int(np.argmax(lasts))
        found.append((n, int(of[n]) if found else None, float(near[n])))
        left[n] = False
        apart = (paths != paths[n]) @ months
        of[apart < near] = n
        near = np.minimum(near, apart)
    return found


class Paths:
    """Some of the paths, for one worker; each method answers for each of them."""

    def __init__(self, material: tuple[Material, list[Name]], numbers: list[int]) -> None:
        self.numbers = numbers
        of, names = material
        labels, keep = Labels(widest(of)), len(numbers) <= KEPT
        self.beside = [
            (places, SideBySide(of, [numbers[n] for n in places], names, labels, keep=keep))
            for places in built_together(of, numbers)
        ]
        self.paths: list[OnePath] = self._in_order(each.paths for _, each in self.beside)
        self.in_turn = in_turn(of, numbers)

    def _in_order(self, told: Iterable[list[Told]]) -> list[Told]:
        """What is told of the paths built side by side, in the order of the paths."""
        places = (place for places, _ in self.beside for place in places)
        found = dict(zip(places, chain.from_iterable(told), strict=True))
        return [found[n] for n in range(len(self.numbers))]

    def _each(self, ask: Callable[[OnePath, OnePath | None], Told], within: float = np.inf) -> list[Told]:
        """What each path answers, asked after one that went like it but for so many months."""
        paths, told = self.paths, dict[int, Told]()
        for n, after, apart in self.in_turn:
            told[n] = ask(paths[n], None if after is None or apart > within else paths[after])
        return [told[n] for n in range(len(paths))]

    def free(self) -> list[float]:
        """Least cost of each path if it is known from the start; comes before all else."""
        return self._each(OnePath.free)

    def at(self, x: Floats) -> list[Slope]:
        """Cost and slope of each path with first decisions ``x``."""
        return self._each(lambda path, after: path.at(x, after), within=ALIKE)

    def priced(self, prices: Floats, asked: NDArray[np.bool_]) -> list[float]:
        """Least cost of each path asked with first decisions at prices of its own, shape (paths in all, first stage)."""
        return [
            path.priced(prices[n]) if asked[n] else np.nan for n, path in zip(self.numbers, self.paths, strict=True)
        ]

    def told(self, tell: Tell, x: Floats, cost: Floats, known: Floats) -> list[Any]:
        """What is to be told of each path with first decisions ``x``; cost and least cost of all paths."""
        return self._in_order(each.told(tell, x, cost, known) for _, each in self.beside)
