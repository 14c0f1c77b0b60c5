"""Folders that version 0.1 wrote: months as text, no kind; a plan is moved over, a war kept no case and is made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import result_tables, typed, types_of
from rampart.findings import Finding, ResultError
from rampart.results.manifest import FORMAT

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case


def from_first_format(
    folder: Path, manifest: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Manifest and tables of a plan of version 0.1 as they are written today; ResultError for a war."""
    if "policy" in tables or "passes" not in tables:
        raise ResultError([Finding("result-of-first-version", file=str(folder))])
    moved = {
        name: typed(tables[name], types_of("plan", name))
        for name in result_tables("plan")
        if name in tables and name not in LEFT
    }
    return {"kind": "plan", "format": FORMAT} | dict(manifest), moved


LEFT = ("bottlenecks", "causes")
"""Reasons that version 0.1 read off prices: today's are proved, and are made anew with the plan."""
WRITTEN = (
    "bottlenecks", "budgets", "causes", "decisions", "demand", "donations", "duals", "exchange", "expansions",
    "fill", "fleets", "money", "orders", "passes", "periods", "pledges", "production", "purchases",
    "rules_broken", "shortages", "stock", "support", "transfers",
)  # fmt: skip
"""Tables of a plan that version 0.1 wrote. Movements and pegging follow from its stock; what came later is empty."""
KEPT = tuple(name for name in WRITTEN if name not in LEFT)
"""Those of them that a plan is moved over with."""
OF = (
    ("lines", "line"), ("expansions", "expansion"), ("market", "offer"), ("contracts", "contract"), ("resources", "resource"),
    ("shops", "shop"), ("sites", "group"), ("fleets", "fleet"), ("nations", "holder"), ("items", "item"),
)  # fmt: skip
"""Case table and what a code of it is of, in the order in which a code of version 0.1 is looked for."""
INTO = ("ordered", "made", "bought", "received")
OUT_OF = ("used", "consumed", "sent", "disposed", "joined")


def movements_of(stock: pl.DataFrame) -> pl.DataFrame:
    """Table ``movements`` from the balance of each stock: what comes in and goes out by kind; minus goes out."""
    import polars as pl

    signed = stock.with_columns(-pl.col(kind) for kind in OUT_OF)
    long = signed.unpivot(
        on=sorted((*INTO, *OUT_OF)),
        index=["holder", "item", "period", "month"],
        variable_name="kind",
        value_name="quantity",
    )
    return typed(long.filter(pl.col("quantity") != 0), types_of("plan", "movements"))


def with_keys(case: Case, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Tables whose codes are there one by one, each with what it is of, as the case knows them."""
    import polars as pl

    known = {code: of for table, of in reversed(OF) for code in case.tables[table].to_series(0).to_list()}

    def key(code: str | None) -> list[dict[str, str]] | None:
        if not code:
            return None
        if code in known:
            return [{"of": known[code], "code": code}]
        parts = code.replace(">", "|").split("|")  # version 0.1 joined codes so, and knew no others with these signs
        of = [known.get(part, "code") for part in parts]
        if of[:2] == ["holder", "holder"]:
            of[:2] = ["origin", "destination"]
        return [{"of": o, "code": part} for o, part in zip(of, parts, strict=True)]

    return {
        name: table.with_columns(
            pl.Series(column, [key(code) for code in table["code"]], dtype=kind)
            for column, kind in types_of("plan", name).items() if kind.base_type() == pl.List
        )
        if name in result_tables("plan") and "code" in table.columns else table
        for name, table in tables.items()
    }  # fmt: skip
