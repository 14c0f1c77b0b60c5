"""Checks of fleets, their parts and the sites and shops that keep them working."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from rampart.case.draft import ROW, Draft
from rampart.case.headers import nearest
from rampart.findings import Finding


def check_breakdown(draft: Draft) -> Iterator[Finding]:
    """A parent that is neither a type of system nor a part; a part that holds itself; more needed than installed."""
    types = set(draft.sound("fleets")["type"].to_list())
    parts = set(draft.sound("parts")["part"].to_list())
    frame = draft.sound("breakdown")
    known = draft.complete("fleets", "type") and draft.complete("parts", "part")
    either = types | parts
    for row, parent in frame.select(ROW, "parent").iter_rows():
        if known and parent not in either:
            near = nearest(parent, either)
            yield draft.finding("unknown-parent", "breakdown", row=row, column="parent", value=parent, near=near)
    for row, quantity, needed in frame.select(ROW, "quantity", "needed").iter_rows():
        if needed is not None and needed > (1 if quantity is None else quantity):
            yield draft.finding(
                "needed-above-installed", "breakdown", row=row, column="needed", value=needed, installed=quantity or 1
            )
    links = [(p, c) for p, c in frame.select("parent", "part").iter_rows() if p in parts]
    for part in sorted(_in_a_ring(links)):
        row = frame.filter(pl.col("part") == part)[ROW][0]
        yield draft.finding("breakdown-loop", "breakdown", row=row, column="part", value=part)


def check_two_parents(draft: Draft) -> Iterator[Finding]:
    """A part inside several parents: one stock serves them all, which is said."""
    frame = draft.sound("breakdown")
    first: dict[str, str] = {}
    told: set[str] = set()
    for row, parent, part in frame.select(ROW, "parent", "part").iter_rows():
        if part in first and first[part] != parent and part not in told:
            told.add(part)
            details = {"parents": f"{first[part]}, {parent}"}
            yield draft.finding("part-in-two-parents", "breakdown", row=row, column="part", value=part, **details)
        first.setdefault(part, parent)


def _in_a_ring(links: Iterable[tuple[str, str]]) -> set[str]:
    """What lies below itself."""
    left = set(links)
    while True:
        # A link whose lower end has nothing below it can be in no ring.
        upper = {p for p, _ in left}
        kept = {(p, c) for p, c in left if c in upper}
        if kept == left:
            lower = {c for _, c in left}
            return {p for p, _ in left if p in lower}
        left = kept


def check_sites(draft: Draft) -> Iterator[Finding]:
    """Sites that supply each other in a ring."""
    frame = draft.sound("sites")
    links = [(s, n) for n, s in frame.select("site", "supplier").iter_rows() if s is not None]
    for site in sorted(_in_a_ring(links)):
        row = frame.filter(pl.col("site") == site)[ROW][0]
        yield draft.finding("supply-ring", "sites", row=row, column="supplier", value=site)


def reachable(suppliers: Mapping[str, str | None], starts: Iterable[str]) -> set[str]:
    """Sites that unrepaired parts can come to from ``starts``, those themselves included."""
    found: set[str] = set()
    for start in starts:
        site: str | None = start
        while site is not None and site not in found:
            found.add(site)
            site = suppliers.get(site)
    return found


def check_shops(draft: Draft) -> Iterator[Finding]:
    """A repair at a site that nobody sends the part to; a shop without work, or without a bay on any day."""
    needed = ("sites", "fleets", "breakdown", "repairs", "shops")
    if any(table in draft.unread for table in needed):
        return
    suppliers = dict(draft.sound("sites").select("site", "supplier").iter_rows())
    users: dict[str, set[str]] = {}
    for site, kind in draft.sound("fleets").select("site", "type").iter_rows():
        users.setdefault(kind, set()).add(site)
    links = list(draft.sound("breakdown").select("parent", "part").iter_rows())
    for _ in links:
        before = {part: set(sites) for part, sites in users.items()}
        for parent, part in links:
            users.setdefault(part, set()).update(users.get(parent, ()))
        if users == before:
            break
    systems = draft.sound("fleets")
    busy: set[str] = {shop for name in ("repair_shop", "service_shop") for shop in systems[name].drop_nulls().to_list()}
    repairs = draft.sound("repairs").filter(pl.col("repaired") > 0)
    for row, part, site, shop in repairs.select(ROW, "part", "site", "shop").iter_rows():
        if site in reachable(suppliers, users.get(part, set())):
            busy.add(shop)
        else:
            yield draft.finding("repair-unreachable", "repairs", row=row, column="site", value=site, part=part)
    bays = set(draft.sound("shop_bays")["shop"].to_list())
    for row, shop in draft.sound("shops").select(ROW, "shop").iter_rows():
        if shop not in busy:
            yield draft.finding("shop-unreachable", "shops", row=row, column="shop", value=shop)
        elif shop not in bays and "shop_bays" not in draft.unread:
            yield draft.finding("shop-without-bays", "shops", row=row, column="shop", value=shop)


def check_stated_start(draft: Draft) -> Iterator[Finding]:
    """Units in repair or on order at the start where the row begins later, nothing is repaired, or nothing is bought."""
    start = draft.settings.get("start")
    bought = dict(draft.sound("parts").select("part", "lead_time").iter_rows())
    columns = ("part", "from", "repaired", "in_repair", "on_order")
    for row, part, first, repaired, in_repair, on_order in draft.sound("repairs").select(ROW, *columns).iter_rows():
        later = first is not None and start is not None and first > start
        for column, units, used in (
            ("in_repair", in_repair, bool(repaired)),
            ("on_order", on_order, bool(bought.get(part))),
        ):
            if units is not None and (later or (units > 0 and not used)):
                yield draft.finding("start-unusable", "repairs", row=row, column=column, value=units, part=part)


def check_repairs(draft: Draft) -> Iterator[Finding]:
    """Shares past one, repairs of unknown length, repairs that take no time, a bay held longer than the turnaround."""
    frame = draft.sound("repairs")
    columns = ("repaired", "condemned", "turnaround", "bench")
    for row, repaired, condemned, turnaround, bench in frame.select(ROW, *columns).iter_rows():
        done = repaired or 0.0
        if done + (condemned or 0.0) > 1 + 1e-9:
            total = done + condemned
            yield draft.finding("shares-above-one", "repairs", row=row, column="repaired", value=total)
        if done > 0 and turnaround is None:
            yield draft.finding("turnaround-unknown", "repairs", row=row, column="turnaround")
        elif done > 0 and turnaround == 0:
            yield draft.finding("turnaround-zero", "repairs", row=row, column="turnaround", value=turnaround)
        if bench is not None and turnaround is not None and bench > turnaround:
            yield draft.finding("bench-too-long", "repairs", row=row, column="bench", value=bench, whole=turnaround)
    fleets = draft.sound("fleets").filter(pl.col("repair_days").is_null())
    damaged = set(draft.sound("fleet_use").filter(pl.col("damage") > 0)["fleet"].to_list())
    for row, fleet in fleets.select(ROW, "fleet").iter_rows():
        if fleet in damaged:
            yield draft.finding("damage-repair-unknown", "fleets", row=row, column="repair_days", value=fleet)


def check_fleets(draft: Draft) -> Iterator[Finding]:
    """Fleets of which no systems, no use or no parts are known; maintenance after no use at all, or in a shop and unknown."""
    frame = draft.sound("fleets")
    kinds = set(draft.sound("breakdown")["parent"].to_list())
    arrivals, use = (set(draft.sound(t)["fleet"].to_list()) for t in ("fleet_arrivals", "fleet_use"))
    columns = ("fleet", "type", "item", "fires", "mtbm", "mmt", "service_shop", "most_use")
    for row, fleet, kind, item, fires, between, days, shop, most in frame.select(ROW, *columns).iter_rows():
        if fleet not in arrivals and item is None and draft.complete("fleet_arrivals", "fleet"):
            yield draft.finding("fleet-without-systems", "fleets", row=row, column="fleet", value=fleet)
        if fleet not in use and fires is None and draft.complete("fleet_use", "fleet"):
            yield draft.finding("fleet-without-use", "fleets", row=row, column="fleet", value=fleet)
        if kind not in kinds and draft.complete("breakdown", "parent"):
            yield draft.finding("fleet-without-parts", "fleets", row=row, column="type", value=kind, fleet=fleet)
        if most is not None and fires is None:
            yield draft.finding("most-use-without-fires", "fleets", row=row, column="most_use", value=most)
        if between == 0:
            yield draft.finding("mtbm-zero", "fleets", row=row, column="mtbm", value=between)
        elif shop is not None and not (between and days):
            yield draft.finding(
                "maintenance-unknown", "fleets", row=row, column="service_shop", value=shop, fleet=fleet
            )


def check_parts_in_parts(draft: Draft) -> Iterator[Finding]:
    """A part inside a part is called for by its share of the parent's repairs, one at a time, and by nothing else."""
    types = set(draft.sound("fleets")["type"].to_list())
    parts = set(draft.sound("parts")["part"].to_list())
    if not (draft.complete("fleets", "type") and draft.complete("parts", "part")):
        return
    columns = ("parent", "part", "share", "life", "damage_share", "service_share", "quantity")
    total: dict[str, float] = {}
    for row, *cells in draft.sound("breakdown").select(ROW, *columns).iter_rows():
        parent, part, share, life, damage, service, quantity = cells
        if parent in types or parent not in parts:
            continue
        place = {"row": row, "value": part, "parent": parent}
        if share is None:
            yield draft.finding("share-unknown", "breakdown", column="share", **place)
        said = {"life": life is not None, "damage_share": bool(damage), "service_share": bool(service)}
        said["quantity"] = (quantity or 1) > 1
        for column in (name for name, given in said.items() if given):
            yield draft.finding("only-share-counts", "breakdown", column=column, **place)
        before = total.get(parent, 0.0)
        total[parent] = before + (share or 0.0)
        if total[parent] > 1 + 1e-9 >= before:
            place["value"] = f"{total[parent]:g}"
            yield draft.finding("several-parts-a-repair", "breakdown", column="share", **place)


