"""Money, decisions and flows of the sample plan."""

from __future__ import annotations

from typing import Any

from rampart.case.calendar import month_text
from rampart.case.tables import Case
from report.report_case import BUDGETS, EXPANSIONS, HOLDINGS, LINES

# Share of each shell and missile line's output that goes straight to the partner.
DIRECT = {"fr-shell": 0.35, "de-shell": 0.6, "pl-shell": 0.0, "no-missile": 0.3, "de-missile": 0.5}


def sent(holder: str, item: str, t: int, length: int) -> float:
    """What a member gives from its stock in a period."""
    per_month = {
        ("FRA", "shell"): 1500.0,
        ("DEU", "shell"): 900.0,
        ("POL", "shell"): 2600.0,
        ("DEU", "interceptor"): 4.0,
        ("NOR", "interceptor"): 2.0,
    }.get((holder, item), 0.0)
    return per_month * length if t < 14 else 0.0


def money() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows, used = [], []
    for nation, base in (("FRA", 410.0), ("DEU", 930.0), ("POL", 210.0), ("NOR", 260.0)):
        for y, year in enumerate((2024, 2025, 2026)):
            for purpose, part in (
                ("procurement", 0.8),
                ("capacity", 0.15),
                ("placed", 0.0),
                ("transport", 0.05),
            ):
                paid = base * (0.35 + 0.3 * y) * (part or 0.04)
                rows.append(
                    {
                        "nation": nation,
                        "fiscal_year": year,
                        "purpose": purpose,
                        "commitments": base * (1.15 - 0.2 * y) * part,
                        "payments": paid,
                    }
                )
    for nation, year, commitments, payments in BUDGETS:
        own = [m for m in rows if (m["nation"], m["fiscal_year"]) == (nation, year)]
        for kind, limit in (("commitments", commitments), ("payments", payments)):
            spent = sum(m[kind] for m in own)
            used.append(
                {
                    "nation": nation,
                    "fiscal_year": year,
                    "purpose": "all",
                    "kind": kind,
                    "limit": limit,
                    "used": spent,
                    "over": max(0.0, spent - limit),
                }
            )
    return rows, used


DECISIONS: list[tuple[Any, ...]] = [
    (
        "expansion",
        "FRA",
        "fr-powder-2",
        "powder",
        "FRA",
        1.0,
        420.0,
        "2024-01",
        "2025-07",
        "need",
        31_000.0,
        31_000.0,
    ),
    (
        "expansion",
        "DEU",
        "de-shell-2",
        "shell",
        "DEU",
        1.0,
        310.0,
        "2024-01",
        "2025-01",
        "need",
        27_400.0,
        27_400.0,
    ),
    (
        "order",
        "DEU",
        "de-shell",
        "shell",
        "UKR",
        96_000.0,
        345.6,
        "2024-01",
        "2025-01",
        "need",
        8_000.0,
        8_000.0,
    ),
    (
        "purchase",
        "DEU",
        "kor-shell",
        "shell",
        "UKR",
        120_000.0,
        492.0,
        "2024-02",
        "2024-04",
        "need",
        12_000.0,
        12_000.0,
    ),
    (
        "transfer",
        "POL",
        "POL>UKR",
        "shell",
        "UKR",
        2_600.0,
        0.065,
        "2024-01",
        "2024-02",
        "pledges",
        2_600.0,
        2_600.0,
    ),
    (
        "order",
        "NOR",
        "no-missile",
        "interceptor",
        "NOR",
        64.0,
        73.6,
        "2024-03",
        "2025-03",
        "requirement",
        15.5,
        15.5,
    ),
    (
        "order",
        "FRA",
        "fr-shell",
        "shell",
        "FRA",
        31_000.0,
        111.6,
        "2024-06",
        "2025-01",
        "money",
        1.4,
        None,
    ),
    ("order", "POL", "pl-shell", "shell", "POL", 18_000.0, 64.8, "2024-09", "2025-09", None, None, None),
]


def decisions() -> list[dict[str, Any]]:
    keys = (
        "kind",
        "nation",
        "code",
        "item",
        "to",
        "quantity",
        "money",
        "decide_by",
        "arrives",
        "delay_objective",
        "delay_cost",
        "delay_units",
    )

    found = [{"rank": n, **dict(zip(keys, row, strict=True))} for n, row in enumerate(DECISIONS, 1)]
    return [r | {"year_quantity": r["quantity"] * (1.0 if r["kind"] == "expansion" else 9.0)} for r in found]


def orders(case: Case) -> list[dict[str, Any]]:
    rows = []
    for line, _, nation, item, _, rate in LINES:
        for t in range(12, len(case.calendar)) if item in ("shell", "interceptor") else ():
            quantity = float(round(rate * case.calendar.lengths[t] * 0.7))
            to = "UKR" if t % 3 == 0 and DIRECT[line] else nation
            rows.append(
                {
                    "contract": f"{line}-{to}",
                    "line": line,
                    "buyer": nation,
                    "payer": nation,
                    "ship_to": to,
                    "item": item,
                    "decide": month_text(case.calendar.starts[t] - 12),
                    "award": month_text(case.calendar.starts[t] - 8),
                    "period": t,
                    "month": case.calendar.labels[t],
                    "quantity": quantity,
                    "commitment": quantity * (3600.0 if item == "shell" else 1.15e6) / 1e6,
                }
            )
    return rows


def _transfers(case: Case) -> list[dict[str, Any]]:
    calendar = case.calendar
    return [
        {
            "origin": h,
            "destination": "UKR",
            "item": i,
            "period": t,
            "month": calendar.labels[t],
            "arrives": month_text(calendar.starts[t] + 1),
            "quantity": sent(h, i, t, calendar.lengths[t]),
            "cost": sent(h, i, t, calendar.lengths[t]) * 25.0 / 1e6,
        }
        for h, i, *_ in HOLDINGS
        for t in range(len(calendar))
        if sent(h, i, t, 1)
    ]


def flows(case: Case) -> dict[str, list[dict[str, Any]]]:
    calendar = case.calendar
    purchases = [
        {
            "offer": "kor-shell",
            "seller": "KOR",
            "buyer": "DEU",
            "item": "shell",
            "period": t,
            "month": calendar.labels[t],
            "arrives": month_text(calendar.starts[t] + 3),
            "quantity": 12_000.0,
            "cost": 49.2,
        }
        for t in range(10)
    ]
    pledges = [
        {
            "donor": "FRA",
            "recipient": "UKR",
            "item": "shell",
            "period": 5,
            "month": "2024-06",
            "pledged": 30_000.0,
            "arrived": 9_000.0,
            "owed": 21_000.0,
        },
        {
            "donor": "DEU",
            "recipient": "UKR",
            "item": "interceptor",
            "period": 8,
            "month": "2024-09",
            "pledged": 40.0,
            "arrived": 40.0,
            "owed": 0.0,
        },
    ]
    expansions = [
        {
            "expansion": e,
            "line": line,
            "payer": line[:2].upper().replace("FR", "FRA").replace("DE", "DEU").replace("NO", "NOR"),
            "decide": calendar.labels[0],
            "ready": month_text(calendar.first + months),
            "units": 1.0,
            "added_rate": rate,
            "cost": cost,
        }
        for e, line, rate, cost, months in EXPANSIONS
    ]
    return {
        "transfers": _transfers(case),
        "purchases": purchases,
        "pledges": pledges,
        "expansions": expansions,
    }
