"""Which routes can carry what."""

from __future__ import annotations

from rampart.network.ways import Pair


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
