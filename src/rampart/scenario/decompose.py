"""The two-stage lookahead: what is decided before the next look, once for many paths, and recourse path by path.

First decisions come from the whole programme of a few paths that stand for all (``stand_ins``), and every path then says what
they cost on it and how that changes with each decision. What the slopes of a path lie above their mean, as a price on its
first decisions, makes each path want nearly what all want; the prices cancel over the paths, so that what the paths cost at
least at these prices bounds every plan from below (dual decomposition, Caroe and Schultz 1999; the prices come from the
plan at hand instead of from steps of a subgradient). Where the gap is too wide, twice as many paths stand for all, at last
all of them: then the programme is whole, its whole numbers are searched for, and the gap is what was asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rampart.case.tables import Case
from rampart.engine.highs import NoPlan
from rampart.engine.linear_programme import CutShort
from rampart.engine.pool import cores
from rampart.engine.shards import Shards
from rampart.engine.stopping import Stopping
from rampart.network.lags import Floats, Integers
from rampart.scenario import branching
from rampart.scenario.one_path import Material, Name, Paths, Slope, Tell, first_columns, names_of, widest
from rampart.scenario.risk import Risk
from rampart.scenario.stand_ins import StandIns, rounded
from rampart.scenario.tree_programme import Effort, TreeProgramme, cvar

FEW = 0.4  # of the root of all paths: those that stand for all at first, two at least
A_PROCESS = 10  # paths from which a process of its own is worth while: each begins one of its paths from nothing
SMALL = 60_000  # columns of all paths together up to which their programme is taken whole at once
Rivals = Mapping[str, Mapping[Name, float]]
SOME = 12  # paths that are asked first what all plans cost at least at the prices of a plan
LEAST = 1e-4  # value, in the unit of the objective, below which the gap is stated as a share of this
NOTHING = 1e-4  # of what the paths cost: a largest regret below it is distinguished from nothing only to this measure


@dataclass(frozen=True)
class Round:
    """Where the method stands.

    number     of the round
    stand_ins  paths that stood for all in it
    bound      from below
    best       cost of the best plan so far, whole numbers in the first stage whole
    gap        relative gap between the two
    seconds    since the start
    """

    number: int
    stand_ins: int
    bound: float
    best: float
    gap: float
    seconds: float


@dataclass(frozen=True, eq=False)
class TwoStage:
    """The answer.

    names    (family, key, period) of every first-stage column
    amounts  in plain units, shape (columns,)
    value    what counts of these decisions with the best recourse on each path: the expected cost, or as ``risk`` says
    bound    on these paths no decisions can cost less
    path_cost  cost of each path, shape (paths,)
    known    cost of each path if it were known from the start, shape (paths,)
    rivals   cost of each path with other first decisions, by name; not a number where they leave no recourse
    told     of each path, at the answer (``two_stage``, ``tell``); nothing where nothing was asked
    gap      relative gap between value and bound
    rounds   the log
    status   "optimal" within the gap, "time limit", or "idle": time ran out before there were any decisions
    """

    names: list[Name]
    amounts: Floats
    value: float
    bound: float
    path_cost: Floats
    known: Floats
    rivals: dict[str, Floats]
    told: list[Any]
    gap: float
    rounds: tuple[Round, ...]
    status: str


def gap_of(value: float, bound: float, least: float = 1e-9) -> float:
    """(value - bound) / |value|, of ``least`` where the value is smaller; infinite without a value."""
    if not np.isfinite(value):
        return np.inf
    return max(0.0, value - bound) / max(least, abs(value))


@dataclass(frozen=True, eq=False)
class Weighing:
    """What counts of the costs of the paths, and the weights of paths under which nothing costs more than it counts."""

    chance: Floats
    risk: Risk

    def value(self, cost: Floats) -> float:
        """What counts, shape of ``cost``: (paths,)."""
        if not np.isfinite(cost).all():
            return np.inf
        if self.risk.regret is not None:
            return float((cost - self.risk.regret).max())
        mean = float(self.chance @ cost)
        if self.risk.mean >= 1:
            return mean
        return self.risk.mean * mean + (1 - self.risk.mean) * cvar(cost, self.chance, self.risk.level)

    def at(self, cost: Floats) -> Floats:
        """Weights that sum to one, of the paths that count at these costs, shape (paths,)."""
        if self.risk.regret is not None:
            over = cost - self.risk.regret
            return np.where(np.arange(cost.size) == np.argmax(over), 1.0, 0.0)
        worst, left = np.zeros(cost.size), 1 - self.risk.level
        for s in np.argsort(-cost).tolist():
            worst[s] = min(left, float(self.chance[s]))
            left -= worst[s]
        return self.risk.mean * self.chance + (1 - self.risk.mean) * worst / (1 - self.risk.level)

    def below(self, least: Floats, weight: Floats) -> float:
        """What counts at least, where the paths cost at least ``least`` under the weights."""
        regret = 0.0 if self.risk.regret is None else float(weight @ self.risk.regret)
        return float(weight @ least) - regret


@dataclass
class Standing:
    """The best plan so far, and what bounds all plans."""

    least: float
    value: float = np.inf
    bound: float = -np.inf
    x: Floats | None = None
    cost: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def gap(self) -> float:
        """Relative gap."""
        return gap_of(self.value, self.bound, self.least)

    def learn(self, x: Floats, cost: Floats, value: float) -> None:
        """Take in a plan."""
        if value < self.value:
            self.value, self.x, self.cost = value, x, cost


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
    rivals: Rivals | Callable[[], Rivals] | None = None,
    tell: Tell | None = None,
    progress: Callable[[Round], None] | None = None,
    slips: Floats | None = None,
) -> TwoStage:
    """Decisions of the first periods that cost least on average over the paths, each path known afterwards.

    With ``risk`` the mean of the worst paths counts besides the mean of all, with ``regret`` the largest excess of a path
    over what it costs at least.

    paths     regime of every period, shape (paths, periods); where they differ in the first, it is not known
    slips     what slips on each path (``beliefs.supply``), shape (paths, things); none: supply comes as promised
    first     periods before the next look: what waits for one is decided once for all paths. What follows the war month by
              month is chosen on each path as if the path were known, in these periods too
    capacity  whether all expansions belong to the first stage, whenever they are decided. Whole numbers are asked for in
              the first stage alone
    gap       relative gap at which to stop
    rivals    other first decisions to weigh on the same paths: amounts by (family, key, period) in plain units; or what finds
              them, while other processes are at work
    tell      what to tell of each path in the end
    Ctrl-C or the time limit leaves the best decisions found, with their gap: at worst, where time ran out before there were
    any, none at all.
    """
    begun = time.monotonic()
    deadline = None if time_limit is None else begun + time_limit
    material = Material(case, regimes, ends, paths, first, objective, capacity, slips)
    wide = widest(material)
    if risk is None and not regret and any(part.cvar for aim in wide.aims for part in aim.parts):
        raise ValueError(
            "over sampled paths risk counts for all objectives together: give its weight and level (--cvar), leave "
            "priorities, column 'cvar', blank, or plan a tree"
        )
    names = names_of(wide, first_columns(wide, material))
    with Stopping() as stopping, Shards(Paths, (material, names), len(paths), workers=workers) as shards:
        collect, weigh = shards.begin("free"), None
        plans = Plans(material, chance, gap, risk, many=_too_many(len(paths), wide))
        if rivals is not None and deadline is None:  # by other processes, while this one seeks the first decisions
            weigh = _begin_weighing(shards, _named(rivals), names)
        found = None if regret else plans.first(deadline)
        known = np.array(collect())
        if regret:
            plans.risk = Risk(regret=known)
            found = plans.first(deadline)
        weighing = Weighing(chance, plans.risk or Risk())
        stands = Standing(max(LEAST, NOTHING * float(np.abs(known).mean())) if regret else LEAST)
        stands.bound = weighing.value(known)
        rounds: list[Round] = []
        status = "optimal"
        while found is not None:
            out_of_time = deadline is not None and time.monotonic() >= deadline
            _weigh_up(stands, weighing, shards, found, names, gap, bounded=not out_of_time)
            now = Round(
                len(rounds) + 1, found.stand_ins, stands.bound, stands.value, stands.gap, time.monotonic() - begun
            )
            rounds.append(now)
            if progress and found is not NO_DECISIONS:
                progress(now)
            if stands.gap <= gap or found.last:
                break
            there_is_one = np.isfinite(stands.value)
            out_of_time = deadline is not None and time.monotonic() >= deadline
            if there_is_one and (out_of_time or stopping.wanted):
                status = "idle" if found is NO_DECISIONS else "time limit"
                break
            try:
                found = plans.next(deadline if there_is_one else None)
            except CutShort:
                status = "time limit"
                break
        if stands.x is None:
            raise NoPlan("no first decisions leave every path a way on")
        told = [] if tell is None else shards.call("told", tell, stands.x, stands.cost, known)
        if weigh is None and rivals is not None and status == "optimal":
            weigh = _begin_weighing(shards, _named(rivals), names)
        weighed = {} if weigh is None else weigh()
    return TwoStage(
        names, stands.x, stands.value, stands.bound, stands.cost, known, weighed, told, stands.gap, tuple(rounds), status,
    )  # fmt: skip


def processes_for(paths: int, widest: TreeProgramme) -> int:
    """Processes that are worth while for so many paths: one where they are taken whole at once, one a core at most."""
    return max(1, min(cores(), paths // A_PROCESS)) if _too_many(paths, widest) else 1


def _too_many(paths: int, widest: TreeProgramme) -> bool:
    """Whether paths are too many to be taken whole at once."""
    return paths * widest.layout.columns > SMALL


def _named(rivals: Rivals | Callable[[], Rivals]) -> Rivals:
    """Other first decisions by name."""
    return rivals() if callable(rivals) else rivals


def _weigh_up(
    stands: Standing, weighing: Weighing, shards: Shards, found: Found, names: list[Name], gap: float, *, bounded: bool
) -> None:
    """What a plan costs on all paths, and where that is not close enough and there is time (``bounded``), what all plans cost
    at the prices it implies.
    """
    x = np.array([found.amounts.get(name, 0.0) for name in names])
    slopes: list[Slope] = shards.call("at", x)
    cost = np.array([slope.value for slope in slopes])
    stands.learn(x, cost, weighing.value(cost))
    stands.bound = max(stands.bound, found.bound)
    if bounded and stands.gap > gap and not found.last and np.isfinite(cost).all():
        weight, by = weighing.at(cost), np.array([slope.by for slope in slopes])
        stands.bound = max(stands.bound, _bound_by_prices(stands.bound, weighing, shards, x, cost, weight, by))


def _bound_by_prices(
    bound: float, weighing: Weighing, shards: Shards, x: Floats, cost: Floats, weight: Floats, by: Floats
) -> float:
    """What all plans cost at least at the prices that a plan implies; nothing where that is less than ``bound``.

    On each path the plan costs at least what is least at its prices, and the prices cancel over the paths: how far apart
    the two are on some of the paths says how far they are on all, before all are asked.

    x     the plan; cost: of each path, shape (paths,); by: its slopes, shape (paths, first stage)
    weight  of the paths under which nothing costs more than it counts, shape (paths,)
    """
    prices = weight @ by - by
    some = np.zeros(cost.size, dtype=bool)
    some[:: -(-cost.size // SOME)] = True
    least = np.array(shards.call("priced", prices, some))
    if not some.all() and weight[some].sum() > 0:
        apart = (cost + prices @ x - least)[some] @ weight[some] / weight[some].sum()
        if weighing.below(cost, weight) - apart <= bound:
            return -np.inf
    if not some.all():
        least = np.where(some, least, shards.call("priced", prices, ~some))
    return weighing.below(least, weight)


def _begin_weighing(
    shards: Shards, others: Mapping[str, Mapping[Name, float]], names: list[Name]
) -> Callable[[], dict[str, Floats]]:
    """Begin to weigh first decisions that others took; what comes back waits for the cost of each path by name, not a number
    where a path has no way on.
    """
    asked = {
        name: shards.begin("at", np.array([amounts.get(of, 0.0) for of in names])) for name, amounts in others.items()
    }

    def collect() -> dict[str, Floats]:
        costs = {name: np.array([slope.value for slope in answer()]) for name, answer in asked.items()}
        return {name: np.where(np.isfinite(cost), cost, np.nan) for name, cost in costs.items()}

    return collect


@dataclass(frozen=True, eq=False)
class Found:
    """First decisions to weigh: amounts by name, paths that stood for all, and what bounds every plan where they are all.

    last  nothing better will come: the programme was whole and searched to the gap asked
    """

    amounts: dict[Name, float]
    stand_ins: int
    bound: float = -np.inf
    last: bool = False


NO_DECISIONS = Found({}, 0)
"""No new decisions."""


class Plans:
    """First decisions from more and more paths that stand for all."""

    def __init__(self, material: Material, chance: Floats, gap: float, risk: Risk | None, *, many: bool) -> None:
        self.material, self.chance, self.gap, self.risk = material, chance, gap, risk
        count = len(material.paths)
        self.done = False
        few = min(max(2, round(FEW * count**0.5)), count)
        self.keep: int | None = few if many else None  # none: all, and a search

    def first(self, deadline: float | None) -> Found | None:
        """The first; no new decisions where the time is up before there is one."""
        try:
            return self.next(deadline)
        except CutShort:
            return NO_DECISIONS

    def next(self, deadline: float | None = None) -> Found | None:
        """The next; none after the last. CutShort where the time is up before there is one."""
        count = len(self.material.paths)
        while self.keep is not None:
            keep, self.keep = self.keep, min(2 * self.keep, count) if self.keep < count else None
            try:
                return self._from_few(keep, deadline)
            except CutShort:
                raise
            except NoPlan:
                continue  # the whole numbers nearest leave no way on
        if self.done:
            return None
        self.done = True
        programme = StandIns(self.material, np.arange(count), self.chance, Effort(self.gap / 2, deadline=deadline))
        x, answer = programme.solve(search=True, risk=self._risk_of(programme))
        bound = answer.value - answer.gap * abs(answer.value)
        return Found(dict(zip(programme.names, x.tolist(), strict=True)), count, bound, last=True)

    def _from_few(self, keep: int, deadline: float | None) -> Found:
        """From paths that stand for all, whole numbers by rounding."""
        m, few, weight = self.material, np.arange(len(self.material.paths)), self.chance
        if keep < len(few):
            few, weight, _ = branching.reduced(m.case, m.regimes, m.paths, weight, keep)
        programme = StandIns(m, few, weight, Effort(deadline=deadline))
        risk = self._risk_of(programme)
        x, _ = programme.solve(risk=risk)
        if programme.whole.size:
            x, _ = programme.solve(fixed=rounded(x, programme.whole, programme.names), risk=risk)
        return Found(dict(zip(programme.names, x.tolist(), strict=True)), keep)

    def _risk_of(self, programme: StandIns) -> Risk | None:
        """What counts on the paths of a programme: regret knows them by their leaves."""
        if self.risk is None or self.risk.regret is None:
            return self.risk
        sequences, _ = branching.paths_of(programme.problem.tree)
        regret = []
        for sequence in sequences:
            went = sequence >= 0
            alike = (self.material.paths[:, went] == sequence[went]).all(axis=1)
            regret.append(self.risk.regret[int(np.argmax(alike))])
        return Risk(regret=np.array(regret))
