"""Tiers: how far each item stands from what is asked for itself."""

from __future__ import annotations

from rampart.network.network import Network


def tiers(network: Network) -> dict[str, int]:
    """Tier of each item: 0 for what is asked for itself or goes into nothing, else one more than the nearest product."""
    parts: dict[str, set[str]] = {}
    for i in network.inputs:
        parts.setdefault(network.lines[i.line]["item"], set()).add(i.component)
    components = {i.component for i in network.inputs}
    asked = {item for _, item, _ in network.demands} | {item for _, item in network.requirements.pairs}
    level = dict.fromkeys(sorted(asked | (set(network.items) - components)), 0)
    queue = list(level)
    for item in queue:  # breadth first, so the first visit is by the nearest product, and loops over time end
        for part in sorted(parts.get(item, ())):
            if part not in level:
                level[part] = level[item] + 1
                queue.append(part)
    return {item: level.get(item, 0) for item in network.items}
