"""Random fleets over two or three tiers with parts inside parts, a shop with few bays and a surge: for both ways of playing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from independent.fleet_events import MONTH, World
from rampart.case.doors import read_case
from rampart.case.tables import Case

USE = 100.0


def random_world(
    seed: int, *, systems: tuple[int, int] = (12, 25), load: tuple[float, float] = (0.4, 0.75), apart: float = 3.0,
    surge: tuple[float, float] = (1.5, 3.0), months: int = 9,
) -> World:  # fmt: skip
    """A depot with a hall of bays, perhaps a workshop between, one to three bases; two to four parts, some with two inside.

    load   of the hall before the surge, were all systems up; apart: longest repair time over the shortest, at most
    """
    rng = np.random.default_rng(seed)
    between, bases = int(rng.integers(0, 2)), int(rng.integers(1, 4))
    supplier = [-1, *([0] if between else []), *([between] * bases)]
    ship = [0.0, *rng.uniform(3.0, 10.0, len(supplier) - 1).round(2).tolist()]
    held = [0] * (1 + between) + rng.integers(systems[0], systems[1] + 1, bases).tolist()
    own = int(rng.integers(2, 5))
    inside: dict[int, list[tuple[int, float]]] = {}
    number = own
    for part in range(own):
        if rng.random() < 0.5:
            shares = rng.dirichlet(np.ones(3))[:2].round(3)
            inside[part] = [(number, float(shares[0])), (number + 1, float(shares[1]))]
            number += 2
    removals = [*rng.uniform(0.001, 0.005, own).round(5).tolist(), *([0.0] * (number - own))]
    days = (rng.uniform(6.0, 12.0) * apart ** rng.uniform(0.0, 1.0, number)).round(2)
    hall = rng.random(number) < 0.7
    hall[0] = True
    repairs: dict[tuple[int, int], tuple[float, float, bool]] = {}
    work = 0.0
    for part in range(number):
        repairs[part, 0] = (1.0, float(days[part]), bool(hall[part]))
    for part in range(own):
        demand = removals[part] * sum(held)
        rest = 1.0
        for site in range(1, len(supplier)):
            if part not in inside and rng.random() < 0.4:
                share = round(float(rng.uniform(0.1, 0.5)), 2)
                repairs[part, site] = (share, round(float(days[part]) * 0.6, 2), False)
                rest -= share * (1.0 if held[site] == 0 else held[site] / sum(held)) * (0.7 if between else 1.0)
        work += demand * max(rest, 0.3) * float(days[part]) * bool(hall[part])
        work += sum(demand * share * float(days[child]) * bool(hall[child]) for child, share in inside.get(part, ()))
    bays = max(2, int(np.ceil(work / rng.uniform(*load))))
    stock: dict[tuple[int, int], int] = {}
    for part in range(number):
        parent = next((p for p, kids in inside.items() if part in [k for k, _ in kids]), None)
        demand = sum(held) * (removals[part] if parent is None else removals[parent] * dict(inside[parent])[part])
        stock[part, 0] = round(demand * float(days[part]) * rng.uniform(0.5, 1.2))
        for site in range(1, len(supplier)) if part < own else ():
            stock[part, site] = int(rng.integers(0, 3))
    times = float(rng.uniform(*surge))
    use = [1.0] * 2 + [times] * 3 + [1.0] * (months - 5)
    return World(supplier, ship, held, removals, repairs, inside, stock, bays, use)


def case_of_world(folder: Path, w: World) -> Case:
    """The same as tables."""
    site = [f"s{n}" for n in range(len(w.supplier))]
    part = [f"p{n:02d}" for n in range(len(w.removals))]  # rows are read in the order of their codes
    bases = [n for n, held in enumerate(w.systems) if held]
    fleet_use = [{"fleet": f"f{n}", "from": f"2025-{m + 1:02d}", "use": USE * w.use[m]}
                 for n in bases for m in range(len(w.use)) if m == 0 or w.use[m] != w.use[m - 1]]  # fmt: skip
    rows: dict[str, list[dict[str, object]]] = {
        "settings": [{"setting": k, "value": v} for k, v in (("title_en", "random"), ("start", "2025-01"),
                     ("end", f"2025-{len(w.use):02d}"), ("currency", "EUR"), ("money_unit", "one"))],
        "nations": [{"nation": "XAA", "name_en": "A", "role": "member"}],
        "sites": [{"site": site[n], "name_en": site[n], "supplier": site[up] if up >= 0 else "",
                   "order_ship": w.ship[n] if up >= 0 else ""} for n, up in enumerate(w.supplier)],
        "parts": [{"part": p, "name_en": p, "price": 1000, "lead_time": 60} for p in part],
        "breakdown": [{"parent": "system", "part": part[n], "quantity": 1, "life": USE / MONTH / rate, "share": ""}
                      for n, rate in enumerate(w.removals) if rate]
                     + [{"parent": part[p], "part": part[c], "quantity": 1, "life": "", "share": share}
                        for p, kids in w.inside.items() for c, share in kids],
        "fleets": [{"fleet": f"f{n}", "name_en": site[n], "type": "system", "holder": "XAA", "site": site[n],
                    "needed": w.systems[n]} for n in bases],
        "fleet_arrivals": [{"fleet": f"f{n}", "quantity": w.systems[n]} for n in bases],
        "fleet_use": fleet_use,
        "repairs": [{"part": part[p], "site": site[n], "repaired": share, "condemned": 0, "turnaround": days,
                     "shop": "hall" if bay else ""} for (p, n), (share, days, bay) in w.repairs.items()],
        "shops": [{"shop": "hall", "name_en": "hall", "site": site[0]}],
        "shop_bays": [{"shop": "hall", "bays": w.bays}],
        "part_stocks": [{"part": part[p], "site": site[n], "quantity": q} for (p, n), q in w.stock.items() if q],
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in rows.items():
        if table:
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(table[0]))
                writer.writeheader()
                writer.writerows(table)
    return read_case(folder)
