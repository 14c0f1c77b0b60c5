"""Fleets and what keeps them working, read from a case into arrays.

F fleets, P parts, S sites, M months. Days are turned from months at 30.4375 days each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
    supplied   (M, P) most units that the maker delivers in a month, infinite where no limit is known
    line_ends  (P,) days from the beginning of the plan to the last on which its lines can deliver; infinite: no end is known
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
    supplied: Floats
    line_ends: Floats
    used: Floats | None = None
    draws_at_end: bool = True

    @cached_property
    def price(self) -> Floats:
        """Price (P,), nan where unknown."""
        return _column(self.part_rows, "price")

    @cached_property
    def lead_time(self) -> Floats:
        """Days (P,) until a condemned part is replaced, nan where nothing is bought."""
        return _column(self.part_rows, "lead_time")

    @cached_property
    def last_buy(self) -> Floats:
        """Days (P,) from the beginning of the plan until a part can be ordered no longer, infinite where no end is known."""
        first = month_number(self.months[0])
        ends = (row.get("last_buy") for row in self.part_rows)
        stated = np.array([np.inf if end is None else (month_number(end) - first + 1) * MONTH for end in ends], float)
        return np.asarray(np.minimum(stated, self.line_ends - np.nan_to_num(self.lead_time)))

    @cached_property
    def batch(self) -> Floats:
        """Units (P,) of a purchase order."""
        return _column(self.part_rows, "batch")

    @cached_property
    def spread(self) -> Floats:
        """Variance-to-mean ratio (P,) of the demand."""
        return _column(self.part_rows, "spread")

    @cached_property
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
        **_makers(case, rows["parts"], first, len(months)),
    )


def _makers(case: Case, parts: list[dict[str, Any]], first: int, months: int) -> dict[str, Any]:
    """What the makers of parts deliver in a month at most, as stated or as the lines of their items can, and until when."""
    shape = (months, len(parts))
    supplied, ends = np.full(shape, np.inf), np.full(len(parts), np.inf)
    stated = np.array([np.inf if row["most_supply"] is None else row["most_supply"] for row in parts], float)
    if np.isfinite(stated).any():
        supplied = np.minimum(supplied, stated)
    elif not any(row["item"] for row in parts):
        return {"supplied": np.broadcast_to(np.inf, shape), "line_ends": ends}
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in case["lines"].iter_rows(named=True):
        lines.setdefault(row["item"], []).append(row)
    changes = _in_force(case["rates"].to_dicts(), ("line",), tuple(month_text(first + m) for m in range(months)))
    for p, part in enumerate(parts):
        of_item = lines.get(part["item"], []) if part["item"] is not None else []
        if not of_item:
            continue
        made, last = np.zeros(months), -np.inf
        for line in of_item:
            opens = 0 if line["from"] is None else month_number(line["from"]) - first
            closes = np.inf if line["until"] is None else month_number(line["until"]) - first
            for m in range(months):
                row = changes.get((line["line"],), [None] * months)[m]
                rate = line["max_rate"] if row is None or row["max_rate"] is None else row["max_rate"]
                if opens <= m <= closes and line["state"] != "closed":
                    made[m] += rate / (12.0 if line["rate_per"] == "year" else 1.0)
            last = max(last, (closes + 1) * MONTH)
        supplied[:, p] = np.minimum(supplied[:, p], made)
        ends[p] = last
    return {"supplied": supplied, "line_ends": ends}


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
    unstated = np.broadcast_to(np.nan, shape)
    arrays |= {name: unstated for name in ("life", "life_cv", "worn")}
    users: dict[str, list[int]] = {}
    for n, fleet in enumerate(fleets):
        users.setdefault(fleet["type"], []).append(n)
    links: list[tuple[int, int, float]] = []
    held: dict[str, list[tuple[Any, ...]]] = {}
    columns = ("quantity", "needed", "damage_share", "service_share", "life", "life_cv", "worn")
    for parent, part, share, *row in case["breakdown"].select("parent", "part", "share", *columns).iter_rows():
        if parent in users:
            held.setdefault(parent, []).append((parts[part], *row))
        elif parent in parts:
            links.append((parts[parent], parts[part], share))
    for parent, rows in held.items():
        at, *figures = (np.array(column) for column in zip(*rows, strict=True))
        for name, column in zip(columns, figures, strict=True):
            values = column.astype(float)
            if name == "needed":
                values = np.where(np.isnan(values), figures[0].astype(float), values)
            name = "installed" if name == "quantity" else name
            if np.isnan(values).all() if name.startswith(("life", "worn")) else not values.any():
                continue  # what nothing is stated of takes no memory
            if arrays[name] is unstated:
                arrays[name] = unstated.copy()
            arrays[name][np.ix_(np.array(users[parent]), at)] = values
    return arrays | {
        "parent": np.array([link[0] for link in links], np.int64),
        "child": np.array([link[1] for link in links], np.int64),
        "share": np.array([link[2] for link in links], float),
    }


def _repairs(case: Case, at: Mapping[str, Mapping[str, int]], months: tuple[str, ...]) -> dict[str, Any]:
    """Shares and days by month; where no row begins later, one month stands for all and takes the memory of one."""
    rows, shape = case["repairs"], (len(at["parts"]), len(at["sites"]))
    p, s = (np.array([at[f"{name}s"][code] for code in rows[name].to_list()], np.int64) for name in ("part", "site"))
    turnaround = rows["turnaround"].fill_null(0.0)
    columns: dict[str, NDArray[Any]] = {
        "repaired": rows["repaired"].to_numpy(), "condemned": rows["condemned"].to_numpy(),
        "turnaround": turnaround.to_numpy(), "bench": rows["bench"].fill_null(turnaround).to_numpy(),
        "shop": np.array([at["shops"].get(shop, -1) for shop in rows["shop"].to_list()], np.int64),
    }  # fmt: skip
    unstated = np.broadcast_to(np.nan, shape)
    start = {name: unstated if rows[name].is_null().all() else unstated.copy() for name in ("in_repair", "on_order")}
    begins: dict[int, list[int]] = {}
    for n, month in sorted(enumerate(rows["from"].to_list()), key=lambda one: one[1] or ""):
        begins.setdefault(0 if month is None else max(0, month_number(month) - month_number(months[0])), []).append(n)
    arrays = {name: np.zeros(shape, values.dtype) for name, values in columns.items()}
    nowhere = bool((columns["shop"] < 0).all())
    arrays["shop"] = np.broadcast_to(np.int64(-1), shape) if nowhere else np.full(shape, -1, np.int64)
    if not set(begins) <= {0}:
        arrays = {name: np.repeat(figures[None], len(months), axis=0) for name, figures in arrays.items()}
    for begin in sorted(begin for begin in begins if begin < len(months)):
        mine = np.array(begins[begin])
        for name, values in columns.items():
            if nowhere if name == "shop" else not values.any():
                continue  # what stays zero, or nowhere, takes no memory
            laid = arrays[name] if arrays[name].ndim == 2 else arrays[name][begin:]
            laid[..., p[mine], s[mine]] = values[mine]
        for name, figures in start.items() if begin == 0 else ():
            if figures is not unstated:
                figures[p[mine], s[mine]] = rows[name].fill_null(np.nan).to_numpy()[mine]
    return {name: _of_each_month(figures, len(months)) for name, figures in arrays.items()} | start


def _of_each_month(figures: NDArray[Any], months: int) -> NDArray[Any]:
    """Figures of every month, from those of all months alike where they are (P, S): each month is then a view of one."""
    return np.broadcast_to(figures, (months, *figures.shape)) if figures.ndim == 2 else figures


def with_more(figures: NDArray[Any], more: NDArray[Any]) -> Floats:
    """Figures (M, ...) with so many more (...) in every month; months that are views of one stay so."""
    if figures.strides[0] == 0:
        return np.asarray(_of_each_month(figures[0] + more, len(figures)), float)
    return np.asarray(figures + more, float)


def _stock(case: Case, at: Mapping[str, Mapping[str, int]], first: int, months: int) -> Floats:
    rows = case["part_stocks"].select("part", "site", "month", "quantity").rows()
    when = [0 if month is None else max(0, month_number(month) - first) for _, _, month, _ in rows]
    shape = (len(at["parts"]), len(at["sites"]))
    added = np.zeros(shape if not any(when) else (months, *shape))
    for month, (part, site, _, quantity) in zip(when, rows, strict=True):
        if month < months:
            place = (at["parts"][part], at["sites"][site])
            added[place if added.ndim == 2 else (month, *place)] += quantity
    return np.asarray(_of_each_month(added, months) if added.ndim == 2 else np.cumsum(added, axis=0))


def _bays(case: Case, shops: tuple[str, ...], months: tuple[str, ...]) -> Floats:
    rows = _in_force(case["shop_bays"].to_dicts(), ("shop",), months)
    bays = np.zeros((len(months), len(shops)))
    for n, shop in enumerate(shops):
        for m, row in enumerate(rows.get((shop,), [None] * len(months))):
            bays[m, n] = 0.0 if row is None else row["bays"]
    return bays
