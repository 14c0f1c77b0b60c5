"""Ways to get something: channels to order from a line, offers to buy, and what lines take in."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from rampart.case.calendar import Calendar, month_number
from rampart.network.keys import (
    Contract,
    Expansion,
    Key,
    LaterContract,
    Line,
    Pair,
    Purchase,
    SoonerExpansion,
    SoonerPurchase,
)
from rampart.network.keys import Offer as OfferKey

Row = dict[str, Any]


class Channel(NamedTuple):
    """A way to order from a line: a contract, or the line's own nation where no contract names the line.

    Lead times in months; ``lead`` is the whole time from the decision to delivery, ``later`` the part of it by which the
    delivery is agreed later than it could be: each such date of a contract is a channel of its own. A month below nothing
    stands for a way that is a month shorter beside the one that is stated; where production is shorter, what it takes is taken
    ``nearer`` to delivery. Where no contract names the line, ``own`` is true
    and the code is that of the line, which a contract of another line may share.
    """

    code: str
    line: str
    buyer: str
    payer: str
    ship_to: str
    price: float | None
    advance: float
    administrative: float
    lead: float
    first: int
    last: int
    most: float
    cancellation: float | None
    own: bool = False
    later: int = 0
    nearer: float = 0.0

    @property
    def key(self) -> Key:
        """What orders over it are named by; the contract is blank where there is none."""
        return LaterContract(*self.contract, f"{self.later:+d}") if self.later else self.contract

    @property
    def contract(self) -> Contract:
        """The contract, blank where there is none."""
        return Contract(self.line, "" if self.own else self.code)

    @property
    def award(self) -> float:
        """Months from the decision to the award."""
        return min(self.administrative, self.lead)

    def taken(self, offset: float) -> float:
        """Months from the decision until what is taken so long before delivery is taken."""
        return self.lead - max(0.0, offset - self.nearer)


class Offer(NamedTuple):
    """A third-country stock as one buyer sees it; ``sooner``: the same a month faster."""

    code: str
    seller: str
    item: str
    buyer: str
    price: float
    delay: float
    sooner: bool = False

    @property
    def key(self) -> Key:
        """What purchases of it are named by."""
        return SoonerPurchase(self.code, self.buyer, "-1") if self.sooner else Purchase(self.code, self.buyer)


class Input(NamedTuple):
    """A component of a line: units a good unit, and months before delivery at which it is taken."""

    line: str
    component: str
    quantity: float
    offset: float


def expansion_key(expansion: Row) -> Key:
    """What units of an expansion are named by; ``sooner`` in the row: it is ready a month sooner than stated."""
    code = str(expansion["expansion"])
    return SoonerExpansion(code, "-1") if expansion.get("sooner") else Expansion(code)


def built(expansion: Row, offset: float) -> float:
    """Months from the decision until what an expansion takes so long before it is ready is taken."""
    return float(expansion["construction"]) - max(0.0, offset - (1 if expansion.get("sooner") else 0))


def expansions_of_lines(rows: Iterable[Row], lines: Collection[str], sooner: Collection[Key] = ()) -> list[Row]:
    """Expansions of lines that can produce, sorted by code; those of ``sooner`` also a month faster, in a row of its own."""
    found: list[Row] = []
    for row in sorted((r for r in rows if r["line"] in lines), key=lambda r: str(r["expansion"])):
        found.append(row)
        if Expansion(row["expansion"]) in sooner and row["construction"] > 0:
            found.append({**row, "construction": max(0.0, row["construction"] - 1), "sooner": True})
    return found


def month(given: str | None, otherwise: int) -> int:
    """Month number, or ``otherwise`` where blank."""
    return month_number(given) if given else otherwise


def inputs_of_lines(lines: Mapping[str, Row], bills: Iterable[Row]) -> list[Input]:
    """Components of every line, from the bills that hold for it, yield included."""
    result: dict[tuple[str, str, float], float] = {}
    makers: dict[str, list[tuple[str, Row]]] = {}
    for code, line in lines.items():
        makers.setdefault(line["item"], []).append((code, line))
    for bill in bills:
        for code, line in makers.get(bill["item"], []):
            if bill["line"] in (None, code):
                key = (code, bill["component"], bill["offset"])
                result[key] = result.get(key, 0.0) + bill["quantity"] / line["yield"]
    return [Input(line, component, q, offset) for (line, component, offset), q in sorted(result.items())]


def longest_offsets(lines: Iterable[str], inputs: Iterable[Input], uses: Iterable[Row]) -> dict[str, float]:
    """Longest time before delivery at which a line takes something, by its code."""
    result = dict.fromkeys(lines, 0.0)
    for part in inputs:
        result[part.line] = max(result[part.line], part.offset)
    for use in uses:
        if use["line"] in result:
            result[use["line"]] = max(result[use["line"]], use["offset"])
    return result


def channels_of_lines(
    lines: Mapping[str, Row], contracts: Iterable[Row], longest: Mapping[str, float], calendar: Calendar,
    sooner: Collection[Key] = (),
) -> list[Channel]:  # fmt: skip
    """Every way to order from a line, by line and contract.

    sooner  lines that may be ordered from at a month less, beside what is stated
    """
    of_line: dict[str, list[Row]] = {}
    for row in contracts:
        of_line.setdefault(row["line"], []).append(row)
    result = []
    for code, line in lines.items():
        production = line["lead_time_initial"] if line["state"] == "cold" else line["lead_time"]
        own: Row = {
            "contract": code, "buyer": line["nation"], "payer": None, "ship_to": None, "price": None,
            "advance": 0.0, "admin_lead_time": None, "from": None, "until": None, "max_quantity": math.inf,
            "cancellation": None, "later": 0,
        }  # fmt: skip
        for row in of_line.get(code, [own]):
            given = row["admin_lead_time"]
            administrative = line["admin_lead_time"] if given is None else given
            times = [(later, administrative, production, 0.0) for later in range(int(row["later"]) + 1)]
            if Line(code) in sooner:
                times += month_less(administrative, production, longest[code])
            result += [
                Channel(
                    row["contract"],
                    code,
                    row["buyer"],
                    row["payer"] or row["buyer"],
                    row["ship_to"] or row["buyer"],
                    row["price"],
                    row["advance"],
                    award,
                    max(award + making, longest[code] - nearer) + max(0, later),
                    month(row["from"], calendar.first),
                    month(row["until"], calendar.last),
                    row["max_quantity"],
                    None if later else row["cancellation"],
                    row is own,
                    later,
                    nearer,
                )
                for later, award, making, nearer in times
            ]
    return sorted(result, key=lambda c: (c.line, c.code, c.later))


def month_less(administrative: float, production: float, longest: float) -> list[tuple[int, float, float, float]]:
    """The way that is a month shorter: of production, with all that must be there before delivery; where nothing must, of the
    time until the award. Its mark, both times, and by how much what is taken is nearer to delivery. None where an order takes
    no time.
    """
    if administrative >= 1 and not longest:
        return [(-1, administrative - 1, production, 0.0)]
    if production > 0:
        return [(-1, administrative, max(0.0, production - 1), min(1.0, production))]
    return [(-1, max(0.0, administrative - 1), production, 0.0)] if administrative > 0 else []


def offers_to_buyers(
    market: Iterable[Row], members: Iterable[str], asked: set[Pair], sooner: Collection[Key] = ()
) -> list[Offer]:
    """Each offer with each nation that may buy from it: the one it names, else every member that asks for the item.

    sooner  offers that also arrive a month sooner than stated
    """
    result = []
    for r in market:
        buyers = [r["buyer"]] if r["buyer"] else [n for n in sorted(members) if (n, r["item"]) in asked]
        result += [Offer(r["offer"], r["seller"], r["item"], buyer, r["price"], r["delay"]) for buyer in buyers]
        if OfferKey(r["offer"]) in sooner and r["delay"] > 0:
            faster = max(0.0, r["delay"] - 1)
            result += [Offer(r["offer"], r["seller"], r["item"], who, r["price"], faster, True) for who in buyers]
    return result
