"""Laws over drawn examples: a few examples at every change, many by ``make test-slow``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

Law = Callable[..., None]


def drawn(few: int, many: int, **strategies: SearchStrategy[Any]) -> Callable[[Law], Law]:
    """A test of a law, drawn ``few`` times in the normal run and ``many`` times, the few among them, by ``make test-slow``.

    strategies  for the arguments of these names; other arguments are those of pytest
    """

    def test_of(law: Law) -> Law:
        @wraps(law)
        def test(examples: int, **others: Any) -> None:
            # What pytest makes once for all examples may be made once: the laws do not change it.
            chosen = settings(max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
            chosen(given(**strategies)(law))(**others)

        parameters = signature(law).parameters
        own = [parameters[name] for name in parameters if name not in strategies]
        test.__signature__ = signature(law).replace(  # type: ignore[attr-defined]
            parameters=[*own, signature(test, follow_wrapped=False).parameters["examples"]]
        )
        counts = [pytest.param(few, id=f"{few}"), pytest.param(many, id=f"{many}", marks=pytest.mark.slow)]
        marked: Law = pytest.mark.parametrize("examples", counts)(test)
        return marked

    return test_of


def seeds(few: int, many: int) -> list[Any]:
    """Seeds of cases: the first ``few`` at every change, the rest of ``many`` by ``make test-slow``."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(few, many))]
