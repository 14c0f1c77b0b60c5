"""The value of one more unit of each limit, pass by pass, in plain units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.plan.programme.programme import Programme
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl


def price_table(programme: Programme, solution: Solution) -> pl.DataFrame:
    """Columns: pass, family, code, period, dual. The dual is the change of the pass's value for one more plain unit on
    the right-hand side of the row. Rows whose price is zero are left out; the tie-breaking pass has no meaning here.
    """
    from rampart.catalogues.results import frame

    layout = solution.layout
    family, code = np.array(layout.row_family, dtype=object), np.array(layout.row_key, dtype=object)
    columns: dict[str, list[Any]] = {name: [] for name in ("pass", "family", "code", "period", "dual")}
    for p in solution.passes:
        if p.name == "ties" or not p.duals.size:
            continue
        priced = np.flatnonzero(np.abs(p.duals) > 1e-12)
        columns["pass"] += [p.name] * priced.size
        columns["family"] += family[priced].tolist()
        columns["code"] += code[priced].tolist()
        columns["period"] += programme.tree.period[layout.row_node[priced]].tolist()
        columns["dual"] += (p.duals[priced] / layout.row_scale[priced]).tolist()
    return frame("plan", "duals", columns)
