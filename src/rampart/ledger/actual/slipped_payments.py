"""What is still to be paid on delivery of what comes later than planned, where it now falls in a later fiscal year.

What a plan pays until the new start is taken off the budgets of its year (``network.used_up``), and what is late comes with
nothing due on it: so it is paid once where it comes within the same fiscal year. Where that year is over, the budget of the
year in which it comes pays: what is due on each unit, as it was agreed for its own month. Where the ledger has payments of the
year that is over, no more is due again than they lack of what was planned.

The earliest planned is the first that came: what is late is the last of what was to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rampart.network.payments import fiscal_year
from rampart.network.ways_taken import WaysTaken, arriving

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.actual.money_spent import Spent
    from rampart.network.ways import Row


@dataclass(frozen=True)
class Arrival:
    """What was to come in a month, and what is due on each unit of it when it comes.

    month    by its number
    holder   who receives it; ``payer`` who pays on delivery
    due      currency a unit
    """

    month: int
    holder: str
    item: str
    payer: str
    quantity: float
    due: float


class Part(NamedTuple):
    """Part of what is late; ``payer`` pays what is ``due``, currency a unit; None: nothing beside what is paid already."""

    payer: str
    quantity: float
    due: float | None = None


def arrivals(before: Case, decided: Iterable[Row], start: int) -> list[Arrival]:
    """What the plan of a case was to receive before a month, the earliest first.

    decided  rows of ``taken``: orders that it and plans before it decided
    """
    ways = WaysTaken(before)
    found = [
        Arrival(r["number"], r["ship_to"], r["item"], r["buyer"], r["quantity"], r["due"] or 0.0)
        for r in ways.network.placed
    ]
    for row in decided:
        if row["kind"] == "order":
            channel = ways.channel(row)
            item = ways.network.lines[channel.line]["item"]
            for month, quantity in arriving(row, channel.lead):
                due = (1 - channel.advance) * ways.price(row, month)
                found.append(Arrival(month, channel.ship_to, item, channel.payer, quantity, due))
    return sorted((a for a in found if a.month < start), key=lambda a: a.month)


@dataclass
class SlippedPayments:
    """Shares what is late out over what was to come.

    planned   what was to come, the earliest first; ``starts`` the month in which each nation's fiscal year starts
    start     first month of the new plan, by its number
    unpaid    money units that the plan paid and the ledger does not have, of nations and years of which it has payments; in a
              year of which it has none, things are taken to be paid as they come
    unit      currency in one money unit
    """

    planned: Sequence[Arrival]
    starts: Mapping[str, int]
    start: int
    unpaid: dict[tuple[str, int], float]
    unit: float

    def of(self, holder: str, item: str, late: float) -> list[Part]:
        """What is late of an item by who pays for it: its receiver where nothing is due, or nobody planned it."""
        found: dict[str, tuple[float, float]] = {}

        def add(payer: str, quantity: float, money: float) -> None:
            before = found.get(payer, (0.0, 0.0))
            found[payer] = (before[0] + quantity, before[1] + money)

        for a in reversed([a for a in self.planned if (a.holder, a.item) == (holder, item)]):
            if (quantity := min(late, a.quantity)) > 0:
                late -= quantity
                money = self._due(a, quantity)
                add(a.payer if money else holder, quantity, money)
        if late > 0:
            add(holder, late, 0.0)
        return [Part(payer, quantity, money / quantity or None) for payer, (quantity, money) in sorted(found.items())]

    def _due(self, a: Arrival, quantity: float) -> float:
        """Currency; nothing where the year in which it was to come is not over, or has paid."""
        starts_in = self.starts[a.payer]
        year, money = fiscal_year(a.month, starts_in), a.due * quantity / self.unit
        if year >= fiscal_year(self.start, starts_in):
            return 0.0
        if (a.payer, year) in self.unpaid:
            money = min(money, self.unpaid[a.payer, year])
            self.unpaid[a.payer, year] -= money
        return money * self.unit


def unpaid(planned: Spent, booked: Spent) -> dict[tuple[str, int], float]:
    """Money units that a plan paid and the ledger does not have, by nation and fiscal year of which it has payments."""
    paid = {at: money for at, money in booked.items() if at[2] == "payments"}
    return {at[:2]: max(0.0, planned.get(at, 0.0) - money) for at, money in paid.items()}
