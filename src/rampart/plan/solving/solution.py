"""What the solver found: passes and column values."""

from __future__ import annotations

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
class Solution:
    """The plan as numbers: scaled column values after the last pass, and every pass.

    taken  what each term of the needs is after steady output has taken its room, by pass, shape (terms,) each
    """

    layout: Layout
    columns: Floats
    passes: tuple[PassResult, ...]
    status: str
    seconds: float
    solver: PassSolver = field(repr=False)
    taken: Mapping[str, Floats] = field(default_factory=dict, repr=False)
