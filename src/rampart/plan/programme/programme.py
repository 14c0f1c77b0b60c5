"""The programme: variables, rows and passes, with what is needed to read them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rampart.case.tables import Case
from rampart.network import asked
from rampart.network.lags import Floats, Integers
from rampart.network.network import Sets
from rampart.network.rates import Rates
from rampart.plan.programme.terms import Family, Measure
from rampart.plan.programme.tree import Tree


@dataclass(frozen=True, eq=False)
class Programme:
    """The model in linopy with what is needed to read it back.

    variables  families by name; ``rates`` and ``held`` the numbers behind them
    passes     objective passes in order: (rank in the case, measure, tolerance)
    """

    case: Case
    sets: Sets
    tree: Tree
    linopy: Any
    variables: dict[str, Family]
    rates: Rates
    held: asked.Held
    passes: list[tuple[int, Measure, float]]

    @property
    def row_scales(self) -> dict[str, Floats]:
        """Plain units in one scaled unit of the rows of each constraint family."""
        return self.linopy.row_scales  # type: ignore[no-any-return]


def whole_labels(programme: Programme) -> Integers:
    """Labels of the variables that must be whole: lots, set-ups, and expansions in whole units."""
    v = programme.variables
    found = [v["lots"].labels.ravel(), v["active"].labels.ravel()]
    for n, row in enumerate(programme.sets.expansions):
        if row["whole"]:
            found.append(v["expand"].labels[n])
    labels = np.concatenate(found)
    return labels[labels >= 0]
