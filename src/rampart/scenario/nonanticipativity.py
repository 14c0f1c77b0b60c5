"""A check, independent of the model, that a plan knows no more than can be seen: what looks alike so far is decided alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

ALIKE = 1e-6  # relative difference up to which two amounts are the same


def foresight(
    tables: Mapping[str, pl.DataFrame], *, follows: Collection[str] = ()
) -> list[tuple[str, str, Any, float, float]]:
    """Decisions that differ between nodes with the same history: (kind, what, month, one amount, the other).

    tables   of a war plan, as saved: ``nodes`` (node, parent, month, regime, looked, came) and ``policy`` (kind, what, node,
             quantity). Only the regimes seen by the looks on the way to a node, and what had come of supply before the last
             of them, count as its history, not the numbers of nodes
    follows  kinds that follow the war between two looks: for them every regime on the way counts
    """
    nodes = tables["nodes"].sort("node")
    looked = nodes["looked"] if "looked" in nodes.columns else [True] * nodes.height
    month: dict[int, Any] = {}
    lived: dict[int, tuple[str, ...]] = {}
    seen: dict[int, tuple[str, ...]] = {}
    came = nodes["came"].fill_null("").to_list() if "came" in nodes.columns else [""] * nodes.height
    known = dict(zip(nodes["node"], came, strict=True))
    for (node, parent, when, regime), look in zip(
        nodes.select("node", "parent", "month", "regime").iter_rows(), looked, strict=True
    ):
        lived[node] = (*lived.get(parent, ()), f"{regime} {known[node]}")
        seen[node] = (*seen.get(parent, ()), f"{regime} {known.get(parent, '')}") if look else seen.get(parent, ())
        month[node] = when
    decided = {
        (kind, what, node): amount
        for kind, what, node, amount in tables["policy"].select("kind", "what", "node", "quantity").iter_rows()
    }
    found = []
    for history, kinds in ((seen, {kind for kind, _, _ in decided}.difference(follows)), (lived, set(follows))):
        alike: dict[tuple[Any, ...], list[int]] = {}
        for node, what_was in history.items():
            alike.setdefault((month[node], *what_was), []).append(node)
        things = sorted({(kind, what) for kind, what, _ in decided if kind in kinds})
        for together in alike.values():
            for kind, what in things if len(together) > 1 else ():
                amounts = [decided.get((kind, what, node), 0.0) for node in together]
                if max(amounts) - min(amounts) > ALIKE * max(1.0, *map(abs, amounts)):
                    found.append((kind, what, month[together[0]], min(amounts), max(amounts)))
    return found
