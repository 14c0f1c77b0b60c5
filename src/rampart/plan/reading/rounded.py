"""Decisions of the first period as they are signed: to three figures, checked to be carried out, with what rounding costs.

What comes in whole units is whole already. Every other amount decided in the first period is rounded to three significant
figures, of what is counted by the piece (``PIECES``) to whole ones too, and fixed there, and the passes are solved again,
linear, with the whole numbers as they are. Where no plan carries the rounded amounts out, or an objective loses more than
its room, all are rounded up instead, or down; what loses least in the foremost objective is kept, and where nothing can be
carried out the amounts stand as they were worked out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.lags import Floats
from rampart.plan.model.passes import SETTLING
from rampart.plan.parts.part import Decision
from rampart.plan.programme.measures import ROOM
from rampart.plan.programme.values import Values
from rampart.plan.solving.linear_passes import LinearPasses, NotSolved
from rampart.plan.solving.pass_solver import PassSolver
from rampart.plan.solving.solution import PassResult, Solution

if TYPE_CHECKING:
    import polars as pl

FIGURES = 3
PIECES = ("munition", "rocket", "missile", "spare", "system")
"""Kinds of items of which a part of a unit is nothing; components may be measured."""
SENT = ("order", "purchase", "transfer")
"""Kinds of decisions on units of an item."""
OTHERWISE: Mapping[str, Callable[[float], float]] = {"up": math.ceil, "down": math.floor}
"""Where the nearest amounts cannot be carried out, or cost more than the rooms."""
LEAST = 1e-6
"""Change of a pass, as a share of its value, below which nothing is lost."""
Cell = tuple[str, int]
"""Family and position of a decision's key."""


@dataclass(frozen=True)
class Rounded:
    """Amounts of the first period, rounded, and each pass before and with them.

    how      nearest, up, down, or none where no rounded amounts can be carried out; blank where nothing is to be rounded
    amounts  plain units by family and position of the key
    """

    how: str = ""
    amounts: Mapping[Cell, float] = field(default_factory=dict)
    passes: tuple[tuple[PassResult, float], ...] = ()

    def of(self, decision: Decision) -> float:
        """Quantity of a decision as it is signed."""
        return self.amounts.get((decision.family, decision.key), decision.quantity)

    def table(self) -> pl.DataFrame:
        """``rounding``: what each objective loses by it."""
        rows = [(p.rank, p.name, p.unit, self.how, p.value, value, value - p.value) for p, value in self.passes]
        return frame("plan", "rounding", rows)


def to_figures(amount: float, rounding: Callable[[float], float] = round, *, whole: bool = False) -> float:
    """An amount to three significant figures; ``whole``: to a whole number too."""
    if amount <= 0:
        return 0.0
    if whole:
        piece = round(amount)
        amount = float(piece if abs(amount - piece) <= LEAST * amount else rounding(amount))
        if amount <= 0:
            return 0.0
    grain = FIGURES - 1 - math.floor(math.log10(amount) + 1e-12)
    scaled = amount * 10.0**grain
    near = round(scaled)
    figures = near if abs(scaled - near) < 1e-6 else rounding(scaled)
    return float(figures / 10.0**grain)


def rounded(v: Values, solution: Solution, decisions: Sequence[Decision]) -> Rounded:
    """The decisions of the first period to three figures, or as they are where nothing else can be carried out."""
    free = [d for d in decisions if _may_be_rounded(v, d)]
    near = {(d.family, d.key): to_figures(d.quantity, whole=_by_the_piece(v, d)) for d in free}
    if solution.status != "optimal" or solution.out_of_time:
        return Rounded()
    if all(abs(near[d.family, d.key] - d.quantity) <= LEAST * d.quantity for d in free):
        return Rounded()
    best = _carried_out(v, solution, near, "nearest")
    for how, rounding in OTHERWISE.items():
        if best is not None and not _loses(v, best):
            break
        amounts = {(d.family, d.key): to_figures(d.quantity, rounding, whole=_by_the_piece(v, d)) for d in free}
        other = _carried_out(v, solution, amounts, how, best)
        if best is None or (other is not None and _losses(other) < _losses(best)):
            best = other
    return Rounded("none") if best is None else best


