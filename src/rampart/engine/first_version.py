"""Names of what version 0.1 wrote into a folder of results: its ``manifest.json`` kept no list of them.

The names are those of 0.1 and stay so; a table or page of a later version is listed in the manifest itself.
"""

from __future__ import annotations

_PLAN = (
    "bottlenecks budgets causes decisions demand donations duals exchange expansions fill fleets money orders passes "
    "periods pledges production purchases rules_broken shortages stock support transfers"
)
_WAR = (
    "decisions ends forward frontier holdings lasting left nodes policy risks rounds supply survival turns values"
)  # fmt: skip
_CASE = (
    "bills branches breakdown budgets calendar contracts deliveries demand durations expansions fleet_arrivals fleet_use "
    "fleets items lines market nations orders overrides part_stocks parts postures priorities rates regimes repairs "
    "requirements resources routes settings shop_bays shops sites sources stocks storage transitions uses"
)
_PAGES = tuple(f"{language}.{ending}" for language in ("en", "fr") for ending in ("html", "xlsx"))

NAMES = {
    "plan": frozenset(
        [f"{name}.parquet" for name in _PLAN.split()]
        + [f"case/{name}.parquet" for name in _CASE.split()]
        + [f"report/report.{page}" for page in _PAGES]
    ),
    "war": frozenset([f"{name}.parquet" for name in _WAR.split()] + [f"war.{page}" for page in _PAGES]),
}
"""Relative names by kind of result."""
