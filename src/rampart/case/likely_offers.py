"""What others may supply, estimated from the case alone: offers in place of their lines and of routes for components.

An offer is as large as the line or the route could ever send, as if nobody else took of it: a limit, and no forecast. Its
price is that of the contract, else what a unit costs at the line, else its replacement cost.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Any

from rampart.case.calendar import month_number, month_text
from rampart.case.tables import Case

Row = dict[str, Any]


class LikelyOffers:
    """Offers of others to some nations of a case."""

    def __init__(self, case: Case, planned: Collection[str]) -> None:
        self.case, self.planned = case, planned
        self.start = str(case.settings["start"])
        self.months = case.calendar.last - case.calendar.first + 1
        self.lines = {r["line"]: r for r in case["lines"].iter_rows(named=True)}
        self.price = dict(case["items"].select("item", "price").iter_rows())
        mine = [line for line, row in self.lines.items() if row["nation"] in planned]
        self.components: dict[str, set[str]] = {}
        line_of = dict(case["expansions"].select("expansion", "line").iter_rows())
        for bill in case["bills"].iter_rows(named=True):
            for line in mine:
                row = self.lines[line]
                goes_in = row["item"] == bill["item"] and bill["line"] in (None, line)
                if goes_in or line_of.get(bill["expansion"]) == line:
                    self.components.setdefault(row["nation"], set()).add(bill["component"])

    def of_contract(self, contract: Row) -> Row | None:
        """Offer of the line of a contract to its buyer; None where neither contract nor line states a limit, or no price
        is known.
        """
        line = self.lines[contract["line"]]
        if line["state"] == "closed":
            return None
        rate, price = self.rate(line["line"]), contract["price"]
        price = self.cost(line["line"]) if price is None else price
        production = line["lead_time_initial"] if line["state"] == "cold" else line["lead_time"]
        administrative = line["admin_lead_time"] if contract["admin_lead_time"] is None else contract["admin_lead_time"]
        quantity = min(contract["max_quantity"], rate * self.months)
        if price is None or price < 0 or math.isinf(quantity):
            return None
        return self.offer(
            contract["contract"], line["nation"], line["item"], contract["buyer"], quantity, rate, price,
            administrative + production, contract["from"], contract["until"],
        )  # fmt: skip

    def of_route(self, route: Row) -> list[Row]:
        """Offers of components that come on a route, of those that lines of its destination take and its origin has."""
        origin, destination = route["origin"], route["destination"]
        wanted = self.components.get(destination, set())
        if route["item"] is not None:
            wanted = wanted & {route["item"]}
        else:  # a route that names an item stands for it
            named = self.case["routes"].filter(origin=origin, destination=destination)["item"].drop_nulls()
            wanted = wanted - set(named)
        offers = []
        for item in sorted(wanted):
            makers = [code for code, r in self.lines.items() if (r["nation"], r["item"]) == (origin, item)]
            makers = [code for code in makers if self.lines[code]["state"] != "closed"]
            stock = self.case["stocks"].filter(holder=origin, item=item, condition="serviceable")["quantity"]
            held = float(sum(stock.to_list()))
            costs = [cost for cost in map(self.cost, makers) if cost is not None]
            price = min(costs) if costs else self.price.get(item)
            rate = min(route["capacity"], sum(map(self.rate, makers)) + (math.inf if held else 0.0))
            quantity = min(route["capacity"] * self.months, sum(map(self.rate, makers)) * self.months + held)
            if price is not None and price >= 0 and 0 < quantity < math.inf:
                code = f"{origin}-{destination}-{item}"
                offers.append(
                    self.offer(code, origin, item, destination, quantity, rate, price, route["months"], None, None)
                )
        return offers

    def offer(
        self, code: str, seller: str, item: str, buyer: str, quantity: float, rate: float, price: float, delay: float,
        first: str | None, last: str | None,
    ) -> Row:  # fmt: skip
        """A row of the market."""
        note = "Estimated: all that the line or the route could send, as if nobody else took of it."
        return {
            "offer": code, "seller": seller, "item": item, "buyer": buyer, "quantity": float(quantity),
            "max_rate": float(rate), "price": float(price), "delay": float(delay), "from": first, "until": last,
            "grade": "assumed", "note": note,
        }  # fmt: skip

    def rate(self, line: str) -> float:
        """Most that a line puts out a month without expansions, over the months of the plan on average."""
        row, first = self.lines[line], month_number(self.start)
        changes = {r["from"]: r["max_rate"] for r in self.case["rates"].filter(line=line).iter_rows(named=True)}
        within = range(
            month_number(max(row["from"] or self.start, self.start)) - first,
            month_number(min(row["until"] or "9999-12", month_text(first + self.months - 1))) - first + 1,
        )
        rates = [self.in_force(row["max_rate"], changes, month_text(first + m)) for m in within]
        return sum(rates) / self.months / (12.0 if row["rate_per"] == "year" else 1.0)

    def in_force(self, otherwise: float, changes: dict[str, float | None], month: str) -> float:
        """The rate in a month: the latest change at or before it, blank as the line's own."""
        found = changes.get(max(self.before(changes, month), default=""))
        return otherwise if found is None else found

    @staticmethod
    def before(changes: Iterable[str], month: str) -> list[str]:
        """Months of changes at or before a month."""
        return [m for m in changes if m <= month]

    def cost(self, line: str) -> float | None:
        """What a unit costs at a line in the first month: the change in force, the line's own, the replacement cost."""
        row = self.lines[line]
        changes = {r["from"]: r["unit_cost"] for r in self.case["rates"].filter(line=line).iter_rows(named=True)}
        found = changes.get(max(self.before(changes, self.start), default=""))
        found = row["unit_cost"] if found is None else found
        return self.price.get(row["item"]) if found is None else found
