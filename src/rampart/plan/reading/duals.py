"""The value of one more unit of each limit, pass by pass, in plain units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.network.keys import text
from rampart.plan.model.passes import TIES
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
<<<<<<< HEAD
    schema = {"pass": pl.String, "family": pl.String, "code": pl.String, "period": pl.Int64, "dual": pl.Float64}
    frames = [pl.DataFrame(schema=schema)]
=======
    family, code = np.array(layout.row_family, dtype=object), np.array(layout.row_key, dtype=object)
    columns: dict[str, list[Any]] = {name: [] for name in ("pass", "family", "code", "period", "dual")}
>>>>>>> result
    for p in solution.passes:
        if p.name == TIES or not p.duals.size:
            continue
        priced = np.flatnonzero(np.abs(p.duals) > 1e-12)
<<<<<<< HEAD
        columns = {
            "pass": [p.name] * priced.size,
            "family": [layout.row_family[row] for row in priced],
            "code": [text(layout.row_key[row]) for row in priced],
            "period": programme.tree.period[layout.row_node[priced]],
            "dual": p.duals[priced] / layout.row_scale[priced],
        }
        frames.append(pl.DataFrame(columns, schema=schema))
    return pl.concat(frames)
=======
        columns["pass"] += [p.name] * priced.size
        columns["family"] += family[priced].tolist()
        columns["code"] += code[priced].tolist()
        columns["period"] += programme.tree.period[layout.row_node[priced]].tolist()
        columns["dual"] += (p.duals[priced] / layout.row_scale[priced]).tolist()
    return frame("plan", "duals", columns)
>>>>>>> result
