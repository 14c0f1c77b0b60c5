"""What exists: ways to get something (channels, offers, routes), and what lines take in."""

from __future__ import annotations

from typing import Any, NamedTuple

Pair = tuple[str, str]
Row = dict[str, Any]


class Channel(NamedTuple):
    """A way to order from a line: a contract, or the line's own nation where no contract names the line."""

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


class Offer(NamedTuple):
    """A third-country stock as one buyer sees it."""

    code: str
    seller: str
    item: str
    buyer: str
    price: float
    delay: float


class Route(NamedTuple):
    """A way to send one item."""

    origin: str
    destination: str
    item: str
    months: float
    capacity: float
    cost: float


class Input(NamedTuple):
    """A component of a line: units a good unit, and months before delivery at which it is taken."""

    line: str
    component: str
    quantity: float
    offset: float
