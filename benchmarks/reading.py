"""How long it takes to read and check a large case in each form: ``python -m benchmarks.reading [ROWS]``.

The case is the small one of the tests with its demand table grown to ROWS rows (200,000 by default) over
many nations, items and months. Times are CPU seconds, which a busy machine changes least.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from rampart.case.doors import check_case, read_case
from rampart.case.tables import Case

SMALL = Path(__file__).parent.parent / "tests" / "case" / "small"


def grown(rows: int) -> Case:
    """The small case with a demand row for every nation, item and month until there are ``rows``."""
    case = read_case(SMALL)
    months = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    nations = [f"N{i:02d}" for i in range(40)]
    codes = [f"item-{i:04d}" for i in range(rows // (len(months) * len(nations)) + 1)]
    grid = [(nation, item, month) for item in codes for nation in nations for month in months][:rows]
    demand = pl.DataFrame(grid, schema=["holder", "item", "from"], orient="row").with_columns(
        pl.lit("operations").alias("purpose"),
        pl.lit("month").alias("rate_per"),
        (pl.int_range(pl.len()) * 0.5 + 100).alias("need"),
        pl.lit("made").alias("source"),
        pl.lit("assumed").alias("grade"),
    )
    member = case.tables["nations"].head(1)
    shell = case.tables["items"].head(1)
    stock = case.tables["stocks"].head(1)
    more = {
        "demand": demand,
        "nations": pl.concat([member.with_columns(pl.lit(n).alias("nation")) for n in nations]),
        "items": pl.concat([shell.with_columns(pl.lit(c).alias("item")) for c in codes]),
        "stocks": pl.concat(
            [stock.with_columns(pl.lit(n).alias("holder"), pl.lit(c).alias("item")) for n in nations for c in codes]
        ),
    }
    tables = {
        name: pl.concat([frame, more[name]], how="diagonal") if name in more else frame
        for name, frame in case.tables.items()
    }
    return Case(tables=tables)


def measure(rows: int) -> dict[str, Any]:
    """CPU seconds to save, and to read and check, in each form; raises where a case does not load back equal."""
    case = grown(rows)
    forms = []
    with tempfile.TemporaryDirectory() as folder:
        for form, name in (("csv", "case"), ("parquet", "case-parquet"), ("xlsx", "case.xlsx")):
            begun = time.process_time()
            path = case.save(Path(folder) / name, format=form)
            saved = time.process_time()
            again, findings = check_case(path)
            read = time.process_time()
            if again != case:
                raise SystemExit(f"{form} did not load back equal: {findings[:3]}")
            forms.append({"form": form, "save": saved - begun, "read": read - saved})
    return {"rows": sum(frame.height for frame in case.tables.values()), "forms": forms}


def main() -> None:
    rows = int(next((word for word in sys.argv[1:] if word.isdigit()), 200_000))
    found = measure(rows)
    if "--json" in sys.argv:
        print(json.dumps(found))
        return
    print(f"{found['rows']:,} rows, CPU seconds\nform        save   read and check")
    for form in found["forms"]:
        print(f"{form['form']:8s} {form['save']:7.1f} {form['read']:16.1f}")


if __name__ == "__main__":
    main()
