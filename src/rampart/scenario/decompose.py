"""The two-stage lookahead by decomposition: what is decided before the next look first, recourse path by path.

Multi-cut L-shaped method (Van Slyke and Wets 1969; Birge and Louveaux 1988). Each path is a linear programme that stays
loaded in the solver and is solved again from its last basis when the first decisions move; it answers with its cost and the
slope of that cost, a cut for the master. The next decisions are the ones nearest to the best so far at which the cuts leave
a set share of the gap (level set, Lemarechal, Nemirovskii and Nesterov 1995): like a trust region it keeps steps short, but
the lower bound comes in every round and there is no radius to tune.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from rampart.beliefs.draws import revision_periods
from rampart.case.tables import Case
from rampart.engine.highs import INFEASIBLE, OPTIMAL, NoPlan, Sparse, identity, side_by_side, sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.engine.shards import Shards
from rampart.engine.stopping import Stopping
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.scenario import branching
from rampart.scenario.risk import Risk, least_regret, mean_of_worst
from rampart.scenario.tree_programme import TreeProgramme, cvar

LEVEL = 0.4  # share of the gap that the next decisions may leave by the cuts
CLOSE = 2e-3  # gap from which the bound's own point is tried
SMALL = 1e-9  # slope that is dropped from a cut
RULES = 1e-5  # how far first decisions, in solver units near one, may lie outside the rules and still count
FRACTIONS = 0.7  # share of the gap that may be left before whole numbers are chosen, which take the rest
NEARLY_WHOLE = 1e-9
LEAST = 1e-4  # value, in the unit of the objective, below which the gap is stated as a share of this
NOTHING = 1e-4  # of what the paths cost: a largest regret below it is distinguished from nothing only to this measure
STALLED = 25  # rounds without any change after which the method stops
CHOICES = 4  # times that whole numbers are chosen anew by the cuts


@dataclass(frozen=True)
class Round:
    """Where the method stands: round, bound from below, best plan so far, relative gap, seconds.

    whole  whether the best plan has its whole numbers; before they are chosen it may have fractions
    """

    number: int
    bound: float
    best: float
    gap: float
    seconds: float
    whole: bool


@dataclass(frozen=True, eq=False)
class TwoStage:
    """The answer.

    names    (family, key, period) of every first-stage column
    amounts  in plain units, shape (columns,)
    value    what counts of these decisions with the best recourse on each path: the expected cost, or as ``risk`` says
    bound    on these paths no decisions can cost less
    recourse cost of each path after the first stage, shape (paths,)
    own      cost of the first stage itself
    known    cost of each path if it were known from the start, shape (paths,)
    rivals   cost of each path with other first decisions, by name; not finite where they leave no recourse
    levels   columns of each path's own programme at the answer
    gap      relative gap between value and bound
    rounds   the log
    status   "optimal" within the gap, "stalled" just above it, or "time limit"
    """

    names: list[Name]
    amounts: Floats
    value: float
    bound: float
    recourse: Floats
    own: float
    known: Floats
    rivals: dict[str, Floats]
    levels: list[Floats]
    gap: float
    rounds: tuple[Round, ...]
    status: str

    @property
    def path_cost(self) -> Floats:
        """Cost of each path, shape (paths,)."""
        return self.own + self.recourse


def _same(before: Round, now: Round) -> bool:
    return before.bound == now.bound and before.best == now.best


def gap_of(value: float, bound: float, least: float = 1e-9) -> float:
    """(value - bound) / |value|, of ``least`` where the value is smaller; infinite without a value."""
    if not np.isfinite(value):
        return np.inf
    return max(0.0, value - bound) / max(least, abs(value))


@dataclass(frozen=True, eq=False)
class Material:
    """What every worker needs to build its paths."""

    case: Case
    regimes: tuple[str, ...]
    ends: Any
    paths: Integers
    first: int
    objective: str | None
    capacity: bool


Name = tuple[str, Key, int]  # family, key, node: on one path the node is the period
Statuses = tuple[dict[Name, Any], dict[Name, Any]]  # of columns and of rows


class PathProgrammes:
    """The programmes of some paths, each loaded in a solver of its own."""

    def __init__(self, material: Material, numbers: list[int]) -> None:
        self.paths = [PathProgramme(material, n) for n in numbers]

    def free(self) -> list[tuple[float, Floats]]:
        """Least cost of each path if it were known from the start, and the first stage it likes.

        The first path is solved from nothing, the others from its basis: they differ in the need, hardly in the rest.
        """
        result, basis = [], None
        for path in self.paths:
            if basis is not None:
                path.begin_from(basis)
            result.append(path.free())
            basis = basis or path.basis()
        return result

    def evaluate(self, x: Floats) -> list[Cut]:
        """Cut of each path at first-stage levels ``x``."""
        return [p.evaluate(x) for p in self.paths]

    def levels(self, x: Floats) -> list[Floats]:
        """Columns of each path at first-stage levels ``x``."""
        return [p.levels(x) for p in self.paths]


@dataclass(frozen=True, eq=False)
class Cut:
    """``theta >= constant + slope x`` (or ``0 >= ...`` where no recourse exists: then ``value`` is infinite)."""

    value: float
    constant: float
    slope: Floats


class PathProgramme:
    """One path: the rows after the first stage, with the first-stage columns fixed from outside."""

    def __init__(self, material: Material, number: int) -> None:
        problem = path_problem(material, number)
        first = first_columns(problem, material)
        matrix = problem.layout.matrix
        self.lower, self.upper = problem.lower, problem.upper
        self.row_lower, self.row_upper = problem.row_lower.copy(), problem.row_upper.copy()
        self.early = _only_first(problem, first, material.first)
        self.first, self.matrix, self.transposed = first, matrix, sparse(matrix.T)
        self.cost = problem.cost
        layout, families = problem.layout, problem.programme.families
        self.column_names = [
            (family, families[family].keys[key], int(node))
            for family, key, node in zip(layout.column_family, layout.column_key, layout.column_node, strict=True)
        ]
        self.row_names = list(zip(layout.row_family, layout.row_key, layout.row_node.tolist(), strict=True))
        self.solver = LinearProgramme(matrix, self.row_lower, self.row_upper, self.lower, self.upper)
        self.solver.option("solver", "simplex")
        # the master keeps its rows tighter than this, or a path would deny what the master grants
        self.solver.option("primal_feasibility_tolerance", 1e-6)

    def basis(self) -> Statuses:
        """Status of every column and row by what it is."""
        columns, rows = self.solver.basis()
        return dict(zip(self.column_names, columns, strict=True)), dict(zip(self.row_names, rows, strict=True))

    def begin_from(self, statuses: Statuses) -> None:
        """Take another path's basis; what this one has beside it stays out of it, and the solver completes the rest."""
        columns, rows = statuses
        self.solver.begin_from(
            [columns.get(name) for name in self.column_names], [rows.get(name) for name in self.row_names], alien=True
        )

    def free(self) -> tuple[float, Floats]:
        """Least cost if the path is known from the start, and the first stage it likes; must be called once, before all."""
        value, found, _ = self.solver.minimise(self.cost)
        # from here on the first stage comes from outside: its own rows are the master's, and so is its cost
        self.row_lower[self.early], self.row_upper[self.early] = -np.inf, np.inf
        self.solver.set_row_bounds(self.early, self.row_lower[self.early], self.row_upper[self.early])
        self.solver.set_costs(np.zeros(self.first.size), self.first)
        return value, found[self.first]

    def evaluate(self, x: Floats) -> Cut:
        """Cost of the path at first-stage levels ``x``, as a cut."""
        self.solver.set_bounds(self.first, x, x)
        self.solver.option("presolve", "off")
        status = self.solver.run()
        if status == INFEASIBLE:
            return self._no_recourse(x)
        if status != OPTIMAL:
            raise NoPlan(status)
        slope = np.array(self.solver.solution().col_dual)[self.first]
        value = self.solver.value
        kept = np.where(np.abs(slope) > SMALL, slope, 0.0)
        span = np.where(np.isfinite(self.upper[self.first]), self.upper[self.first], np.abs(x)) - self.lower[self.first]
        lost = float(np.abs(slope - kept) @ np.nan_to_num(span))
        return Cut(value, value - float(kept @ x) - lost, kept)

    def levels(self, x: Floats) -> Floats:
        """Columns at first-stage levels ``x``."""
        self.evaluate(x)
        return self.solver.levels()

    def _no_recourse(self, x: Floats) -> Cut:
        """From a proof that nothing is feasible: ``ray`` prices the rows so that what they ask exceeds what the columns
        can give. Asked - given is linear in the first stage, and must not be positive.
        """
        ray = self.solver.proof_of_nothing()
        if ray is None:
            raise NoPlan("no recourse, and no proof of it")
        slope_all = np.asarray(self.transposed @ ray)
        for sign in (1.0, -1.0):
            price, slope = np.where(np.abs(ray) > SMALL, sign * ray, 0.0), sign * slope_all
            bound = np.where(price > 0, self.row_lower, np.where(price < 0, self.row_upper, 0.0))
            others = np.where(np.abs(slope) > SMALL, slope, 0.0)
            others[self.first] = 0.0
            most = np.where(others > 0, self.upper, np.where(others < 0, self.lower, 0.0))
            if not (np.isfinite(bound).all() and np.isfinite(most).all()):
                continue
            excess, per_unit = float(price @ bound - others @ most), -slope[self.first]
            if excess + float(per_unit @ x) > 0:
                return Cut(np.inf, excess, per_unit)
        raise NoPlan("no recourse, and no proof of it")


