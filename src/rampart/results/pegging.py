"""Order to need, and need to order: what came in which way serves which need, first in, first out over the plan's flows.

Each holder's stock of an item is a queue of lots, each with the way by which it came: what is there longest goes out first.
Within a period what comes in stands behind what was there, then goes out for: end of life, need, components, fleets,
others. What is sent keeps its way as it joins the queue of the next holder, so an order for a donor whose stock goes to the
partner is found at the partner's need. The flows are those of the tables, so this works for any plan that was saved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from rampart.case.orders import arriving
from rampart.catalogues.results import frame

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case

NEGLIGIBLE = 1e-9
"""Share of a holder's largest flow of an item below which a quantity is nothing."""


class Pool(NamedTuple):
    """A holder's stock of an item."""

    holder: str
    item: str


class Way(NamedTuple):
    """How units came to the holder who had them first.

    kind   stock (there at the start), placed (ordered before the plan), transit (on the way at the start), order, purchase,
           transfer (whose way before is not known), none (nothing came)
    code   contract or line, line, donor, offer; "" where there is none
    month  of arrival with that holder; none where nothing came
    """

    kind: str
    code: str
    holder: str
    month: date | None


class End(NamedTuple):
    """What units went to: need, requirement (held against it at the end of the plan), stock (held beyond it), component,
    fleet, disposed, under_way (sent, and not there by the end of the plan).
    """

    kind: str
    holder: str
    purpose: str
    month: date


@dataclass(frozen=True)
class Lot:
    """Units of one way, and who sent them last; "" where they came to their holder first."""

    way: Way
    quantity: float
    through: str = ""


class Queue:
    """Lots in the order in which they came."""

    def __init__(self) -> None:
        self.lots: deque[Lot] = deque()

    def put(self, lot: Lot) -> None:
        """Add a lot behind all others."""
        self.lots.append(lot)

    def take(self, quantity: float, least: float) -> Iterator[Lot]:
        """Lots, the last of them cut, that make up the quantity; less where the queue holds less."""
        while quantity > least and self.lots:
            first = self.lots.popleft()
            part = min(first.quantity, quantity)
            quantity -= part
            if first.quantity - part > least:
                self.lots.appendleft(replace(first, quantity=first.quantity - part))
            yield replace(first, quantity=part)


