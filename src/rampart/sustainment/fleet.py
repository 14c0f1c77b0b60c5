"""Fleets and what keeps them working, read from a case into arrays.

F fleets, P parts, S sites, M months. Days are turned from months at 30.4375 days each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import month_number, month_text
from rampart.sustainment.echelon_network import Floats, Whole

if TYPE_CHECKING:
    from rampart.case.tables import Case

MONTH = 365.25 / 12.0
"""Days in a month."""


@dataclass(frozen=True)
class Support:
    """Everything the models need, by position in the lists of codes.

    arrivals   (F, M) systems that join at the beginning of each month; those held at the start count in month 0
    at_start   (F,) systems held when the plan begins
    use, damage, losses   (F, M) per system in action and month
    installed, needed, life, life_cv, worn, damage_share, service_share   (F, P); life nan where use does not wear the part
    parent, child, share  (L,) parts inside parts
    repaired, condemned, turnaround, bench   (M, P, S); shop (M, P, S) index or -1
    stock      (M, P, S) spares owned from the beginning of each month
    bays       (M, shops) bays at work, infinite where unlimited
    used       (F, M) use of a whole fleet in a month, where it is known from elsewhere (rounds that a plan serves); nan:
               ``use`` of each system in action holds, as it does before the plan
    most       (F,) of ``used``, what a system in action can take in a month; infinite where no bound is known
    in_repair, on_order   (P, S) units in repair and on order when the plan begins; nan: as many as in the long run
    draws_at_end  whether a repair asks for its own parts when it ends, or when the unit arrives
    """

    months: tuple[str, ...]
    fleets: tuple[str, ...]
    parts: tuple[str, ...]
    sites: tuple[str, ...]
    shops: tuple[str, ...]
    fleet_rows: tuple[Mapping[str, Any], ...]
    part_rows: tuple[Mapping[str, Any], ...]
    shop_rows: tuple[Mapping[str, Any], ...]
    supplier: Whole
    order_ship: Floats
    pool: tuple[str | None, ...]
    lateral_days: Floats
    fleet_site: Whole
    at_start: Floats
    arrivals: Floats
    use: Floats
    damage: Floats
    losses: Floats
    regime: tuple[tuple[str, ...], ...]
    installed: Floats
    needed: Floats
    life: Floats
    life_cv: Floats
    worn: Floats
    damage_share: Floats
    service_share: Floats
    parent: Whole
    child: Whole
    share: Floats
    repaired: Floats
    condemned: Floats
    turnaround: Floats
    bench: Floats
    shop: Whole
    stock: Floats
    bays: Floats
    in_repair: Floats
    on_order: Floats
    most: Floats
    used: Floats | None = None
    draws_at_end: bool = True

    @property
    def price(self) -> Floats:
        """Price (P,), nan where unknown."""
        return _column(self.part_rows, "price")

    @property
    def lead_time(self) -> Floats:
        """Days (P,) until a condemned part is replaced, nan where nothing is bought."""
        return _column(self.part_rows, "lead_time")

    @property
    def last_buy(self) -> Floats:
        """Days (P,) from the beginning of the plan until a part can be ordered no longer, infinite where no end is known."""
        first = month_number(self.months[0])
        ends = (row.get("last_buy") for row in self.part_rows)
        return np.array([np.inf if end is None else (month_number(end) - first + 1) * MONTH for end in ends], float)

    @property
    def batch(self) -> Floats:
        """Units (P,) of a purchase order."""
        return _column(self.part_rows, "batch")

    @property
    def spread(self) -> Floats:
        """Variance-to-mean ratio (P,) of the demand."""
        return _column(self.part_rows, "spread")

    @property
    def movable(self) -> NDArray[np.bool_]:
        """Whether a part (P,) may be taken from another system."""
        return np.array([bool(row["movable"]) for row in self.part_rows], bool)

    @property
    def states_start(self) -> bool:
        """Whether anything is stated of what is in repair or on order when the plan begins."""
        return not (np.isnan(self.in_repair).all() and np.isnan(self.on_order).all())

    @property
    def days(self) -> float:
        """Length of the plan in days."""
        return len(self.months) * MONTH


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([np.nan if row[name] is None else float(row[name]) for row in rows], float)


def read_support(case: Case) -> Support:
    """Arrays of a case's fleets. Raises ``CaseError`` where the case has none."""
    from rampart.findings import CaseError, Finding

    if case["fleets"].is_empty():
        raise CaseError([Finding("no-fleet", table="fleets")])
    first, last = month_number(str(case.settings["start"])), month_number(str(case.settings["end"]))
    months = tuple(month_text(m) for m in range(first, last + 1))
    rows = {t: case[t].to_dicts() for t in ("sites", "shops", "fleets", "parts")}
    codes = {t: tuple(row[t[:-1]] for row in rows[t]) for t in rows}
    at = {t: {code: n for n, code in enumerate(codes[t])} for t in codes}
    suppliers = [at["sites"].get(row["supplier"], -1) for row in rows["sites"]]
    fleets = rows["fleets"]
    use, regime = _use(case, codes["fleets"], months)
    at_start, arrivals = _arrivals(case, at["fleets"], first, len(months))
    return Support(
        months=months,
        fleets=codes["fleets"],
        parts=codes["parts"],
        sites=codes["sites"],
        shops=codes["shops"],
        fleet_rows=tuple(fleets),
        part_rows=tuple(rows["parts"]),
        shop_rows=tuple(rows["shops"]),
        supplier=np.array(suppliers, np.int64),
        order_ship=np.array(
            [row["order_ship"] if s >= 0 else 0.0 for row, s in zip(rows["sites"], suppliers, strict=True)]
        ),
        pool=tuple(row["pool"] for row in rows["sites"]),
        lateral_days=_column(rows["sites"], "lateral_days"),
        fleet_site=np.array([at["sites"][row["site"]] for row in fleets], np.int64),
        at_start=at_start,
        arrivals=arrivals,
        use=use[0],
        damage=use[1],
        losses=use[2],
        regime=regime,
        **_breakdown(case, fleets, at["parts"]),
        **_repairs(case, at, months),
        stock=_stock(case, at, first, len(months)),
        bays=_bays(case, codes["shops"], months),
        most=np.nan_to_num(_column(fleets, "most_use"), nan=np.inf),
    )


