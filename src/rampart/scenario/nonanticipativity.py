"""A check, independent of the model, that a plan knows no more than can be seen: what looks alike so far is decided alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

ALIKE = 1e-6  # relative difference up to which two amounts are the same


def foresight(tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, str, Any, float, float]]:
    """Decisions that differ between nodes with the same history: (kind, what, month, one amount, the other).

    tables  of a war plan, as saved: ``nodes`` (node, parent, month, regime) and ``policy`` (kind, what, node, quantity).
            Only the regimes seen on the way to a node count as its history, not the numbers of the nodes
    """
    history: dict[int, tuple[str, ...]] = {}
    month: dict[int, Any] = {}
    for node, parent, when, regime in (
        tables["nodes"].sort("node").select("node", "parent", "month", "regime").iter_rows()
    ):
        history[node] = (*history.get(parent, ()), regime)
        month[node] = when
    alike: dict[tuple[str, ...], list[int]] = {}
    for node, seen in history.items():
        alike.setdefault(seen, []).append(node)
    decided = {
        (kind, what, node): amount
        for kind, what, node, amount in tables["policy"].select("kind", "what", "node", "quantity").iter_rows()
    }
    things = {(kind, what) for kind, what, _ in decided}
    found = []
    for nodes in alike.values():
        for kind, what in sorted(things) if len(nodes) > 1 else ():
            amounts = [decided.get((kind, what, node), 0.0) for node in nodes]
            if max(amounts) - min(amounts) > ALIKE * max(1.0, *map(abs, amounts)):
                found.append((kind, what, month[nodes[0]], min(amounts), max(amounts)))
    return found