def check_batches(draft: Draft) -> Iterator[Finding]:
    """A purchase order larger than the stock it fills: nothing is ordered until so many are owed."""
    if draft.unread & {"sites", "part_stocks"}:
        return
    outside = set(draft.sound("sites").filter(pl.col("supplier").is_null())["site"].to_list())
    held: dict[str, float] = {}
    for part, site, quantity in draft.sound("part_stocks").select("part", "site", "quantity").iter_rows():
        if site in outside:
            held[part] = held.get(part, 0.0) + quantity
    for row, part, batch, lead in draft.sound("parts").select(ROW, "part", "batch", "lead_time").iter_rows():
        if batch is not None and lead is not None and batch > max(held.get(part, 0.0), 1.0):
            details = {"held": held.get(part, 0.0), "part": part}
            yield draft.finding("batch-above-stock", "parts", row=row, column="batch", value=batch, **details)


def check_last_buys(draft: Draft) -> Iterator[Finding]:
    """A last month to buy a part of which nothing is bought again."""
    for row, part, last, lead in draft.sound("parts").select(ROW, "part", "last_buy", "lead_time").iter_rows():
        if last is not None and lead is None:
            yield draft.finding(
                "last-buy-without-lead-time", "parts", row=row, column="last_buy", value=part, last=last
            )


