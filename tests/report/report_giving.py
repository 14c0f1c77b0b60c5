"""Invented rows of give or keep for the report tests: two donors of shells, five chances."""

from __future__ import annotations

from typing import Any

GIFTS = {
    "FRA": (60_000.0, 60_000.0, 55_000.0, 40_000.0, 10_000.0),
    "DEU": (30_000.0, 30_000.0, 30_000.0, 28_000.0, 0.0),
}
YEARLY = (0.0, 0.02, 0.05, 0.1, 0.2)


def give_or_keep() -> list[dict[str, Any]]:
    """Donors, shells, and all together, at each chance."""
    rows: list[dict[str, Any]] = []
    for n, yearly in enumerate(YEARLY):
        monthly = 1 - (1 - yearly) ** (1 / 12)
        common = {"chance_year": yearly, "chance_month": monthly}
        cost = 50.0 - 8.0 * n
        home = {"cost_of_call": cost, "cost_at_home": 24 * monthly * cost}
        rows += [common | {"donor": d, "item": "shell", "gifts": gifts[n]} | home for d, gifts in GIFTS.items()]
        total = sum(gifts[n] for gifts in GIFTS.values())
        served = {"gifts": total, "served_first_year": total, "served": 2 * total, "worth_served": total / 100}
        rows.append(common | {"item": "shell"} | served | home)
        rows.append(common | {"worth_served": total / 100} | home)
    return rows


def break_even() -> list[dict[str, Any]]:
    """One donor with a break-even, and one for each reason that there is none."""
    stated = {"item": "shell", "chance_month": 0.002, "chance_year": 1 - 0.998**12}
    whys = {"DEU": "rank_binds", "NOR": "gives_nothing", "POL": "at_no_chance"}
    rows = [
        stated | {"donor": "FRA", "gifts": 60_000.0, "break_even_month": 0.0045, "break_even_year": 1 - 0.9955**12},
        *(stated | {"donor": d, "gifts": GIFTS.get(d, (0.0,))[0], "why": why} for d, why in whys.items()),
    ]
    return sorted(rows, key=lambda row: str(row["donor"]))
