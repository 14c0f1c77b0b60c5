"""Money that follows decisions: when it falls due, in which fiscal year, and which budgets limit it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from rampart.case.calendar import Calendar
from rampart.network.keys import Key, Limit
from rampart.network.lags import Floats, shifts
from rampart.network.network import Network
from rampart.network.routes import Route
from rampart.network.ways import Channel, Offer, Row, expansion_key

KINDS = ("commitments", "payments")


@dataclass(frozen=True, eq=False)
class Flow:
    """Money that follows a decision.

    family, of  what is decided; ``payer`` whose money, for which ``purpose``, commitments or payments by ``kind``
    amount      money units a unit decided at each node, shape (nodes,)
    lag         months from the decision to the money
    months      months over which it is spread evenly
    from_start  counted from the first month of the period of decision, else evenly over its months
    beyond      whether money that falls after the horizon counts in its fiscal year
    price       factor of the month in which the money falls, one for each month of the horizon; none: always one
    """

    family: str
    of: Key
    payer: str
    purpose: str
    kind: str
    amount: Floats
    lag: float
    months: int = 1
    from_start: bool = False
    beyond: bool = False
    price: tuple[float, ...] | None = None

    def by_year(self, calendar: Calendar, starts_in: int, *, since: int | None = None) -> dict[int, Floats]:
        """Share decided in each period that falls in each fiscal year within the horizon, or since a month. Year ->
        (periods,).
        """
        how = (self.lag, self.months, self.from_start, self.beyond, self.price)
        return year_shares(calendar, starts_in, *how, since)


def order_flows(channel: Channel, priced: Floats, on_delivery: Floats, unit: float) -> Iterator[Flow]:
    """Of an order: commitment and advance at the award, the rest on delivery.

    priced       price of a unit ordered, money units, shape (nodes,)
    on_delivery  price of a unit delivered in each month, currency, shape (months,): each unit is paid at that of its own
                 month of delivery
    unit         currency in one money unit
    """
    of, payer, award = channel.key, channel.payer, channel.award
    yield Flow("order", of, payer, "procurement", "commitments", priced, award, beyond=True)
    yield Flow("order", of, payer, "procurement", "payments", priced * channel.advance, award, beyond=True)
    price = on_delivery / unit
    fixed = bool((price == price[0]).all())
    rest = np.full(len(priced), (1 - channel.advance) * (price[0] if fixed else 1.0))
    yield Flow("order", of, payer, "procurement", "payments", rest, channel.lead, price=None if fixed else tuple(price))


def expansion_flows(expansion: Row, payer: str, nodes: int) -> Iterator[Flow]:
    """Of an expansion: committed at once, paid over the construction."""
    of, cost = expansion_key(expansion), np.full(nodes, expansion["cost"])
    months = max(1, math.ceil(expansion["construction"]))
    yield Flow("expand", of, payer, "capacity", "commitments", cost, 0.0, 1, True)
    yield Flow("expand", of, payer, "capacity", "payments", cost, 0.0, months, True)


def purchase_flows(offer: Offer, nodes: int, unit: float) -> Iterator[Flow]:
    """Of a purchase: committed and paid at once."""
    price, of = np.full(nodes, offer.price / unit), offer.key
    yield from (Flow("buy", of, offer.buyer, "procurement", kind, price, 0.0) for kind in KINDS)


def transfer_flows(route: Route, nodes: int, unit: float) -> Iterator[Flow]:
    """Of what is sent: the origin pays at once."""
    cost, of = np.full(nodes, route.cost / unit), route.key
    yield from (Flow("send", of, route.origin, "transport", kind, cost, 0.0) for kind in KINDS)


def fiscal_year(month: int, starts_in: int) -> int:
    """Fiscal year of a month number, named by the calendar year in which it ends."""
    return month // 12 + (1 if starts_in > 1 and month % 12 + 1 >= starts_in else 0)


@lru_cache(maxsize=4096)
def year_shares(
    calendar: Calendar,
    starts_in: int,
    lag: float,
    months: int,
    from_start: bool,
    beyond: bool = False,
    price: tuple[float, ...] | None = None,
    since: int | None = None,
) -> dict[int, Floats]:
    """Share of a flow decided in each period that falls in each fiscal year within the horizon. Year -> (periods,).

    since  month from which it counts; what falls before it does not
    """
    result: dict[int, Floats] = {}
    for t, (start, length) in enumerate(zip(calendar.starts, calendar.lengths, strict=True)):
        decided = [start] if from_start else range(start, start + length)
        for m in decided:
            for shift, weight in shifts(lag):
                for k in range(months):
                    when = m + shift + k
                    if (beyond or when <= calendar.last) and (since is None or when >= since):
                        year = fiscal_year(when, starts_in)
                        share = result.setdefault(year, np.zeros(len(calendar)))
                        worth = 1.0 if price is None else price[when - calendar.first]
                        share[t] += weight * worth / (len(decided) * months)
    return result


def placed_payments(network: Network) -> dict[tuple[str, int], float]:
    """What is still due on placed orders, by (nation, fiscal year), money units; orders with unknown due are left out."""
    starts = fiscal_starts(network)
    result: dict[tuple[str, int], float] = {}
    for r in network.placed:
        if r["due"] is not None:
            key = (r["buyer"], fiscal_year(r["number"], starts[r["buyer"]]))
            result[key] = result.get(key, 0.0) + r["due"] * r["quantity"] / network.case.money_unit
    return result


def fiscal_starts(network: Network) -> dict[str, int]:
    """Month in which each nation's fiscal year starts."""
    return {r["nation"]: r["fiscal_year_start"] for r in network.rows("nations")}