def path_problem(material: Material, number: int) -> TreeProgramme:
    """The programme of one path alone."""
    path = material.paths[number : number + 1]
    looks = revision_periods(material.case)
    tree = branching.from_paths(material.case, material.regimes, path, np.ones(1), ends=material.ends, looks=looks)
    problem = TreeProgramme(material.case, tree, objective=material.objective)
    if len(problem.aims) > 1:
        raise ValueError(
            "decomposition weighs all on one scale: state what the objectives are worth (priorities, column 'worth'), or "
            "name the first objective"
        )
    return problem


def own_rows(problem: TreeProgramme, first: Integers) -> tuple[Integers, Floats, Floats]:
    """Rows that bind the first stage by itself, and their bounds: what the other columns can at most add is let go."""
    mine = np.zeros(problem.cost.size, dtype=bool)
    mine[first] = True
    others: Sparse = sp.csc_array(problem.layout.matrix)[:, ~mine]
    upper = problem.upper.copy()
    units = {e["expansion"]: e["max_units"] for e in problem.programme.network.expansions}
    keys = problem.programme["expand"].keys
    for j in problem.columns(["expand"]):
        upper[j] = min(upper[j], units[keys[problem.layout.column_key[j]][0]] / problem.layout.column_scale[j])
    lower, upper = problem.lower[~mine], upper[~mine]
    up, down = others.maximum(0.0), others.minimum(0.0)
    with np.errstate(invalid="ignore"):
        large = np.where(np.isfinite(upper), upper, 1e30), np.where(np.isfinite(lower), lower, -1e30)
    most = up @ large[0] + down @ large[1]
    least = up @ large[1] + down @ large[0]
    row_lower = np.where(most < 1e20, problem.row_lower - most, -np.inf)
    row_upper = np.where(least > -1e20, problem.row_upper - least, np.inf)
    own: Sparse = sp.csc_array(problem.layout.matrix)[:, mine]
    touched = np.asarray(abs(own).sum(axis=1)).ravel() > 0
    rows = np.flatnonzero(touched & (np.isfinite(row_lower) | np.isfinite(row_upper)))
    return rows, row_lower[rows], row_upper[rows]


