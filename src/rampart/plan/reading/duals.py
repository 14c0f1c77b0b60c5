"""The value of one more unit of each limit, pass by pass, in plain units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.keys import text
from rampart.plan.model.passes import SETTLING
from rampart.plan.programme.programme import Programme
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl


def price_table(programme: Programme, solution: Solution) -> pl.DataFrame:
    """Columns: pass, family, code, period, dual. The dual is the change of the pass's value for one more plain unit on
    the right-hand side of the row. Rows whose price is zero are left out; the tie-breaking pass has no meaning here.
    """
    layout = solution.layout
    rows: list[tuple[Any, ...]] = []
    for p in solution.passes:
        if p.name in SETTLING or not p.duals.size:
            continue
        priced = np.flatnonzero(np.abs(p.duals) > 1e-12)
        dual = p.duals[priced] / layout.row_scale[priced]
        period = programme.tree.period[layout.row_node[priced]]
        rows += [
            (p.name, layout.row_family[row], text(layout.row_key[row]), when, value)
            for row, when, value in zip(priced.tolist(), period.tolist(), dual.tolist(), strict=True)
        ]
    return frame("plan", "duals", rows)
