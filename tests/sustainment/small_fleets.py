"""Small cases of fleets written as tables: one type, parts of equal use, as many sites as are named."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from rampart.case.doors import read_case
from rampart.case.tables import Case

MONTH = 365.25 / 12


def case_of(
    folder: Path, *, systems: float, removals: Sequence[float], repairs: Sequence[Mapping[str, object]], months: int = 6,
    sites: Sequence[Mapping[str, object]] = ({"site": "base"},), fleets: Sequence[str] = ("base",),
    stocks: Mapping[tuple[str, str], int] | None = None, surge: tuple[str, str, float] | None = None,
    bays: int | None = None, parts: Mapping[str, object] | None = None,
) -> Case:  # fmt: skip
    """A case of fleets of ``systems`` at each of some sites; ``removals`` of each part a system and day at full use.

    surge   (first month, month after, times the use)
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"P{n}" for n in range(len(removals))]
    use = 100.0
    rows: dict[str, list[dict[str, object]]] = {
        "settings": [{"setting": k, "value": v} for k, v in (("title_en", "small"), ("start", "2025-01"),
                     ("end", f"2025-{months:02d}"), ("currency", "EUR"), ("money_unit", "one"))],
        "nations": [{"nation": "XAA", "name_en": "A", "role": "member"}],
        "sites": [{"name_en": s["site"], **s} for s in sites],
        "parts": [{"part": p, "name_en": p, "price": 1000, "lead_time": 20, **(parts or {})} for p in names],
        "breakdown": [{"parent": "system", "part": p, "quantity": 1, "life": use / MONTH / r}
                      for p, r in zip(names, removals, strict=True)],
        "fleets": [{"fleet": f"f-{s}", "name_en": s, "type": "system", "holder": "XAA", "site": s, "needed": systems}
                   for s in fleets],
        "fleet_arrivals": [{"fleet": f"f-{s}", "quantity": systems} for s in fleets],
        "fleet_use": [{"fleet": f"f-{s}", "from": month, "use": use * times} for s in fleets
                      for month, times in (("", 1.0), *(((surge[0], surge[2]), (surge[1], 1.0)) if surge else ()))],
        "repairs": [dict(row) for row in repairs],
        "part_stocks": [{"part": p, "site": s, "quantity": q} for (p, s), q in (stocks or {}).items()],
    }  # fmt: skip
    if bays is not None:
        rows["shops"] = [{"shop": "hall", "name_en": "hall", "site": sites[0]["site"]}]
        rows["shop_bays"] = [{"shop": "hall", "bays": bays}]
    for name, table in rows.items():
        heads = list(dict.fromkeys(k for row in table for k in row))
        if heads:
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, heads)
                writer.writeheader()
                writer.writerows(table)
    return read_case(folder)


def mended(parts: int, days: float, **more: object) -> list[dict[str, object]]:
    """Every part repaired at the base in so many days on average."""
    return [
        {"part": f"P{n}", "site": "base", "repaired": 1, "condemned": 0, "turnaround": days, **more}
        for n in range(parts)
    ]
