"""Of plans that are equal in everything, one: those who lack do so alike in every month, sending is even."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rampart.network.lags import Floats
from rampart.plan.programme.layout import Layout
from rampart.plan.programme.measures import Pass
from rampart.plan.solving.even_months import EvenMonths
from rampart.plan.solving.evenness import Evened
from rampart.plan.solving.pass_solver import PassSolver
from rampart.plan.solving.solution import PassResult


def one_of_equals(
    solver: PassSolver, layout: Layout, weight: Floats, held: Sequence[Pass], ties: Callable[[], PassResult],
    deadline: float | None,
) -> PassResult:  # fmt: skip
    """What ties choose among the plans that the passes ``held`` leave; the solver holds the same plans afterwards.

    weight  months and chance of each node, shape (nodes,); ``ties`` solves that pass
    """
    result = ties()
    months = EvenMonths(solver, layout, held, deadline)
    try:
        if months.moved:
            result = _again(solver, ties)
        even = Evened(solver, layout, weight, deadline)
        try:
            return _again(solver, ties) if even.changes.size else result
        finally:
            even.remove()
    finally:
        months.remove()


def _again(solver: PassSolver, ties: Callable[[], PassResult]) -> PassResult:
    """Ties once more, among fewer plans."""
    if solver.remembers:
        solver.stages.pop()
    return ties()