def _only_first(problem: TreeProgramme, first: Integers, until: int) -> Integers:
    """Rows before the next look that bind the first stage and nothing else: the master holds them."""
    other = np.ones(problem.cost.size)
    other[first] = 0.0
    touched = np.asarray(abs(problem.layout.matrix) @ other).ravel() > 0
    return np.flatnonzero((problem.layout.row_node < until) & ~touched)


def first_columns(problem: TreeProgramme, material: Material) -> Integers:
    """Columns of the first stage: what waits for a look, before the next one, and with ``capacity`` every expansion."""
    node = problem.tree.period[problem.layout.column_node]
    mine = np.zeros(node.size, dtype=bool)
    mine[problem.columns(problem.waiting)] = True
    mine &= node < material.first
    if material.capacity:
        mine |= np.array([f == "expand" for f in problem.layout.column_family], dtype=bool)
    return np.flatnonzero(mine)


def two_stage(
    case: Case,
    regimes: tuple[str, ...],
    ends: Any,
    paths: Integers,
    chance: Floats,
    *,
    first: int,
    capacity: bool = False,
    objective: str | None = None,
    gap: float = 1e-4,
    time_limit: float | None = None,
    workers: int = 1,
    risk: Risk | None = None,
    regret: bool = False,
    rivals: Mapping[str, Mapping[Name, float]] | None = None,
    progress: Callable[[Round], None] | None = None,
) -> TwoStage:
    """Decisions of the first periods that cost least on average over the paths, each path known afterwards.

    With ``risk`` the mean of the worst paths counts besides the mean of all, with ``regret`` the largest excess of a path
    over what it costs at least; the cuts stay those of the paths, and the master weighs them (Noyan 2012).

    paths     regime of every period, shape (paths, periods); they agree in the first one
    first     periods before the next look: what waits for one is decided once for all paths. What follows the war month by
              month is chosen on each path as if the path were known, in these periods too
    capacity  whether all expansions belong to the first stage, whenever they are decided
    gap       relative gap at which to stop
    rivals    other first decisions to weigh on the same paths: amounts by (family, key, period) in plain units
    Ctrl-C or the time limit leaves the best decisions found, with their gap.
    """
    if (paths[:, :1] != paths[:1, :1]).any():
        raise ValueError("the paths differ in the first period, which is known")
    begun = time.monotonic()
    material = Material(case, regimes, ends, paths, first, objective, capacity)
    one = path_problem(material, 0)
    if risk is None and not regret and any(part.cvar for aim in one.aims for part in aim.parts):
        raise ValueError(
            "over sampled paths risk counts for all objectives together: give its weight and level (--cvar), leave "
            "priorities, column 'cvar', blank, or plan a tree"
        )
    master = Master(one, material, chance)
    with Stopping() as stopping, Shards(PathProgrammes, material, len(paths), workers=workers) as shards:
        rounds: list[Round] = []
        status = "optimal"
        liked = shards.call("free")
        known = np.array([value for value, _ in liked])
        master.begin(known, Risk(regret=known) if regret else risk)
        # what others decided is weighed first: it gives cuts, and a plan to fall back on
        weighed = {name: _weigh(master, shards, amounts) for name, amounts in (rivals or {}).items()}
        x = master.project(np.mean([columns for _, columns in liked], axis=0))
        while True:
            master.learn(x, shards.call("evaluate", x))
            x = master.next()
            now = Round(
                len(rounds) + 1, master.bound, master.reached, master.gap(master.reached, master.bound),
                time.monotonic() - begun, master.choices > 0 or not master.whole.size,
            )  # fmt: skip
            rounds.append(now)
            if progress:
                progress(now)
            if master.within(gap):
                break
            if master.gap(master.best, master.local) <= FRACTIONS * gap:
                if not master.want_whole(gap):
                    status = "stalled"
                    break
                x = master.project(master.best_x)
            elif len(rounds) > STALLED and _same(rounds[-STALLED], now):
                status = "stalled"  # what is left of the gap lies within the solver's tolerances
                break
            if (stopping.wanted or (time_limit is not None and now.seconds > time_limit)) and np.isfinite(
                master.reached
            ):
                status = "time limit"
                break
        if status != "optimal" and not master.choices and master.want_whole(gap):
            x = master.project(master.best_x)
            master.learn(x, shards.call("evaluate", x))
        master.settle()
        levels = shards.call("levels", master.best_x)
    return TwoStage(
        master.names, master.best_x * master.scale, master.best, master.bound, master.best_recourse,
        float(master.cost @ master.best_x), known, weighed, levels, master.gap(master.best, master.bound), tuple(rounds),
        status,
    )  # fmt: skip


