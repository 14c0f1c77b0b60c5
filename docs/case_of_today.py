"""Write the tables of ``explanation/case-of-today.md``: ``python docs/case_of_today.py PLAN ENDED``, the folders of the plan
of the case and of the one with the change ``war-ends-2027``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl

PAGE = Path(__file__).parent / "explanation" / "case-of-today.md"
SERVED = ("round155", "pac3", "gemt", "iris", "amraam", "aster", "javelin", "gmlrs", "tank120", "barrel", "drone")
HELD = ("round155", "tank120", "gmlrs", "javelin", "stinger", "aster", "iris", "gemt", "amraam", "pac3")
DONORS = ("USA", "DEU", "POL", "ITA", "ESP", "SVK", "FRA", "XCI")


def served(plan: Any) -> str:
    """Share of the partner's need that is served in the months of 2026, the quarters of 2027 and in 2028."""
    need = plan["demand"].filter((pl.col("holder") == "UKR") & (pl.col("month") < pl.date(2027, 12, 31))).sort("month")
    months = need["month"].unique().sort().to_list()
    lines = [
        "| item | need a month | " + " | ".join(f"{m:%Y-%m}" for m in months) + " |",
        "|---" * (len(months) + 2) + "|",
    ]
    for item in SERVED:
        mine = need.filter(pl.col("item") == item)
        shares = (round(100 * min(1.0, s / n)) if n else 100 for s, n in mine.select("served", "need").iter_rows())
        lines.append(f"| {item} | {mine['need'][0]:,.0f} | " + " | ".join(f"{share} %" for share in shares) + " |")
    return "\n".join(lines)


def given(plan: Any) -> str:
    """What donors send of their stock in the first twelve months or so: to the third quarter of 2027."""
    sent = plan["transfers"].filter((pl.col("destination") == "UKR") & (pl.col("month") < pl.date(2027, 7, 31)))
    lines = ["| donor | 155 mm rounds | PAC-3 | GEM-T |", "|---|---|---|---|"]
    for donor in DONORS:
        mine = sent.filter(pl.col("origin") == donor)
        sums = (float(mine.filter(pl.col("item") == item)["quantity"].sum()) for item in ("round155", "pac3", "gemt"))
        lines.append(f"| {donor} | " + " | ".join(f"{value:,.0f}" for value in sums) + " |")
    return "\n".join(lines)


def works(plan: Any) -> str:
    """Works that are decided by the end of 2027."""
    lines = ["| works | decided | ready | units | EUR m |", "|---|---|---|---|---|"]
    for row in plan["expansions"].sort("decide", "expansion").iter_rows(named=True):
        figures = f"{row['units']:.1f} | {row['cost']:,.0f}"
        lines.append(f"| `{row['expansion']}` | {row['decide']:%Y-%m} | {row['ready']:%Y-%m} | {figures} |")
    return "\n".join(lines)


def held(plan: Any, ended: Any) -> str:
    """What members hold at the end, all together: where the war goes on, and where it ends with 2027."""
    lines = ["| item | required | held in August 2026 | the war goes on | it ends with 2027 |", "|---|---|---|---|---|"]
    for item in HELD:
        both = [each["fill"].filter(pl.col("item") == item) for each in (plan, ended)]
        required, opening = (float(both[0][name].sum()) for name in ("requirement", "opening"))
        shares = (opening, *(float(fill["closing"].sum()) for fill in both))
        lines.append(
            f"| {item} | {required:,.0f} | " + " | ".join(f"{100 * s / required:.0f} %" for s in shares) + " |"
        )
    return "\n".join(lines)


def with_tables(page: str, plan: Any, ended: Any) -> str:
    """The page with its tables written anew, each between its marks."""
    tables = {"served": served(plan), "given": given(plan), "held": held(plan, ended), "works": works(plan)}
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, after = page.split(begin)[0], page.split(end)[1]
        page = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    from rampart.results.folder import read_result

    plans = [read_result(folder) for folder in sys.argv[1:3]]
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), *plans), encoding="utf-8")
