"""Routes: which items can go, and need go, from one holder to another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from rampart.network.keys import Key, Lane, Pair, SoonerLane, Way
from rampart.network.ways import Row


class Route(NamedTuple):
    """A way to send one item: months on the way, units a month, currency a unit; ``sooner``: the same a month faster."""

    origin: str
    destination: str
    item: str
    months: float
    capacity: float
    cost: float
    sooner: bool = False

    @property
    def lane(self) -> Lane:
        """From whom to whom, and what."""
        return Lane(self.origin, self.destination, self.item)

    @property
    def key(self) -> Key:
        """What transfers on it are named by."""
        return SoonerLane(*self.lane, "-1") if self.sooner else self.lane


def usable_routes(
    rows: list[Row], items: Iterable[str], wanted: set[Pair], unsupplied: set[Pair], sooner: Collection[Key] = ()
) -> list[Route]:
    """Every route with every item that can and need go along it, sorted.

    wanted      pairs that something touches
    unsupplied  those of them that have no supply of their own
    sooner      ways that may also be gone a month faster
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
                route = Route(r["origin"], r["destination"], item, r["months"], r["capacity"], r["cost"])
                result.append(route)
                if r["months"] > 0 and Way(r["origin"], r["destination"]) in sooner:
                    result.append(route._replace(months=max(0.0, r["months"] - 1), sooner=True))
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