MOST_REMOVALS = 300.0
"""Removals of a part from one system in a month above which use and life cannot be in one unit: ten a day."""


def check_units_of_use(draft: Draft) -> Iterator[Finding]:
    """A life so short beside the use of a month that the two can hardly be in one unit."""
    use: dict[str, float] = {}
    kind = dict(draft.sound("fleets").select("fleet", "type").iter_rows())
    for fleet, monthly in draft.sound("fleet_use").select("fleet", "use").iter_rows():
        if fleet in kind and monthly is not None:
            use[kind[fleet]] = max(use.get(kind[fleet], 0.0), monthly)
    for row, parent, life, quantity in draft.sound("breakdown").select(ROW, "parent", "life", "quantity").iter_rows():
        if life and (quantity or 1) * use.get(parent, 0.0) / life > MOST_REMOVALS:
            details = {"removals": f"{(quantity or 1) * use[parent] / life:.3g}"}
            yield draft.finding("life-too-short", "breakdown", row=row, column="life", value=life, **details)


def check_demand_of_parts(draft: Draft) -> Iterator[Finding]:
    """Parts that nothing calls for, parts without a price, demand steadier than chance."""
    inside = set(draft.sound("parts")["part"].to_list())
    types = set(draft.sound("fleets")["type"].to_list())
    in_part = pl.col("parent").is_in(list(inside - types))
    served = set(draft.sound("fleets").filter(pl.col("mtbm") > 0)["type"].to_list())
    in_maintenance = (pl.col("service_share") > 0) & pl.col("parent").is_in(list(served))
    of_system = (pl.col("life") > 0) | (pl.col("damage_share") > 0) | in_maintenance
    calls = draft.sound("breakdown").filter(pl.when(in_part).then(pl.col("share") > 0).otherwise(of_system))
    wanted = set(calls["part"].to_list())
    for row, part, price, spread in draft.sound("parts").select(ROW, "part", "price", "spread").iter_rows():
        if part not in wanted and "breakdown" not in draft.unread:
            yield draft.finding("part-without-demand", "parts", row=row, column="part", value=part)
        elif not price:
            yield draft.finding("part-without-price", "parts", row=row, column="price", value=part)
        if spread is not None and spread < 1:
            yield draft.finding("steadier-than-chance", "parts", row=row, column="spread", value=spread, part=part)
    for row, life in draft.sound("breakdown").filter(pl.col("life") == 0).select(ROW, "life").iter_rows():
        yield draft.finding("life-zero", "breakdown", row=row, column="life", value=life)


