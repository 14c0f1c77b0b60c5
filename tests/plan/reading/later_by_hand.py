"""A case in which one decision may not be taken in the first month, by its tables."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from rampart.case.calendar import month_text
from rampart.case.tables import Case


def a_month_later(of: Case, row: dict[str, Any]) -> Case | None:
    """The case in which one decision may not be taken in the first month; none where no table of it says so."""
    then, code = month_text(of.calendar.first + 1), row["key"][0]["code"]
    if row["kind"] == "order":
        table, begins, contracts = "contracts", "from", of.tables["contracts"]
        if not contracts.filter(pl.col("line") == code).height:  # its own nation's: a contract that says so
            own = {"contract": "own", "line": code, "buyer": row["nation"], "max_quantity": math.inf}
            new = pl.DataFrame([{c: own.get(c) for c in contracts.columns}], schema=contracts.schema)
            of = of.with_tables({table: pl.concat([contracts, new])})
        to = pl.coalesce("ship_to", "buyer") == row["to"]
        mine = (pl.col("line") == code) & (pl.col("buyer") == row["nation"]) & to & (pl.col("later").fill_null(0) == 0)
    elif row["kind"] == "purchase":
        table, begins, mine = "market", "from", (pl.col("offer") == code) & (pl.col("buyer") == row["nation"])
    elif row["kind"] == "expansion":
        table, begins, mine = "expansions", "earliest", pl.col("expansion") == code
    else:
        return None
    rows = of.tables[table]
    if rows.filter(mine).height != 1:
        return None
    later = pl.max_horizontal(pl.col(begins), pl.lit(then))
    return of.with_tables({table: rows.with_columns(pl.when(mine).then(later).otherwise(pl.col(begins)).alias(begins))})
