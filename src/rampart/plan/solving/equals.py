"""Of plans that are equal in everything, one: those who lack do so alike in every month, sending is even."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rampart.plan.programme.measures import Pass
from rampart.plan.solving.even_months import EvenMonths
from rampart.plan.solving.evenness import Evened
from rampart.plan.solving.solution import PassResult

if TYPE_CHECKING:
    from rampart.plan.solving.linear_passes import LinearPasses


def one_of_equals(linear: LinearPasses, ties: Pass, held: Sequence[Pass], deadline: float | None) -> PassResult:
    """The pass of ties among the plans that the passes ``held`` leave; the solver holds the same plans afterwards."""
    solver, result = linear.solver, linear.solve(ties, deadline)
    months = EvenMonths(solver, linear.layout, held, deadline)
    try:
        if months.moved:
            result = _again(linear, ties, deadline)
        even = Evened(solver, linear.layout, linear.weight, deadline)
        try:
            return _again(linear, ties, deadline) if even.changes.size else result
        finally:
            even.remove()
    finally:
        months.remove()


def _again(linear: LinearPasses, ties: Pass, deadline: float | None) -> PassResult:
    """Ties once more, among fewer plans."""
    if linear.solver.remembers:
        linear.solver.stages.pop()
    return linear.solve(ties, deadline)