def _weigh(master: Master, shards: Shards, amounts: Mapping[Name, float]) -> Floats:
    """Cost of each path with first decisions that somebody else took."""
    x = np.array([amounts.get(name, 0.0) for name in master.names]) / master.scale
    near = master.project(x)
    if np.abs(near - x).max(initial=0.0) > RULES:
        return np.full(master.chance.size, np.nan)
    cuts = shards.call("evaluate", near)
    master.learn(near, cuts)
    return float(master.cost @ near) + np.array([cut.value for cut in cuts])


class _Early:
    """All that one path asks of the first stage before the next look, stocks and shortages included.

    First decisions must leave every path a way on, so that of one path cuts nothing off; and without it most of what the
    master tries would send more than there is.
    """

    def __init__(self, problem: TreeProgramme, first: Integers, until: int) -> None:
        layout = problem.layout
        rows = np.flatnonzero(layout.row_node < until)
        own = np.flatnonzero(problem.tree.period[layout.column_node] < until)
        self.other = np.setdiff1d(own, first)
        at = sp.csc_array(layout.matrix[rows])
        self.of_first, self.of_other = sparse(at[:, first]), sparse(at[:, self.other])
        self.lower, self.upper = problem.lower[self.other], problem.upper[self.other]
        self.row_lower, self.row_upper = problem.row_lower[rows], problem.row_upper[rows]

    def join(self, solver: LinearProgramme) -> None:
        """Add it to the master, whose first columns are the first stage."""
        width, n = solver.column_count, self.of_first.shape[1]
        columns = solver.add_variables(self.lower)
        solver.set_bounds(columns, self.lower, self.upper)
        between = sparse((self.of_first.shape[0], width - n))
        rows: Sparse = side_by_side([self.of_first, between, self.of_other], format="csr")
        for sign, most in ((1.0, self.row_upper), (-1.0, -self.row_lower)):
            held = np.flatnonzero(np.isfinite(most))
            solver.add_rows_at_most(sign * rows[held], most[held])


