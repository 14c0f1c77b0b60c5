"""Checks that what is asked for can be had at all, and by its month; if not, a plan shows the shortage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

import polars as pl

from rampart.case.calendar import month_number
from rampart.case.draft import ROW, Draft
from rampart.findings import Finding

Earliest = Mapping[str, Mapping[str, float]]
"""By item, by nation: months from the first month to the earliest arrival of a unit; 0 for a stock."""


def check_supply(draft: Draft) -> Iterator[Finding]:
    """Somebody needs an item that no stock, line, order, market or route can bring."""
    if not _can_tell(draft):
        return
    earliest = earliest_arrivals(draft)
    asked: set[tuple[str, str]] = set()
    wanted = [
        ("demand", "holder", draft.sound("demand").filter(pl.col("need") > 0)),
        ("requirements", "holder", draft.sound("requirements")),
        ("agreed", "holder", draft.sound("agreed").filter(pl.col("quantity") > 0)),
    ]
    for table, column, frame in wanted:
        for row, holder, item in (
            frame.select(ROW, column, "item").unique(["holder", "item"], keep="first", maintain_order=True).iter_rows()
        ):
            if (holder, item) not in asked and holder not in earliest.get(item, {}):
                asked.add((holder, item))
                yield draft.finding("nobody-supplies", table, row=row, column="item", value=item, holder=holder)
    yield from _components(draft, earliest)


def _components(draft: Draft, earliest: Earliest) -> Iterator[Finding]:
    """Components that the nation of a line cannot get."""
    lines = draft.sound("lines").filter(pl.col("state") != "closed").select("line", "item", "nation")
    bills = draft.sound("bills").filter(pl.col("quantity") > 0).select(ROW, "item", "line", "component")
    pairs = bills.join(lines, on="item", suffix="_made", maintain_order="left")
    pairs = pairs.filter(pl.col("line").is_null() | (pl.col("line") == pl.col("line_made")))
    for row, component, nation in pairs.select(ROW, "component", "nation").unique(maintain_order=True).iter_rows():
        if component is not None and nation not in earliest.get(component, {}):
            yield draft.finding("nobody-supplies", "bills", row=row, column="component", value=component, holder=nation)


def check_in_time(draft: Draft) -> Iterator[Finding]:
    """A requirement begins before the first unit that could meet it can arrive."""
    start = draft.settings.get("start")
    if not start or not _can_tell(draft):
        return
    earliest = earliest_arrivals(draft)
    for row, holder, item, month in draft.sound("requirements").select(ROW, "holder", "item", "from").iter_rows():
        months = earliest.get(item, {}).get(holder)
        begin = max(month or start, start)
        if months is not None and months > month_number(begin) - month_number(start):
            yield draft.finding(
                "too-late",
                "requirements",
                row=row,
                column="from",
                value=begin,
                months=months,
                item=item,
                holder=holder,
            )


def check_lines_deliver(draft: Draft) -> Iterator[Finding]:
    """A line closes, or the plan ends, before it could deliver for the first time: its orders, parts or works take longer."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    if not start or not end or end < start or not _can_tell(draft):
        return
    first, parts = _first_by_line(draft), _parts(draft)
    columns = [ROW, "line", "nation", "until"]
    for row, line, nation, until in draft.sound("lines").select(columns).iter_rows():
        last = min(until or end, end)
        if line not in first.orders or first.of(line) <= month_number(last) - month_number(start):
            continue
        months, component, works = first.of(line), None, None
        if first.works.get(line, (0.0, ""))[0] == months:
            works = first.works[line][1]
        elif first.orders[line] < months:
            component = next(c for c, by in parts[line] if first.arrive.get(c, {}).get(nation, -1.0) + by == months)
        details = {"line": line, "months": months, "component": component, "works": works}
        yield draft.finding("line-never-delivers", "lines", row=row, column="lead_time", value=last, **details)