def pegging(case: Case, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Table ``pegging`` of a plan, from its tables: how much of what came in which way went to what.

    ``replaces`` names the recipient whose gift a quantity makes good: what comes to a holder after the start and is neither
    sent on nor used up for others is counted against what it gave, oldest gift first. Need and requirement that
    nothing serves have the way "none". For each holder and item what came in is what went out and what is held at the end.
    """
    found = _Flows(case, tables).all()
    sums: dict[tuple[Any, ...], float] = {}
    for item, way, end, through, replaces, quantity in found:
        key = (item, *way, *end, through, replaces)
        sums[key] = sums.get(key, 0.0) + quantity
    rows = [(*(None if part == "" else part for part in key), quantity) for key, quantity in sums.items()]
    rows.sort(key=lambda r: (r[0], r[6], r[8], r[5], r[4] or date.min, *(str(part) for part in r[1:4])))
    return frame("plan", "pegging", rows)


Row = tuple[str, Way, End, str, str, float]


class _Flows:
    """The queues of all holders, and what leaves them."""

    def __init__(self, case: Case, tables: Mapping[str, pl.DataFrame]) -> None:
        self.case, self.tables = case, tables
        self.first = {p: m for p, m in tables["periods"].select("period", "month").iter_rows()}
        self.balances: dict[int, dict[Pool, dict[str, Any]]] = {}
        self.least: dict[Pool, float] = {}
        for row in tables["stock"].iter_rows(named=True):
            pool = Pool(row["holder"], row["item"])
            self.balances.setdefault(row["period"], {})[pool] = row
            size = max(abs(row[c]) for c in ("opening", *_IN, *_OUT, "closing"))
            self.least[pool] = max(self.least.get(pool, NEGLIGIBLE), NEGLIGIBLE * size)
        self.queues = {pool: Queue() for pool in self.least}
        self.coming: dict[tuple[str, Pool], Queue] = {}  # by kind of flow and the stock that it joins
        self.sent = self._by_period("transfers", "origin")
        self.served = self._by_period("demand", "holder")
        self.on_the_way: dict[Pool, list[tuple[date, int, Lot]]] = {}
        self._expect()

    def _by_period(self, table: str, holder: str) -> dict[tuple[int, Pool], list[dict[str, Any]]]:
        found: dict[tuple[int, Pool], list[dict[str, Any]]] = {}
        for row in self.tables[table].iter_rows(named=True):
            found.setdefault((row["period"], Pool(row[holder], row["item"])), []).append(row)
        return found

    def _expect(self) -> None:
        """What the case and the plan have coming to each stock, in the order of arrival."""
        lots: list[tuple[date, str, Pool, Lot]] = []

        def expect(flow: str, kind: str, code: str | None, pool: Pool, month: date, quantity: float) -> None:
            lots.append((month, flow, pool, Lot(Way(kind, code or "", pool.holder, month), quantity)))

        for r in arriving(self.case).iter_rows(named=True):
            holder = r["ship_to"] or r["buyer"]
            expect("ordered", "placed", r["line"], Pool(holder, r["item"]), _month(r["month"]), r["quantity"])
        for r in self.case["deliveries"].iter_rows(named=True):
            if r["status"] == "in_transit":
                pool = Pool(r["recipient"], r["item"])
                expect("ordered", "transit", r["donor"], pool, _month(r["month"]), r["quantity"])
        for r in self.tables["orders"].iter_rows(named=True):
            pool = Pool(r["ship_to"] or r["buyer"], r["item"])
            expect("made", "order", r["contract"] or r["line"], pool, r["month"], r["quantity"])
        for r in self.tables["purchases"].iter_rows(named=True):
            expect("bought", "purchase", r["offer"], Pool(r["buyer"], r["item"]), r["arrives"], r["quantity"])
        start = self.first[min(self.first)] if self.first else date.min
        for month, flow, pool, lot in sorted(lots, key=lambda one: (one[0], one[3].way.kind, one[3].way.code)):
            if flow == "ordered" and month < start:
                continue  # history, which the plan does not see arrive
            self.coming.setdefault((flow, pool), Queue()).put(lot)

    def all(self) -> Iterable[Row]:
        """Every quantity with its way and its end."""
        rows: list[Row] = []
        for period in sorted(self.balances):
            for pool in self._in_turn(period):
                rows += self._of(pool, self.balances[period][pool], period)
        last = max(self.balances, default=0)
        for pool, balance in self.balances.get(last, {}).items():
            rows += self._held(pool, balance, self.first[last])
        for pool, lots in self.on_the_way.items():
            for month, _, lot in lots:
                rows.append(
                    (pool.item, lot.way, End("under_way", pool.holder, "", month), lot.through, "", lot.quantity)
                )
        return self._replacing(rows)

    def _in_turn(self, period: int) -> list[Pool]:
        """Stocks of a period, each behind those from which something arrives in the period itself."""
        pools = self.balances[period]
        before: dict[Pool, list[Pool]] = {pool: [] for pool in pools}
        until = self.first.get(period + 1, date.max)
        for pool in pools:
            for r in self.sent.get((period, pool), ()):
                to = Pool(r["destination"], r["item"])
                if r["arrives"] < until and to in before:
                    before[to].append(pool)
        done: dict[Pool, None] = {}
        for pool in pools:
            _visit(pool, before, done)
        return list(done)

    def _of(self, pool: Pool, balance: Mapping[str, Any], period: int) -> Iterator[Row]:
        """What comes into a stock and goes out of it in a period."""
        queue, least, month = self.queues[pool], self.least[pool], self.first[period]
        if period == min(self.balances) and balance["opening"] > least:
            queue.put(Lot(Way("stock", "", pool.holder, month), balance["opening"]))
        for flow in ("ordered", "made", "bought"):
            coming = self.coming.setdefault((flow, pool), Queue())
            self._join(queue, coming.take(balance[flow], least), balance[flow], pool, _KIND[flow], month)
        self._join(
            queue, self._arrived(pool, balance["received"], period), balance["received"], pool, "transfer", month
        )
        for kind, purpose, quantity in self._uses(pool, balance, period):
            for lot in queue.take(quantity, least):
                yield pool.item, lot.way, End(kind, pool.holder, purpose, month), lot.through, "", lot.quantity
        for r in self.sent.get((period, pool), ()):
            to = Pool(r["destination"], r["item"])
            for lot in queue.take(r["quantity"], least):
                way = replace(lot, through=pool.holder)
                self.on_the_way.setdefault(to, []).append((r["arrives"], period, way))
        agreed = balance["sent"] - sum(r["quantity"] for r in self.sent.get((period, pool), ()))
        for lot in queue.take(agreed, least):
            yield pool.item, lot.way, End("agreed", pool.holder, "", month), lot.through, "", lot.quantity
        for r in self.served.get((period, pool), ()):
            if r["unmet"] > least:
                end = End("need", pool.holder, r["purpose"], month)
                yield pool.item, Way("none", "", pool.holder, None), end, "", "", r["unmet"]

    def _join(self, queue: Queue, lots: Iterable[Lot], quantity: float, pool: Pool, kind: str, month: date) -> None:
        """Put lots into a queue; what the tables say came, and no way is known of, has a way without a code."""
        for lot in lots:
            queue.put(lot)
            quantity -= lot.quantity
        if quantity > self.least[pool]:
            queue.put(Lot(Way(kind, "", pool.holder, month), quantity))

    def _arrived(self, pool: Pool, quantity: float, period: int) -> Iterator[Lot]:
        """Lots on the way that arrive, the first due first."""
        lots = sorted(self.on_the_way.pop(pool, []), key=lambda one: one[:2])
        queue = Queue()
        queue.lots.extend(lot for _, _, lot in lots)
        yield from queue.take(quantity, self.least[pool])
        left = len(queue.lots)
        if left:
            kept = zip(lots[len(lots) - left :], queue.lots, strict=True)
            self.on_the_way[pool] = [(month, sent, lot) for (month, sent, _), lot in kept]

    def _uses(self, pool: Pool, balance: Mapping[str, Any], period: int) -> Iterator[tuple[str, str, float]]:
        """Kind, purpose and quantity of what goes out but to other holders, in the order in which it does."""
        yield "disposed", "", balance["disposed"]
        used, served = balance["used"], self.served.get((period, pool), ())
        for n, r in enumerate(served):
            part = used if n == len(served) - 1 else min(used, r["served"])
            used -= part
            yield "need", r["purpose"], part
        yield "component", "", balance["consumed"]
        yield "fleet", "", balance["joined"]

    def _held(self, pool: Pool, balance: Mapping[str, Any], month: date) -> Iterator[Row]:
        """What is held at the end: against the requirement, then beyond it; and what is missing of the requirement."""
        queue, required = self.queues[pool], balance["requirement"] or 0.0
        asked = min(required, balance["closing"])
        if required - asked > self.least[pool]:
            end = End("requirement", pool.holder, "", month)
            yield pool.item, Way("none", "", pool.holder, None), end, "", "", required - asked
        for kind, quantity in (("requirement", asked), ("stock", balance["closing"] - asked)):
            for lot in queue.take(quantity, self.least[pool]):
                yield pool.item, lot.way, End(kind, pool.holder, "", month), lot.through, "", lot.quantity

    def _replacing(self, rows: list[Row]) -> Iterator[Row]:
        """The rows, those cut that make a gift good only in part."""
        members = dict(self.case["nations"].select("nation", "role").iter_rows())
        gifts: dict[Pool, deque[tuple[str, float]]] = {}
        for r in self.tables["transfers"].sort("period", "destination", maintain_order=True).iter_rows(named=True):
            if members.get(r["destination"]) == "recipient":
                gifts.setdefault(Pool(r["origin"], r["item"]), deque()).append((r["destination"], r["quantity"]))
        for item, way, end, through, _, quantity in sorted(rows, key=lambda r: r[1].month or date.max):
            pool, left = Pool(end.holder, item), quantity
            given = gifts.get(pool)
            makes_good = way.kind not in ("stock", "none") and end.kind in ("requirement", "stock", "need")
            while given and makes_good and left > self.least[pool]:
                recipient, owed = given.popleft()
                part = min(owed, left)
                left -= part
                if owed - part > self.least[pool]:
                    given.appendleft((recipient, owed - part))
                yield item, way, end, through, recipient, part
            if left > self.least.get(pool, NEGLIGIBLE):
                yield item, way, end, through, "", left


_IN = ("ordered", "made", "bought", "received")
_OUT = ("used", "consumed", "sent", "disposed", "joined")
_KIND = {"ordered": "placed", "made": "order", "bought": "purchase"}


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _visit(pool: Pool, before: Mapping[Pool, list[Pool]], done: dict[Pool, None]) -> None:
    """Put a pool behind those before it; where they send to each other within the period, one of them comes first."""
    stack: list[tuple[Pool, bool]] = [(pool, False)]
    open_: set[Pool] = set()
    while stack:
        here, ready = stack.pop()
        if here in done:
            continue
        if ready:
            done[here] = None
        elif here not in open_:
            open_.add(here)
            stack.append((here, True))
            stack += [(other, False) for other in before[here] if other not in open_]