class Master:
    """First-stage columns, one cost-to-go a path, and the cuts so far."""

    def __init__(self, problem: TreeProgramme, material: Material, chance: Floats) -> None:
        self.first = first_columns(problem, material)
        layout = problem.layout
        rows, self.row_lower, self.row_upper = own_rows(problem, self.first)
        self.matrix = sparse(sp.csc_array(layout.matrix[rows])[:, self.first])
        self.early = _Early(problem, self.first, material.first)
        self.lower, self.upper = problem.lower[self.first], problem.upper[self.first]
        self.cost, self.chance = problem.cost[self.first], chance
        self.scale = layout.column_scale[self.first]
        self.names = [
            (layout.column_family[j], problem.programme[layout.column_family[j]].keys[layout.column_key[j]],
             int(problem.tree.period[layout.column_node[j]]))
            for j in self.first
        ]  # fmt: skip
        self.whole = np.flatnonzero(np.isin(self.first, problem.whole))
        self.choices = 0  # times that whole numbers were chosen and fixed
        self.least = LEAST
        self.best, self.bound, self.local = np.inf, -np.inf, -np.inf
        self.best_x, self.best_recourse = np.zeros(self.first.size), np.zeros(chance.size)
        self.incumbent: tuple[float, Floats, Floats] | None = None  # the best with whole numbers so far

    def begin(self, least: Floats, risk: Risk | None = None) -> None:
        """Load the master. What a path costs at least if it is known from the start bounds it: theta + own cost >= least."""
        self.risk = risk or Risk()
        if self.risk.regret is not None:
            self.least = max(self.least, NOTHING * float(np.abs(least).mean()))
        n, paths = self.first.size, self.chance.size
        wide: Sparse = side_by_side([self.matrix, sparse((self.matrix.shape[0], paths + 1))], format="csr")
        lower = np.concatenate([self.lower, np.full(paths, -np.inf), [0.0]])
        upper = np.concatenate([self.upper, np.full(paths, np.inf), [np.inf]])
        self.solver = LinearProgramme(wide, self.row_lower, self.row_upper, lower, upper)
        self.solver.option("primal_feasibility_tolerance", 1e-8)
        self.objective = self._objective()
        # |x - centre| <= far, and the model's cost <= level; both wait with no effect until there is a best plan
        far: Sparse = side_by_side([identity(n), sparse((n, paths)), -np.ones((n, 1))], format="csr")
        back: Sparse = side_by_side([-identity(n), sparse((n, paths)), -np.ones((n, 1))], format="csr")
        self.at = self.solver.row_count
        self.solver.add_rows_at_most(far, np.full(n, np.inf))
        self.solver.add_rows_at_most(back, np.full(n, np.inf))
        self.solver.hold(self.objective, np.inf)
        own = -np.tile(self.cost, (paths, 1))
        known: Sparse = side_by_side([sparse(own), -identity(paths), sparse((paths, 1))], format="csr")
        self.solver.add_rows_at_most(known, -(least - 1e-9 * np.maximum(1.0, np.abs(least))))
        self.early.join(self.solver)

    def _objective(self) -> Floats:
        """What counts, over the columns: first stage, costs to go, distance, and those that mark the worst paths."""
        mean = np.concatenate([self.cost, self.chance, [0.0]])
        paths = self.chance.size
        cost: Sparse = side_by_side([np.tile(self.cost, (paths, 1)), identity(paths), sparse((paths, 1))], format="csr")
        if self.risk.regret is not None:
            return least_regret(self.solver, cost, self.risk.regret)
        if self.risk.mean >= 1:
            return mean
        worst = mean_of_worst(self.solver, cost, self.chance, self.risk.level)
        return self.risk.mean * np.append(mean, np.zeros(worst.size - mean.size)) + (1 - self.risk.mean) * worst

    def weigh(self, cost: Floats) -> float:
        """What counts of the costs of the paths."""
        if not np.isfinite(cost).all():
            return np.inf
        if self.risk.regret is not None:
            return float((cost - self.risk.regret).max())
        mean = float(self.chance @ cost)
        if self.risk.mean >= 1:
            return mean
        return self.risk.mean * mean + (1 - self.risk.mean) * cvar(cost, self.chance, self.risk.level)

    def gap(self, value: float, bound: float) -> float:
        """Relative gap."""
        return gap_of(value, bound, self.least)

    def _near(self, centre: Floats | None, level: float) -> None:
        """Set the centre of the steps and the level of the model's cost; none: no effect."""
        n = self.first.size
        rows = np.arange(self.at, self.at + 2 * n + 1)
        most = np.full(2 * n + 1, np.inf)
        if centre is not None:
            most[:n], most[n : 2 * n], most[-1] = centre, -centre, level
        self.solver.set_row_bounds(rows, np.full(rows.size, -np.inf), most)

    def _nearest(self) -> Floats:
        distance = np.zeros(self.objective.size)
        distance[self.first.size + self.chance.size] = 1.0
        return distance

    def project(self, x: Floats) -> Floats:
        """The feasible first stage nearest to a given one."""
        self._near(x, np.inf)
        _, found, _ = self.solver.minimise(self._nearest())
        return self._tidy(found)

    def learn(self, x: Floats, cuts: list[Cut]) -> None:
        """Take in what the paths say at ``x``."""
        values = np.array([c.value for c in cuts])
        total = self.weigh(float(self.cost @ x) + values)
        if total < self.best:
            self.best, self.best_x, self.best_recourse = total, x, values
        best_whole = np.inf if self.incumbent is None else self.incumbent[0]
        if (
            self.whole.size
            and total < best_whole
            and (np.abs(x[self.whole] - np.round(x[self.whole])) < NEARLY_WHOLE).all()
        ):
            self.incumbent = total, x, values
        n = self.first.size
        for s, cut in enumerate(cuts):
            at = np.flatnonzero(cut.slope)
            if np.isfinite(cut.value):
                at, data = np.append(at, n + s), np.append(cut.slope[at], -1.0)
            else:
                data = cut.slope[at]
            self.solver.add_row(at, data, -cut.constant)

    def next(self) -> Floats:
        """Bound from below by the cuts, and the next first stage to try."""
        self._near(None, 0.0)
        value, found, _ = self.solver.minimise(self.objective)
        settled = value - self.local <= 1e-9 * max(1.0, abs(value)) and self.gap(self.best, value) < CLOSE
        self.local = max(self.local, value)
        if not self.choices:  # with whole numbers fixed the cuts bound only what these allow
            self.bound = self.local
        # near the end, where the bound stands still, its own point is worth a try: halfway steps would only creep up to it
        if not np.isfinite(self.best) or settled:
            return self._tidy(found)
        self._near(self.best_x, value + LEVEL * (self.best - value) + 1e-9 * max(1.0, abs(value)))
        try:
            _, near, _ = self.solver.minimise(self._nearest())
        except NoPlan:
            near = found
        return self._tidy(near)

    @property
    def reached(self) -> float:
        """Best value so far that counts; once whole numbers are chosen, of those with whole numbers."""
        return self.best if self.incumbent is None or not self.choices else min(self.incumbent[0], self.best)

    def within(self, gap: float) -> bool:
        """Whether the best plan that counts as an answer is proven within the gap."""
        value = self.best if not self.whole.size else np.inf if self.incumbent is None else self.incumbent[0]
        return self.gap(value, self.bound) <= gap

    def want_whole(self, gap: float) -> bool:
        """Choose whole numbers by the cuts and fix them, where that is still to be done; then the rounds go on."""
        if not self.whole.size or self.choices >= CHOICES:
            return False
        at, solver = self.whole, self.solver
        solver.set_bounds(at, self.lower[at], self.upper[at])
        solver.set_whole(at, True)
        solver.option("mip_rel_gap", gap / 4)
        self._near(None, 0.0)
        _, found, _ = self.solver.minimise(self.objective)
        self.bound = max(self.bound, float(solver.info.mip_dual_bound))
        solver.set_whole(at, False)
        chosen = np.round(found[at])
        solver.set_bounds(at, chosen, chosen)
        self.choices += 1
        self.best, self.local = np.inf, -np.inf
        return True

    def settle(self) -> None:
        """Take the best plan with whole numbers as the answer."""
        if self.incumbent is not None and (self.incumbent[0] <= self.best or not self.choices):
            self.best, self.best_x, self.best_recourse = self.incumbent

    def _tidy(self, found: Floats) -> Floats:
        x = found[: self.first.size].copy()
        if self.choices:
            x[self.whole] = np.round(x[self.whole])
        return np.clip(x, self.lower, self.upper)