def check_plan_of_fleets(draft: Draft) -> Iterator[Finding]:
    """What a plan must know before it weighs spares, bays and new systems; nothing where it does not look at fleets."""
    asked = draft.sound("priorities").filter(pl.col("objective") == "availability")
    if asked.is_empty():
        return
    if draft.frames["fleets"].is_empty() and "fleets" not in draft.unread:
        row = asked[ROW][0]
        yield draft.finding(
            "availability-without-fleet", "priorities", row=row, column="objective", value="availability"
        )
    wants = set(draft.sound("demand").select("holder", "item").iter_rows())
    rows = draft.sound("fleets").select(ROW, "fleet", "holder", "needed", "fires")
    for row, fleet, holder, systems, fires in rows.iter_rows():
        if systems is None:
            yield draft.finding("systems-needed-unknown", "fleets", row=row, column="needed", value=fleet)
        if fires is not None and (holder, fires) not in wants and "demand" not in draft.unread:
            yield draft.finding("fires-without-demand", "fleets", row=row, column="fires", value=fires)
    nation = dict(draft.sound("sites").select("site", "nation").iter_rows())
    shops = draft.sound("shops").filter(pl.col("max_bays") > 0)
    for row, shop, site, cost, payer in shops.select(ROW, "shop", "site", "bay_cost", "payer").iter_rows():
        if not cost:
            yield draft.finding("bay-cost-unknown", "shops", row=row, column="bay_cost", value=shop)
        if payer is None and nation.get(site) is None and "sites" not in draft.unread:
            yield draft.finding("bay-payer-unknown", "shops", row=row, column="payer", value=shop)
    yield from _bought_again(draft)


def _bought_again(draft: Draft) -> Iterator[Finding]:
    """Parts that are condemned somewhere and bought again at an unknown price."""
    if draft.unread & {"repairs", "sites"}:
        return
    outside = set(draft.sound("sites").filter(pl.col("supplier").is_null())["site"].to_list())
    kept: dict[str, list[bool]] = {}
    columns = ("part", "site", "repaired", "condemned")
    for part, site, repaired, condemned in draft.sound("repairs").select(*columns).iter_rows():
        if site in outside:  # what such a site does not repair is condemned
            kept.setdefault(part, []).append(repaired == 1)
        elif condemned:
            kept.setdefault(part, []).append(False)
    for row, part, price, lead in draft.sound("parts").select(ROW, "part", "price", "lead_time").iter_rows():
        if price is None and lead is not None and not (part in kept and all(kept[part])):
            yield draft.finding("rebuy-price-unknown", "parts", row=row, column="price", value=part)