class BudgetLimit(NamedTuple):
    """One limit of a budget row, money units of the case; ``key`` names it, and ``end`` is its last period.

    carried  share of what is left that may be used in the next year
    whole    of the whole year, where the amount is what is left of it
    """

    key: Limit
    amount: float
    end: int
    carried: float = 0.0
    whole: float = 0.0

    def covers(self, purpose: str) -> bool:
        """Whether money of a purpose counts; placed orders are procurement."""
        return self.key.purpose == "all" or self.key.purpose == ("procurement" if purpose == "placed" else purpose)


def budget_limits(network: Network) -> list[BudgetLimit]:
    """Limits of the case that touch the horizon."""
    found = []
    for r in network.rows("budgets"):
        for kind in KINDS:
            key = Limit(r["nation"], r["fiscal_year"], r["purpose"], kind)
            end = _last_period(network, key)
            if math.isfinite(r[kind]) and end is not None:
                each, whole = in_case_money(network, r), r[f"whole_{kind}"]
                whole = r[kind] if whole is None else whole
                found.append(BudgetLimit(key, r[kind] * each, end, r["carry_over"], whole * each))
    return found


def in_case_money(network: Network, row: Mapping[str, Any]) -> float:
    """Money of the case, at its price base, for one of the money of a budget row: 1 / (rate x index of prices)."""
    rates = {r["currency"]: r["per_unit"] for r in network.rows("currencies")}
    rate = 1.0 if row["currency"] is None else float(rates[row["currency"]])
    return 1.0 / (rate * (price_index(network)[row["fiscal_year"]] if row["prices"] == "then_year" else 1.0))


def price_index(network: Network) -> dict[int, float]:
    """Prices of fiscal years over those of the price base, as far as stated."""
    return {r["fiscal_year"]: float(r["index"]) for r in network.rows("deflators")}


def years_after(limits: Sequence[BudgetLimit]) -> list[tuple[int, int]]:
    """(year, next year): positions of budgets of which something may be carried over, and of those into which it is."""
    at = {limit.key: n for n, limit in enumerate(limits)}
    following = (
        (n, at.get(limit.key._replace(year=limit.key.year + 1))) for n, limit in enumerate(limits) if limit.carried
    )
    return [(n, after) for n, after in following if after is not None]


def _last_period(network: Network, key: Limit) -> int | None:
    """Last period that has a month in the fiscal year; None outside the horizon."""
    starts_in = fiscal_starts(network)[key.nation]
    # the last month of the fiscal year, or of the horizon if that comes first
    end = min(12 * key.year + (starts_in - 2 if starts_in > 1 else 11), network.calendar.last)
    return network.calendar.period(end) if fiscal_year(end, starts_in) == key.year else None
