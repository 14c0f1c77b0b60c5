"""A small invented case for the report tests: four members, one partner at war, one seller, four items."""

from __future__ import annotations

from typing import Any

import polars as pl

from rampart.case.tables import Case, dtype_of
from rampart.catalogues.inputs import tables

SETTINGS = {
    "title_en": "Sample alliance plan",
    "title_fr": "Plan d'alliance d'exemple",
    "start": "2024-01",
    "end": "2026-12",
    "currency": "EUR",
    "money_unit": "million",
    "price_base": "constant 2024",
    "posture": "territorial",
}
NATIONS = [
    ("FRA", "France", "France", "member"),
    ("DEU", "Germany", "Allemagne", "member"),
    ("POL", "Poland", "Pologne", "member"),
    ("NOR", "Norway", "Norvège", "member"),
    ("UKR", "Ukraine", "Ukraine", "recipient"),
    ("KOR", "South Korea", "Corée du Sud", "supplier"),
]
ITEMS = [
    ("shell", "155 mm artillery rounds", "Obus d'artillerie de 155 mm", "munition", "rounds", 3600.0, 1100.0),
    (
        "interceptor",
        "Medium-range air-defence missiles",
        "Missiles sol-air de moyenne portée",
        "missile",
        "missiles",
        1_150_000.0,
        640_000.0,
    ),
    ("charge", "Propellant charges", "Charges propulsives", "component", "charges", 620.0, None),
    ("powder", "Propellant powder", "Poudre propulsive", "component", "tonnes", None, None),
]
LINES = [
    ("fr-shell", "Loire plant", "FRA", "shell", "hot", 4500.0),
    ("de-shell", "Lower Saxony plant", "DEU", "shell", "hot", 14000.0),
    ("pl-shell", "Silesia plant", "POL", "shell", "warm", 3000.0),
    ("no-missile", "Buskerud plant", "NOR", "interceptor", "hot", 18.0),
    ("de-missile", None, "DEU", "interceptor", "cold", 14.0),
    ("fr-charge", "Dordogne plant", "FRA", "charge", "hot", 9500.0),
    ("de-charge", "Bavaria plant", "DEU", "charge", "hot", float("inf")),
    ("fr-powder", "Gironde plant", "FRA", "powder", "hot", 190.0),
]
EXPANSIONS = [
    ("de-shell-2", "de-shell", 9000.0, 310.0, 12),
    ("fr-shell-2", "fr-shell", 3500.0, 96.0, 15),
    ("no-missile-2", "no-missile", 12.0, 240.0, 18),
    ("fr-powder-2", "fr-powder", 160.0, 420.0, 18),
]
# (holder, item, quantity or None where unknown, requirement, floor, daily rate, grade)
HOLDINGS = [
    ("FRA", "shell", 62_000.0, 180_000.0, 40_000.0, 2_000.0, "assumed"),
    ("DEU", "shell", 20_000.0, 230_000.0, 15_000.0, 2_500.0, "published"),
    ("POL", "shell", 110_000.0, 260_000.0, 70_000.0, None, "derived"),
    ("NOR", "shell", None, 45_000.0, 9_000.0, 450.0, None),
    ("FRA", "interceptor", 190.0, 420.0, 120.0, 6.0, "assumed"),
    ("DEU", "interceptor", 260.0, 600.0, 180.0, 8.0, "assumed"),
    ("NOR", "interceptor", 210.0, 330.0, 140.0, 4.0, "published"),
]
SOURCES = [
    (
        "trackers",
        "Support tracker, release 21",
        "An economics institute",
        "2024-02",
        "https://example.org/tracker",
        "public data",
    ),
    (
        "annual",
        "Annual report on ammunition",
        "A ministry of defence",
        "2023-11",
        "https://example.org/annual",
        "official",
    ),
    ("panel", "Planning panel, workshop of January", None, "2024-01", None, "expert view"),
]
ROUTES = [(m, "UKR", 1.0, 18_000.0 if m != "NOR" else float("inf"), 25.0) for m in ("FRA", "DEU", "POL", "NOR")]
BUDGETS = [
    (nation, year, commitments, payments)
    for nation, commitments, payments in (
        ("FRA", 520.0, 430.0),
        ("DEU", 1050.0, 880.0),
        ("POL", 390.0, float("inf")),
    )
    for year in (2024, 2025, 2026)
]


def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a catalogue table; columns left out are blank."""
    schema = {c.name: dtype_of(c) for c in tables()[name].columns.values()}
    return pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema)


def _held(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Stocks and requirements."""
    for holder, item, quantity, requirement, floor, rate, grade in HOLDINGS:
        facts = {"holder": holder, "item": item, "grade": grade, "source": "panel" if grade else None}
        if quantity is not None:
            rows["stocks"].append(
                facts
                | {
                    "quantity": quantity,
                    "lot": "2019-06",
                    "low": quantity * 0.8,
                    "high": quantity * 1.3,
                    "note": "Order of magnitude agreed by the panel." if grade == "assumed" else None,
                }
            )
        rows["requirements"] += [
            facts | {"posture": "territorial", "layer": "stated", "quantity": requirement, "daily_rate": rate},
            facts | {"posture": "territorial", "layer": "floor", "quantity": floor},
        ]
    rows["stocks"].append(
        {
            "holder": "UKR",
            "item": "shell",
            "quantity": 90_000.0,
            "grade": "assumed",
            "source": "panel",
            "low": 40_000.0,
            "high": 160_000.0,
        }
    )


