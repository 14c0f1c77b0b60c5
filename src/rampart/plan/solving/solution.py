"""What the solver found: passes and column values."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from rampart.network.lags import Floats
from rampart.plan.programme.layout import Layout
from rampart.plan.solving.pass_solver import PassSolver


@dataclass(frozen=True)
class PassResult:
    """One solved pass, values in the pass's own unit.

    terms         what each term of its measure reached, shape (terms,)
    columns       scaled columns at its end, before later passes use the room that it leaves, shape (columns,)
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
    terms: Floats = field(repr=False)
    columns: Floats = field(repr=False)
    duals: Floats = field(repr=False)
    reduced: Floats = field(repr=False)


@dataclass(frozen=True)
class Unfinished:
    """A pass that was not solved to the end, values in the pass's own unit.

    value  what the plan gives; ``bound`` what no plan falls short of; NaN where none is known, since passes before it
           may give way
    status optimal where the bound proves it; time limit for the first that is not, in which time ran out; not reached
    """

    rank: int
    name: str
    unit: str
    value: float
    bound: float
    status: str

    @property
    def gap(self) -> float:
        """Share of the value that a better plan may save at most."""
        return (self.value - self.bound) / max(abs(self.value), 1e-9)


@dataclass(frozen=True)
class Solution:
    """The plan as numbers: scaled column values after the last pass, and every pass.

    status      optimal; time limit where the search was cut short
    unfinished  passes that were not solved to the end, in their order: the first one may have begun
    idle        whether it is the plan without new decisions, no other having been found in time
    deadline    when the time is up, on the clock of ``time.monotonic``; none: it never is
    taken       what each term of the needs is after steady output has taken its room, by pass, shape (terms,) each
    """

    layout: Layout
    columns: Floats
    passes: tuple[PassResult, ...]
    status: str
    seconds: float
    solver: PassSolver = field(repr=False)
    taken: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    unfinished: tuple[Unfinished, ...] = ()
    idle: bool = False
    deadline: float | None = None

    @property
    def out_of_time(self) -> bool:
        """Whether no time is left for what is read off the plan by solving again."""
        return self.deadline is not None and time.monotonic() >= self.deadline
