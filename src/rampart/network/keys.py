"""What things are named by: keys of variables, rows and postings. Text is made of them only where a person reads.

Each key is a named tuple, so that a code may hold any sign without being mistaken for two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from rampart.case.likeness import Likeness, mixed_one, word

Key = tuple[Any, ...]

HOMES = {
    "holder": "nations", "donor": "nations", "owing": "nations", "recipient": "nations", "origin": "nations",
    "destination": "nations", "buyer": "nations", "ship_to": "nations", "nation": "nations", "payer": "nations",
    "to": "nations", "item": "items", "line": "lines",
    "contract": "contracts", "expansion": "expansions", "offer": "market", "resource": "resources", "fleet": "fleets",
    "shop": "shops", "group": "sites",
}  # fmt: skip
"""Table that names the codes of each part of a key; other parts are what they say."""


class Pair(NamedTuple):
    """An item with its holder."""

    holder: str
    item: str


class Holder(NamedTuple):
    """A holder."""

    holder: str


class Demand(NamedTuple):
    """An item that a holder needs for a purpose."""

    holder: str
    item: str
    purpose: str


class Missing(NamedTuple):
    """A step in which stock of an item may be missing at its holder's; 0 is missed first."""

    holder: str
    item: str
    missing: int


class Lack(NamedTuple):
    """A step in which an item that a holder needs for a purpose may lack; 0 is the first."""

    holder: str
    item: str
    purpose: str
    step: int


class Pledge(NamedTuple):
    """An item that a donor has pledged to a recipient."""

    donor: str
    recipient: str
    item: str


class Backfill(NamedTuple):
    """An item that a nation owes to a donor for what it gave."""

    owing: str
    donor: str
    item: str


class Agreed(NamedTuple):
    """An item that leaves a holder's stock as agreed; ``to`` says whither, blank where that is not stated."""

    holder: str
    item: str
    to: str


class Line(NamedTuple):
    """A production line."""

    line: str


class LinePart(NamedTuple):
    """A line in a later part of a period in which the maximum rate holds by itself (1, 2, ...)."""

    line: str
    part: int


class Contract(NamedTuple):
    """A line with the contract over which it is ordered from; blank where no contract names the line."""

    line: str
    contract: str


class Placed(NamedTuple):
    """What a nation has on order from a line, for whose stock."""

    line: str
    buyer: str
    ship_to: str


class LaterContract(NamedTuple):
    """Orders over a contract that are delivered so many months later than its lead time, or sooner."""

    line: str
    contract: str
    later: str


class Cancellation(NamedTuple):
    """Orders over a contract, placed in the period that begins in a month."""

    line: str
    contract: str
    month: str


class Expansion(NamedTuple):
    """An expansion of a line."""

    expansion: str


class SoonerExpansion(NamedTuple):
    """An expansion that is ready so many months sooner."""

    expansion: str
    sooner: str


class Offer(NamedTuple):
    """A third-country stock."""

    offer: str


class Purchase(NamedTuple):
    """A third-country stock with a nation that may buy from it."""

    offer: str
    buyer: str


class SoonerPurchase(NamedTuple):
    """A purchase that arrives so many months sooner."""

    offer: str
    buyer: str
    sooner: str


class Lane(NamedTuple):
    """A way on which an item goes from one holder to another."""

    origin: str
    destination: str
    item: str


class SoonerLane(NamedTuple):
    """A way on which an item goes so many months faster."""

    origin: str
    destination: str
    item: str
    sooner: str


class Way(NamedTuple):
    """The way from one holder to another, whatever goes on it."""

    origin: str
    destination: str


class Group(NamedTuple):
    """A group of fleets that share spares."""

    group: str


class Item(NamedTuple):
    """An item."""

    item: str


class Resource(NamedTuple):
    """A resource that lines share."""

    resource: str


class Year(NamedTuple):
    """A year."""

    year: int


class Objective(NamedTuple):
    """An objective of the plan."""

    objective: str


class Budget(NamedTuple):
    """A budget of a nation for a fiscal year and a purpose."""

    nation: str
    year: int
    purpose: str


class Limit(NamedTuple):
    """A budget of a nation: fiscal year, purpose, and whether commitments or payments are limited."""

    nation: str
    year: int
    purpose: str
    kind: str


class Fleet(NamedTuple):
    """A fleet."""

    fleet: str


class FleetLevel(NamedTuple):
    """A level of support of a fleet."""

    fleet: str
    level: int


class FleetShop(NamedTuple):
    """A fleet with a shop that repairs its parts."""

    fleet: str
    shop: str


class Package(NamedTuple):
    """Spares for a group of fleets, bought by one payer."""

    group: str
    payer: str


class Shop(NamedTuple):
    """A repair shop."""

    shop: str


@lru_cache(maxsize=16_384, typed=True)  # keys of two kinds may be equal as tuples
def number(key: Key, likeness: Likeness) -> int:
    """A number of a key that hangs on what its codes are, not on how they are spelled."""
    fields = getattr(key, "_fields", range(len(key)))
    found = int(word("|".join(str(field) for field in fields)))
    for field, part in zip(fields, key, strict=True):
        home = HOMES.get(str(field))
        own = int(word(str(part))) if home is None else likeness.of(home, part)
        found = mixed_one(found * 31 + own)
    return found


def parts(key: Key) -> list[dict[str, str]]:
    """The codes of a key one by one, each with what it is of, as result tables hold them."""
    fields = getattr(key, "_fields", ("code",) * len(key))
    return [{"of": str(of), "code": str(code)} for of, code in zip(fields, key, strict=True)]


def text(key: Key) -> str:
    """A key as a person reads it: its parts with bars between them, in quotes where a part holds a bar itself.

    A blank part is left out. Nothing is read back from it.
    """
    said = [str(part) for part in key if part != ""]
    return said[0] if len(said) == 1 else "|".join(f'"{part}"' if "|" in part else part for part in said)