def _made(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Lines, expansions, bills and contracts."""
    for line, site, nation, item, state, rate in LINES:
        rows["lines"].append(
            {
                "line": line,
                "site": site,
                "nation": nation,
                "item": item,
                "state": state,
                "rate_per": "month",
                "min_rate": None if item == "powder" else 1.0,
                "max_rate": rate,
                "admin_lead_time": 4.0,
                "lead_time": 8.0,
                "lead_time_initial": 20.0,
                "grade": "assumed" if line == "fr-powder" else "published",
                "source": "annual",
                "low": 150.0 if line == "fr-powder" else None,
                "high": 240.0 if line == "fr-powder" else None,
                "note": "No rate is published; read from press statements." if line == "fr-powder" else None,
            }
        )
    rows["expansions"] = [
        {
            "expansion": e,
            "line": line,
            "added_rate": rate,
            "cost": cost,
            "construction": float(months),
            "max_units": 1.0,
            "grade": "assumed",
            "source": "panel",
            "low": rate * 0.7,
            "high": rate * 1.1,
            "note": "=1+1 typed by hand: must stay text.",
        }
        for e, line, rate, cost, months in EXPANSIONS
    ]
    rows["bills"] = [
        {"item": "shell", "component": "charge", "quantity": 1.0, "offset": 1.0, "grade": "assumed"},
        {"item": "charge", "component": "powder", "quantity": 0.012, "offset": 2.0, "grade": "assumed"},
    ]
    rows["contracts"] = [
        {
            "contract": f"{line}-{to}",
            "line": line,
            "buyer": nation,
            "ship_to": to,
            "max_quantity": float("inf"),
        }
        for line, _, nation, item, _, _ in LINES
        if item in ("shell", "interceptor")
        for to in (nation, "UKR")
    ]


def _moved(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Orders, deliveries and demand."""
    rows["orders"] = [
        {"buyer": "DEU", "item": "shell", "line": "de-shell", "month": "2024-03", "quantity": 24_000.0},
        {
            "buyer": "NOR",
            "item": "interceptor",
            "line": "no-missile",
            "month": "2024-05",
            "quantity": 30.0,
            "due": 8e5,
        },
    ]
    rows["deliveries"] = [
        {
            "donor": "FRA",
            "recipient": "UKR",
            "item": "shell",
            "status": "pledged",
            "month": "2024-06",
            "quantity": 30_000.0,
            "backfill_due": "2026-06",
            "grade": "published",
            "source": "trackers",
        },
        {
            "donor": "DEU",
            "recipient": "UKR",
            "item": "interceptor",
            "status": "pledged",
            "month": "2024-09",
            "quantity": 40.0,
            "grade": "published",
            "source": "trackers",
        },
    ]
    rows["demand"] = [
        {
            "holder": "UKR",
            "item": "shell",
            "purpose": "operations",
            "rate_per": "month",
            "need": 75_000.0,
            "low": 60_000.0,
            "high": 200_000.0,
            "grade": "assumed",
            "source": "panel",
        },
        {
            "holder": "UKR",
            "item": "interceptor",
            "purpose": "operations",
            "rate_per": "month",
            "need": 45.0,
            "grade": "assumed",
        },
        {"holder": "FRA", "item": "shell", "purpose": "training", "rate_per": "month", "need": 800.0},
    ]
    _bought(rows)


def _bought(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Market, routes, budgets, priorities."""
    rows["market"] = [
        {
            "offer": "kor-shell",
            "seller": "KOR",
            "item": "shell",
            "quantity": 200_000.0,
            "max_rate": 15_000.0,
            "price": 4100.0,
            "delay": 3.0,
            "grade": "assumed",
        }
    ]
    rows["routes"] = [
        dict(zip(("origin", "destination", "months", "capacity", "cost"), r, strict=True)) for r in ROUTES
    ]
    rows["budgets"] = [
        dict(zip(("nation", "fiscal_year", "commitments", "payments"), b, strict=True)) | {"purpose": "all"}
        for b in BUDGETS
    ]
    rows["priorities"] = [
        {"rank": rank, "objective": objective}
        for rank, objective in enumerate(("floors", "pledges", "need", "own_use", "requirement", "money"), 1)
    ]


def sample_case() -> Case:
    """The case, built in memory."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables() if name != "settings"}
    rows["calendar"] = [{"from": "2024-01", "step": 1}, {"from": "2025-01", "step": 3}]
    rows["postures"] = [
        {"posture": "territorial", "name_en": "Territorial defence", "name_fr": "Défense du territoire"}
    ]
    rows["sources"] = [
        dict(zip(("source", "title", "publisher", "date", "url", "quality"), s, strict=True)) for s in SOURCES
    ]
    rows["nations"] = [dict(zip(("nation", "name_en", "name_fr", "role"), n, strict=True)) for n in NATIONS]
    rows["items"] = [
        dict(zip(("item", "name_en", "name_fr", "kind", "unit", "price", "book_value"), i, strict=True))
        | {
            "source": "annual",
            "grade": "derived",
            "low": 3200.0 if i[0] == "shell" else None,
            "high": 4400.0 if i[0] == "shell" else None,
            "note": "Mean of the last two published contracts.",
        }
        for i in ITEMS
    ]
    _held(rows)
    _made(rows)
    _moved(rows)
    frames = {name: frame(name, given) for name, given in rows.items()}
    frames["settings"] = pl.DataFrame({"setting": list(SETTINGS), "value": list(SETTINGS.values())})
    return Case(tables=frames)
