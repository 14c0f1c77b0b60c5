"""Routes: which items can go, and need go, from one holder to another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rampart.network.keys import Pair
from rampart.network.ways import Row


class Route(NamedTuple):
    """A way to send one item: months on the way, units a month, currency a unit."""

    origin: str
    destination: str
    item: str
    months: float
    capacity: float
    cost: float


def usable_routes(rows: list[Row], items: Iterable[str], wanted: set[Pair], unsupplied: set[Pair]) -> list[Route]:
    """Every route with every item that can and need go along it, sorted.

    wanted      pairs that something touches
    unsupplied  those of them that have no supply of their own
    """
    items = sorted(items)
    explicit = {(r["origin"], r["destination"], r["item"]) for r in rows if r["item"]}
    lanes = [(r, item) for r in rows for item in ([r["item"]] if r["item"] else items)]
    can = _reached(wanted - unsupplied, [(Pair(r["origin"], item), Pair(r["destination"], item)) for r, item in lanes])
    usable = _reached(  # what can be sent on is usable; a route that names its item is meant to be used
        wanted | {Pair(r["destination"], r["item"]) for r in rows if r["item"]},
        [(Pair(r["destination"], item), Pair(r["origin"], item)) for r, item in lanes],
    )
    result = []
    for r in rows:
        for item in [r["item"]] if r["item"] else items:
            if r["item"] is None and (r["origin"], r["destination"], item) in explicit:
                continue
            if (r["origin"], item) in can and (r["destination"], item) in usable:
                result.append(Route(r["origin"], r["destination"], item, r["months"], r["capacity"], r["cost"]))
    return sorted(result)


def _reached(start: set[Pair], steps: list[tuple[Pair, Pair]]) -> set[Pair]:
    """Pairs that can be reached from the start by steps (from, to)."""
    onward: dict[Pair, list[Pair]] = {}
    for here, there in steps:
        onward.setdefault(here, []).append(there)
    reached, waiting = set(start), list(start)
    while waiting:
        for there in onward.get(waiting.pop(), ()):
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    return reached