def _by_the_piece(v: Values, decision: Decision) -> bool:
    """Whether a decision is on units of which a part is nothing."""
    return decision.kind in SENT and v.network.items[decision.item]["kind"] in PIECES


def _may_be_rounded(v: Values, decision: Decision) -> bool:
    """What comes whole, comes in lots, was taken before or is fixed from outside stands as it is."""
    p, family = v.programme, v.programme.families[decision.family]
    key = family.keys[decision.key]
    in_lots = decision.family == "order" and v.network.lines[key[0]]["lot"] is not None
    before = [t for t in p.network.taken if (t.family, t.key, t.period) == (decision.family, key, 0)]
    stands = any(t.firm or math.isclose(t.quantity, _most(v, decision)) for t in before)
    return not (family.whole[decision.key, 0] or in_lots or stands)


def _most(v: Values, decision: Decision) -> float:
    """All that the contract or offer of a decision allows; that this and no more is intended is how an order is fixed that
    others place in the plan of a whole case (``network.as_in``), and what was bought there of an offer.
    """
    if decision.family == "order":
        return v.network.channels[decision.key].most
    if decision.family == "buy":
        code = v.network.offers[decision.key].code
        return next(float(row["quantity"]) for row in v.network.rows("market") if row["offer"] == code)
    return math.inf


class _Worse(Exception):
    """What is known already loses less."""


def _carried_out(
    v: Values, solution: Solution, amounts: Mapping[Cell, float], how: str, known: Rounded | None = None
) -> Rounded | None:
    """Every pass with the amounts fixed; None where no plan carries them out, or as soon as a pass loses more than with the
    amounts that are known.
    """
    before, families = solution.solver, v.programme.families
    solver = PassSolver(solution.layout, before.whole)
    solver.kept, solver.closely = before.kept, before.closely
    solver.remembers, solver.tries = False, 1  # where no plan carries the amounts out, one proof is enough
    solver.bound(solver.whole, *(np.round(solution.columns[solver.whole]) for _ in range(2)))
    for (family, key), amount in amounts.items():
        label = families[family].labels[key, 0]
        level = np.array([amount / families[family].scale[key]])
        solver.bound(np.array([label]), level, level)
    told = {p.name: p for p in solution.passes}
    passes = [each for each in v.programme.passes if each.name not in SETTLING and each.name in told]
    weight: Floats = v.tree.months * v.tree.probability
    losses = None if known is None else _losses(known)
    so_far: list[tuple[PassResult, float]] = []

    def compare(result: PassResult) -> None:
        so_far.append((told[result.name], result.value))
        if losses is not None and _losses(Rounded(how, amounts, tuple(so_far))) > losses[: len(so_far)]:
            raise _Worse

    stood = {stage.name: stage for stage in before.stages}

    def begin(name: str) -> None:
        """From where the plan itself stood: only some bounds are others."""
        if name in stood:
            solver.begin_where(stood[name])

    try:
        found, status = LinearPasses(solution.layout, solver, weight, begin=begin, end=compare).run(passes, None)
    except (NotSolved, _Worse):
        return None
    return Rounded(how, amounts, tuple((told[p.name], p.value) for p in found)) if status == "optimal" else None


def _losses(of: Rounded) -> list[float]:
    """Loss of each pass as a share of its value; what is below the solver's noise is nothing."""
    shares = [(value - p.value) / max(1.0, abs(p.value)) for p, value in of.passes]
    return [share if share > LEAST else 0.0 for share in shares]


def _loses(v: Values, of: Rounded) -> bool:
    """Whether an objective loses more than its room."""
    room = {each.name: max(each.room, ROOM) for each in v.programme.passes}
    return any(loss > room[p.name] for (p, _), loss in zip(of.passes, _losses(of), strict=True))


def signed(decision: Decision, of: Rounded) -> Decision:
    """A decision with its amount as it is signed; what is decided over the year stays as the tables add it up."""
    quantity = of.of(decision)
    return replace(decision, quantity=quantity, money=decision.money * quantity / decision.quantity)