def _in_force(rows: list[dict[str, Any]], keys: tuple[str, ...], months: tuple[str, ...]) -> dict[Any, list[Any]]:
    """For each key the row in force in every month; None before the first."""
    found: dict[Any, list[Any]] = {}
    for row in sorted(rows, key=lambda r: r["from"] or ""):
        line = found.setdefault(tuple(row[k] for k in keys), [None] * len(months))
        begin = 0 if row["from"] is None else max(0, month_number(row["from"]) - month_number(months[0]))
        for m in range(begin, len(months)):
            line[m] = row
    return found


def _use(case: Case, fleets: tuple[str, ...], months: tuple[str, ...]) -> tuple[Floats, tuple[tuple[str, ...], ...]]:
    rows = _in_force(case["fleet_use"].to_dicts(), ("fleet",), months)
    values = np.zeros((3, len(fleets), len(months)))
    regimes = []
    for n, fleet in enumerate(fleets):
        line = rows.get((fleet,), [None] * len(months))
        for m, row in enumerate(line):
            if row is not None:
                values[:, n, m] = row["use"], row["damage"], row["losses"]
        regimes.append(tuple("" if row is None else row["regime"] or "" for row in line))
    return values, tuple(regimes)


def _arrivals(case: Case, at: Mapping[str, int], first: int, months: int) -> tuple[Floats, Floats]:
    start, later = np.zeros(len(at)), np.zeros((len(at), months))
    for row in case["fleet_arrivals"].iter_rows(named=True):
        month = -1 if row["month"] is None else month_number(row["month"]) - first
        if month < 0:
            start[at[row["fleet"]]] += row["quantity"]
        elif month < months:
            later[at[row["fleet"]], month] += row["quantity"]
    return start, later


def _breakdown(case: Case, fleets: list[dict[str, Any]], parts: Mapping[str, int]) -> dict[str, Any]:
    shape = (len(fleets), len(parts))
    arrays = {name: np.zeros(shape) for name in ("installed", "needed", "damage_share", "service_share")}
    arrays |= {name: np.full(shape, np.nan) for name in ("life", "life_cv", "worn")}
    links: list[tuple[int, int, float]] = []
    for row in case["breakdown"].iter_rows(named=True):
        part = parts[row["part"]]
        users = [n for n, fleet in enumerate(fleets) if fleet["type"] == row["parent"]]
        for n in users:
            arrays["installed"][n, part] = row["quantity"]
            arrays["needed"][n, part] = row["quantity"] if row["needed"] is None else row["needed"]
            arrays["damage_share"][n, part] = row["damage_share"]
            arrays["service_share"][n, part] = row["service_share"]
            for name in ("life", "life_cv", "worn"):
                arrays[name][n, part] = np.nan if row[name] is None else row[name]
        if not users and row["parent"] in parts:
            links.append((parts[row["parent"]], part, row["share"]))
    return arrays | {
        "parent": np.array([link[0] for link in links], np.int64),
        "child": np.array([link[1] for link in links], np.int64),
        "share": np.array([link[2] for link in links], float),
    }


def _repairs(case: Case, at: Mapping[str, Mapping[str, int]], months: tuple[str, ...]) -> dict[str, Any]:
    shape = (len(months), len(at["parts"]), len(at["sites"]))
    names = ("repaired", "condemned", "turnaround", "bench")
    arrays = {name: np.zeros(shape) for name in names}
    shop = np.full(shape, -1, np.int64)
    start = {name: np.full(shape[1:], np.nan) for name in ("in_repair", "on_order")}
    for (part, site), line in _in_force(case["repairs"].to_dicts(), ("part", "site"), months).items():
        p, s = at["parts"][part], at["sites"][site]
        for name, figures in start.items():
            if line[0] is not None and line[0][name] is not None:
                figures[p, s] = line[0][name]
        for m, row in enumerate(line):
            if row is None:
                continue
            turnaround = row["turnaround"] or 0.0
            bench = turnaround if row["bench"] is None else row["bench"]
            values = (row["repaired"], row["condemned"], turnaround, bench)
            for name, value in zip(names, values, strict=True):
                arrays[name][m, p, s] = value
            shop[m, p, s] = at["shops"].get(row["shop"], -1)
    return arrays | {"shop": shop} | start


def _stock(case: Case, at: Mapping[str, Mapping[str, int]], first: int, months: int) -> Floats:
    added = np.zeros((months, len(at["parts"]), len(at["sites"])))
    for row in case["part_stocks"].iter_rows(named=True):
        month = 0 if row["month"] is None else max(0, month_number(row["month"]) - first)
        if month < months:
            added[month, at["parts"][row["part"]], at["sites"][row["site"]]] += row["quantity"]
    return np.cumsum(added, axis=0)


def _bays(case: Case, shops: tuple[str, ...], months: tuple[str, ...]) -> Floats:
    rows = _in_force(case["shop_bays"].to_dicts(), ("shop",), months)
    bays = np.zeros((len(months), len(shops)))
    for n, shop in enumerate(shops):
        for m, row in enumerate(rows.get((shop,), [None] * len(months))):
            bays[m, n] = 0.0 if row is None else row["bays"]
    return bays
