"""A deterministic plan with every result table filled, so that reports need no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rampart.case.calendar import month_text
from rampart.case.tables import Case
from rampart.catalogues.results import frame, result_tables
from rampart.results.result import Result
from report.report_case import EXPANSIONS, HOLDINGS, LINES, sample_case
from report.report_flows import DIRECT, decisions, flows, money, orders, sent
from report.report_giving import break_even, give_or_keep

INF = float("inf")


def without(plan: Result, *names: str) -> Result:
    """The plan with these tables emptied; no name: all of them."""
    return replace(plan, tables={n: f.clear() if not names or n in names else f for n, f in plan.tables.items()})


def _production(case: Case) -> list[dict[str, Any]]:
    rows = []
    calendar = case.calendar
    for line, _, nation, item, _, rate in LINES:
        ready = {e[1]: (month_text(calendar.first + 1 + e[4]), e[2]) for e in EXPANSIONS}
        for t, (month, length) in enumerate(zip(calendar.labels, calendar.lengths, strict=True)):
            added = ready[line][1] if line in ready and month >= ready[line][0] else 0.0
            if line == "de-missile" and month < "2025-07":
                added = -rate
            capacity = (rate + added) * length
            ramp = min(0.97, 0.62 + 0.035 * t)
            output = 11_000.0 * length * ramp if capacity == INF else float(round(capacity * ramp))
            rows.append(
                {
                    "line": line,
                    "nation": nation,
                    "item": item,
                    "tier": {"charge": 1, "powder": 2}.get(item, 0),
                    "period": t,
                    "month": month,
                    "output": output,
                    "placed": 24_000.0 * 0.3 if (line, month) == ("de-shell", "2024-03") else 0.0,
                    "capacity": capacity,
                    "utilisation": None if capacity in (INF, 0.0) else output / capacity,
                    "minimum": None if item == "powder" else 1.0 * length,
                    "below_minimum": 0.0,
                }
            )
    return rows


def _balances(case: Case, production: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    calendar = case.calendar
    made = {(p["nation"], p["item"], p["period"]): 0.0 for p in production}
    direct: dict[tuple[str, int], float] = {}
    for p in production:
        share = DIRECT.get(p["line"], 0.0)
        made[p["nation"], p["item"], p["period"]] += p["output"] * (1 - share)
        direct[p["item"], p["period"]] = direct.get((p["item"], p["period"]), 0.0) + p["output"] * share
    holders = [(*h[:3], *h[3:6]) for h in HOLDINGS]
    holders += [("UKR", "shell", 90_000.0, None, None, None), ("UKR", "interceptor", None, None, None, None)]
    holders += [("FRA", "charge", 40_000.0, None, None, None), ("FRA", "powder", 300.0, None, None, None)]
    for holder, item, start, requirement, floor, rate in holders:
        stock = start or 0.0
        for t, (month, length) in enumerate(zip(calendar.labels, calendar.lengths, strict=True)):
            row: dict[str, Any] = {
                "holder": holder,
                "item": item,
                "period": t,
                "month": month,
                "opening": stock,
                "ordered": 24_000.0 if (holder, item, month) == ("DEU", "shell", "2024-03") else 0.0,
                "made": made.get((holder, item, t), 0.0),
                "bought": 0.0,
                "received": 0.0,
                "used": 0.0,
                "consumed": 0.0,
                "sent": sent(holder, item, t, length),
                "disposed": 0.0,
                "joined": 0.0,
            }
            if holder == "UKR":
                row["made"] = direct.get((item, t), 0.0)
                row["received"] = sum(sent(h, item, t, length) for h in ("FRA", "DEU", "POL", "NOR"))
                row["bought"] = 12_000.0 * length if item == "shell" and 3 <= t < 13 else 0.0
            into = stock + row["ordered"] + row["made"] + row["bought"] + row["received"]
            if holder == "UKR":
                row["used"] = min(into, (75_000.0 if item == "shell" else 45.0) * length)
            elif item in ("charge", "powder"):
                row["consumed"] = max(0.0, into - (start or 0.0))
            elif (holder, item) == ("FRA", "shell"):
                row["used"] = 800.0 * length
            stock = into - row["used"] - row["consumed"] - row["sent"]
            row |= {
                "closing": stock,
                "requirement": requirement,
                "floor": floor,
                "shortfall": None if requirement is None else max(0.0, requirement - stock),
                "below_floor": None if floor is None else max(0.0, floor - stock),
                "days_of_supply": stock / rate if rate else None,
                "daily_rate": rate,
            }
            rows.append(row)
    return rows


def _demand(case: Case, stock: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for row in stock:
        need = {("UKR", "shell"): 75_000.0, ("UKR", "interceptor"): 45.0, ("FRA", "shell"): 800.0}.get(
            (row["holder"], row["item"])
        )
        if need is not None:
            total = need * case.calendar.lengths[row["period"]]
            rows.append(
                {
                    **{k: row[k] for k in ("holder", "item", "period", "month")},
                    "purpose": "operations" if row["holder"] == "UKR" else "training",
                    "need": total,
                    "served": row["used"],
                    "unmet": total - row["used"],
                    "late": 0.0,
                }
            )
    return rows


def _shortages(stock: list[dict[str, Any]], demand: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [{"objective": "need", "amount": d["unmet"], **_place(d)} for d in demand if d["unmet"] > 0]
    rows += [{"objective": "requirement", "amount": s["shortfall"], **_place(s)} for s in stock if s["shortfall"]]
    return rows


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: row[k] for k in ("holder", "item", "period", "month")}


def _reasons(shortages: list[dict[str, Any]], lengths: tuple[int, ...]) -> dict[str, list[dict[str, Any]]]:
    """What is short by year, and steps that take away a part of it: kinds with an object each, and all together."""
    amounts: dict[tuple[str, str, str, int], float] = {}
    for s in shortages:
        key = (s["objective"], s["holder"], s["item"], int(s["month"][:4]))
        months = 1 if s["objective"] == "need" else lengths[s["period"]]
        amounts[key] = amounts.get(key, 0.0) + s["amount"] * months
    who = dict.fromkeys(key[:3] for key in amounts)
    names = ("objective", "holder", "item", "year")
    short = [
        dict(zip(names, key, strict=True)) | {"amount": amount, "lasting": key[0] != "need"}
        for key, amount in amounts.items()
    ]
    reasons: list[dict[str, Any]] = []
    by_year: list[dict[str, Any]] = []
    gains: dict[str, dict[tuple[str, str, str], tuple[Any, float]]] = {}
    for one in who:
        line = "no-missile" if one[2] == "interceptor" else "fr-shell"
        steps = [
            ("kind", "lead_time", "", [], 0.06), ("object", "lead_time", line, [{"of": "line", "code": line}], 0.05),
            ("kind", "capacity", "", [], 0.03), ("object", "capacity", line, [{"of": "line", "code": line}], 0.03),
            ("pair", "capacity_in_time", "", [], 0.12), ("kind", "floor", "", [], -0.01), ("together", "all", "", [], 0.15),
            ("gone", "objective", "need", [{"of": "objective", "code": "need"}], 0.4),
        ]  # fmt: skip
        mine = {key[3]: amount for key, amount in amounts.items() if key[:3] == one}
        for rank, (how, cause, code, key, share) in enumerate(steps, start=1):
            row = dict(zip(("objective", "holder", "item"), one, strict=True)) | {
                "how": how,
                "cause": cause,
                "code": code,
            }
            relief = share * sum(mine.values())
            gain = {"key": key, "rank": rank, "relief": relief, "share": share, "gain": relief / 1000, "named": True}
            reasons.append(row | gain)
            by_year += [row | {"key": key, "year": year, "relief": share * amount} for year, amount in mine.items()]
            if share > 0 and how != "together":
                gains.setdefault(one[0], {})[how, cause, code] = (key, share)
    bottlenecks = [
        {"objective": o, "how": how, "cause": cause, "code": code, "key": key, "gain": 12.0 * share, "share": share}
        for o, found in gains.items()
        for (how, cause, code), (key, share) in sorted(found.items(), key=lambda f: -f[1][1])
    ]
    ranked = [row | {"rank": n} for n, row in enumerate(bottlenecks, start=1)]
    return {"short": short, "reasons": reasons, "reasons_by_year": by_year, "bottlenecks": ranked}


def _fill(stock: list[dict[str, Any]], case: Case) -> list[dict[str, Any]]:
    rows = []
    calendar = case.calendar
    for holder, item, *_ in HOLDINGS:
        own = [s for s in stock if (s["holder"], s["item"]) == (holder, item)]
        filled = None
        for s in reversed(own):
            if s["closing"] < s["requirement"]:
                break
            filled = calendar.starts[s["period"]] + calendar.lengths[s["period"]] - 1
        rows.append(
            {
                "holder": holder,
                "item": item,
                "requirement": own[-1]["requirement"],
                "opening": own[0]["opening"],
                "closing": own[-1]["closing"],
                "coverage": min(own[-1]["closing"] / own[-1]["requirement"], 1.0),
                "filled": None if filled is None else month_text(filled),
                "years": None if filled is None else (filled + 1 - calendar.first) / 12,
                "days_of_supply": own[-1]["days_of_supply"],
            }
        )
    return rows


def _donations(stock: list[dict[str, Any]], fill: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for f in fill:
        own = [s for s in stock if (s["holder"], s["item"]) == (f["holder"], f["item"])]
        given = sum(s["sent"] for s in own)
        if given:
            low = min(own, key=lambda s: s["closing"])
            price, book = (3600.0, 1100.0) if f["item"] == "shell" else (1.15e6, 6.4e5)
            rows.append(
                {
                    "donor": f["holder"],
                    "recipient": "UKR",
                    "item": f["item"],
                    "quantity": given,
                    "replacement_value": given * price / 1e6,
                    "book_value": given * book / 1e6 if f["holder"] != "POL" else None,
                    "lowest_stock": low["closing"],
                    "lowest_month": low["month"],
                    "restored": f["filled"],
                    "backfill_due": "2026-06" if f["holder"] == "FRA" else None,
                }
            )
    return rows


def _passes() -> list[dict[str, Any]]:
    return [
        {
            "rank": n,
            "objective": o,
            "value": v,
            "unit": u,
            "bound": v * 0.999,
            "gap": 0.001 if v else 0.0,
            "status": "optimal",
            "iterations": 400 * n,
        }
        for n, (o, v, u) in enumerate(
            (
                ("floors", 0.0, "item unit-months"),
                ("pledges", 21_000.0, "item unit-months"),
                ("need", 812_000.5, "item unit-months"),
                ("requirement", 0.62, "share"),
                ("money", 5_210.4, "EUR m"),
            ),
            1,
        )
    ]


def sample_plan() -> Result:
    """The plan: every table non-empty, balances that close, a step for every shortage."""
    case = sample_case()
    calendar = case.calendar
    production = _production(case)
    stock = _balances(case, production)
    demand = _demand(case, stock)
    shortages = _shortages(stock, demand)
    fill = _fill(stock, case)
    spent, budgets = money()
    rows: dict[str, list[dict[str, Any]]] = {
        "periods": [
            {"period": t, "month": m, "months": n}
            for t, (m, n) in enumerate(zip(calendar.labels, calendar.lengths, strict=True))
        ],
        "decisions": decisions(),
        "orders": orders(case),
        **flows(case),
        "production": production,
        "stock": stock,
        "demand": demand,
        "donations": _donations(stock, fill),
        "give_or_keep": give_or_keep(),
        "break_even": break_even(),
        "fill": fill,
        "money": spent,
        "budgets": budgets,
        "shortages": shortages,
        **_reasons(shortages, calendar.lengths),
        "rules_broken": [
            {
                "family": "budget",
                "code": "FRA",
                "item": None,
                "period": 3,
                "month": "2024-04",
                "amount": 12.5,
            },
            {
                "family": "floor",
                "code": "DEU",
                "item": "shell",
                "period": 0,
                "month": "2024-01",
                "amount": 4_100.0,
            },
        ],
        "passes": _passes(),
        "pegging": [
            {
                "item": "shell", "from_kind": "order", "from_code": "fr-shell", "from_holder": "FRA", "from_month": "2024-06",
                "to_kind": kind, "to_holder": holder, "to_purpose": purpose, "to_month": "2025-01", "through": through,
                "replaces": replaces, "quantity": 1200.0,
            }
            for kind, holder, purpose, through, replaces in (
                ("need", "UKR", "operations", "FRA", None), ("requirement", "FRA", None, None, "UKR"),
            )
        ],
        "duals": [{"pass": "money", "family": "maximum rate", "code": "fr-shell", "period": 3, "dual": -0.5}],
        "fleets": [
            {
                "fleet": "ukr-guns", "holder": "UKR", "type": "gun", "group": "hub", "period": t, "month": month,
                "needed": 120.0, "owned": 110.0, "joined": 0.0, "available": 80.0 + t, "lacking": 40.0 - t,
                "ao": (80.0 + t) / 110, "dto": (80.0 + t) / 120, "played": 79.0 + t,
            }
            for t, month in enumerate(calendar.labels[:6])
        ],
        "support": [
            {
                "kind": kind, "code": code, "payer": "DEU", "period": 0, "month": "2024-01", "arrives": "2024-06",
                "units": units, "money": 4.5,
            }
            for kind, code, units in (("spares", "hub", None), ("bays", "hall", 2.0))
        ],
        "exchange": [
            {
                "lever": lever, "code": "hub", "fleet": "ukr-guns", "period": 0, "month": "2024-01", "arrives": "2024-06",
                "price": 1.0, "gain": gain,
            }
            for lever, gain in (("spares", 2.5), ("bays", 1.2), ("systems", 0.8))
        ],
    }  # fmt: skip
    frames = {name: frame("plan", name, rows.get(name, [])) for name in result_tables("plan")}
    manifest = {
        "rampart": "0.1.0",
        "created": "2024-01-15T09:30:00+00:00",
        "coupling": {"rounds": 4, "residual": 0.002, "converged": True, "largest_difference": 0.4},
        "inputs": {"stocks.csv": "3f" * 32, "lines.csv": "a7" * 32},
        "case_hash": "c4" * 32,
        "overrides": [],
        "versions": {"highspy": "1.15.1", "polars": "2.1.0"},
        "solver": {"name": "highs", "options": {"threads": 1, "mip_rel_gap": 0.001}},
        "status": "optimal",
        "seconds": {"read": 0.2, "build": 0.9, "solve": 4.25, "explain": 0.6},
        "rows": 10_432,
        "columns": 8_911,
        "nonzeros": 40_210,
        "seed": 1,
    }
    return Result.of("plan", case, frames, manifest)