def check_offers_arrive(draft: Draft) -> Iterator[Finding]:
    """Nothing that is bought of an offer arrives before the plan ends."""
    start, end = draft.settings.get("start"), draft.settings.get("end")
    if not start or not end or end < start:
        return
    offers = draft.sound("market").filter(pl.col("delay").is_not_null())
    for row, offer, delay, opens in offers.select(ROW, "offer", "delay", "from").iter_rows():
        months = delay + max(0, month_number(opens) - month_number(start) if opens else 0)
        if months > month_number(end) - month_number(start):
            details = {"offer": offer, "months": months}
            yield draft.finding("offer-never-arrives", "market", row=row, column="delay", value=end, **details)


@dataclass(frozen=True)
class First:
    """Months from the first month until lines can deliver for the first time.

    orders  because of its orders and its opening; ``parts`` of the parts that it takes; ``works`` of the works without which
            it makes nothing, with these
    arrive  earliest arrival of every item in every nation
    """

    orders: Mapping[str, float]
    parts: Mapping[str, float]
    works: Mapping[str, tuple[float, str]]
    arrive: Earliest

    def of(self, line: str) -> float:
        """For all of these reasons."""
        return max(self.orders[line], self.parts.get(line, 0.0), self.works.get(line, (0.0, ""))[0])


def _first_by_line(draft: Draft) -> First:
    """Tier by tier: a line delivers no sooner than its parts come, and these no sooner than their own. What nobody supplies
    is another finding.
    """
    nation_of = dict(draft.sound("lines").select("line", "nation").iter_rows())
    parts, works = _parts(draft), _works(draft)
    waits: dict[str, float] = {line: months for line, (months, _) in works.items()}
    of_parts: dict[str, float] = {}
    for _ in range(1 + len({component for taken in parts.values() for component, _ in taken})):
        arrive = earliest_arrivals(draft, waits)
        now = {
            line: max(arrive.get(component, {}).get(nation_of[line], -by) + by for component, by in taken)
            for line, taken in parts.items()
        }
        if now == of_parts:
            break
        of_parts = now
        waits = {line: max(works.get(line, (0.0, ""))[0], now.get(line, 0.0)) for line in {*works, *now}}
    orders: dict[str, float] = {}
    for line, _, _, months in _from_lines(draft, _wait(draft)):
        orders[line] = min(months, orders.get(line, months))
    return First(orders, of_parts, works, arrive)


def _parts(draft: Draft) -> dict[str, list[tuple[str, float]]]:
    """Components that each line takes, with the months before delivery at which it does."""
    lines = draft.sound("lines").select("line", "item", "nation").drop_nulls()
    bills = draft.sound("bills").filter(pl.col("quantity") > 0).select("item", "line", "component", "offset")
    pairs = bills.join(lines, on="item", suffix="_made", maintain_order="left")
    own = bills.filter(pl.col("item").is_null() & pl.col("line").is_not_null())
    found: dict[str, list[tuple[str, float]]] = {}
    for of, made, component, offset in pairs.select("line", "line_made", "component", "offset").iter_rows():
        if of is None or of == made:
            found.setdefault(made, []).append((component, offset or 0.0))
    for of, component, offset in own.select("line", "component", "offset").iter_rows():
        if of in set(lines["line"]):
            found.setdefault(of, []).append((component, offset or 0.0))
    return found


def _works(draft: Draft) -> dict[str, tuple[float, str]]:
    """Of lines that make nothing without works: when the first of these are ready, and which."""
    later = set(draft.sound("rates").filter(pl.col("max_rate") > 0)["line"])
    idle = set(draft.sound("lines").filter(pl.col("max_rate") == 0)["line"]) - later
    wait, found = _wait(draft), dict[str, tuple[float, str]]()
    columns = ["line", "expansion", "construction", "earliest"]
    for line, code, construction, earliest in draft.sound("expansions").select(columns).iter_rows():
        if line in idle and construction is not None:
            ready = wait(earliest) + construction
            found[line] = min(found.get(line, (ready, code)), (ready, code))
    return found


def _can_tell(draft: Draft) -> bool:
    """Whether every table that supply comes from could be opened."""
    return not draft.unread & {
        "nations",
        "stocks",
        "lines",
        "contracts",
        "orders",
        "market",
        "routes",
        "settings",
    }


def earliest_arrivals(draft: Draft, waits: Mapping[str, float] = {}) -> Earliest:
    """Earliest arrival of every item in every nation that can get it by any way.

    waits  months before which a line can deliver nothing, whatever its orders take
    """
    found: dict[str, dict[str, float]] = {}
    for item, nation, months in _sources(draft, waits):
        here = found.setdefault(item, {})
        here[nation] = min(months, here.get(nation, months))
    routes = draft.sound("routes").select("origin", "destination", "item", "months").rows()
    open_to_all = [(a, b, m) for a, b, item, m in routes if item is None]
    own: dict[str, list[tuple[str, str, float]]] = {}
    for a, b, item, m in routes:
        if item is not None:
            own.setdefault(item, []).append((a, b, m))
    return {item: _spread(at, open_to_all + own.get(item, [])) for item, at in found.items()}


def _spread(at: Mapping[str, float], routes: list[tuple[str, str, float]]) -> dict[str, float]:
    """Shortest times to every nation from those where the item arrives (Dijkstra)."""
    after: dict[str, list[tuple[str, float]]] = {}
    for origin, destination, months in routes:
        after.setdefault(origin, []).append((destination, months))
    best: dict[str, float] = {}
    queue = [(months, nation) for nation, months in sorted(at.items())]
    queue.sort()
    while queue:
        months, nation = heappop(queue)
        if nation in best:
            continue
        best[nation] = months
        for destination, transit in after.get(nation, ()):
            if destination not in best:
                heappush(queue, (months + transit, destination))
    return best


def _wait(draft: Draft) -> Callable[[str | None], float]:
    """Months from the first month to another."""
    first = month_number(draft.settings.get("start", "1900-01"))

    def wait(month: str | None) -> float:
        return max(0.0, month_number(month) - first) if month else 0.0

    return wait


def _sources(draft: Draft, waits: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """(item, nation, months): where each item first appears, routes left aside."""
    wait = _wait(draft)
    stock = draft.sound("stocks").filter(pl.col("quantity") > 0)
    for item, holder in stock.select("item", "holder").unique(maintain_order=True).iter_rows():
        yield item, holder, 0.0
    for item, buyer, ship_to, month in (
        draft.sound("orders").select("item", "buyer", "ship_to", "month").unique(maintain_order=True).iter_rows()
    ):
        yield item, ship_to or buyer, wait(month)
    moving = draft.sound("deliveries").filter(pl.col("status") == "in_transit")
    for item, recipient, month in moving.select("item", "recipient", "month").iter_rows():
        yield item, recipient, wait(month)
    members = draft.sound("nations").filter(pl.col("role") == "member")["nation"].to_list()
    for item, buyer, delay, month in draft.sound("market").select("item", "buyer", "delay", "from").iter_rows():
        for nation in [buyer] if buyer else members:
            yield item, nation, delay + wait(month)
    for line, item, nation, months in _from_lines(draft, wait):
        yield item, nation, max(months, waits.get(line, 0.0))


def _from_lines(draft: Draft, wait: Callable[[str | None], float]) -> Iterator[tuple[str, str, str, float]]:
    """(line, item, nation, months): the first delivery of each line to each who orders from it."""
    contracts: dict[str, list[tuple[str, float | None, str | None]]] = {}
    columns = ["line", "buyer", "ship_to", "admin_lead_time", "from"]
    for line, buyer, ship_to, admin, month in draft.sound("contracts").select(columns).iter_rows():
        contracts.setdefault(line, []).append((ship_to or buyer, admin, month))
    columns = ["line", "nation", "item", "state", "admin_lead_time", "lead_time", "lead_time_initial", "from"]
    for line, nation, item, state, admin, again, initial, opens in draft.sound("lines").select(columns).iter_rows():
        lead = initial if state == "cold" else again
        if state == "closed" or lead is None or admin is None:
            continue
        for receiver, own, month in contracts.get(line, [(nation, None, None)]):
            decided = wait(month) + (admin if own is None else own)
            yield line, item, receiver, max(decided + lead, wait(opens))
