"""What the plan strives for, pass by pass: rules, then the objectives of the case in their order, then ties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rampart.network.keys import text
from rampart.network.lags import Floats
from rampart.plan.parts.part import Part, Weight
from rampart.plan.programme.families import Family
from rampart.plan.programme.measures import Measure
from rampart.plan.programme.programme import Programme

RULES = ("rules", "share-periods")
OBJECTIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "floors": (("floors", "months of a full floor"),),
    "pledges": (("pledges", "months of a full pledge"),),
    "need": (("need", "months of need"),),
    "own_use": (("own_use", "months of need"),),
    "availability": (("availability", "months of a whole fleet"),),
    "requirement": (
        ("requirement_worst", "months of a full requirement, worst-off"),
        ("requirement_sum", "months of a full requirement"),
    ),
    "money": (("money", "money unit"),),
}
"""Measures of each objective of the case, with their units."""
TIES = "ties"


def objective_passes(p: Programme, parts: Sequence[Part]) -> list[tuple[int, Measure, float]]:
    """(rank, measure, tolerance): rules first, ties last; a pass that nothing counts in is left out."""
    weights: dict[str, list[Weight]] = {}
    for part in parts:
        for weight in part.measures(p):
            weights.setdefault(weight.measure, []).append(weight)

    def measure(name: str, unit: str) -> Measure:
        found = Measure(name, unit)
        for weight in weights.get(name, ()):
            found.add(p.families[weight.family], p.tree.probability * weight.each)
        return found

    passes = [(0, measure(*RULES), 0.0)]
    for row in sorted(p.network.rows("priorities"), key=lambda r: r["rank"]):
        passes += [(row["rank"], measure(*named), row["tolerance"]) for named in OBJECTIVES[row["objective"]]]
    passes.append((max((found[0] for found in passes), default=0) + 1, ties(p), 0.0))
    return [found for found in passes if not found[1].empty]


def ties(p: Programme) -> Measure:
    """Small positive weights from the readable names, so that the plan is one vertex whatever path the solver takes."""
    measure = Measure(TIES, "")
    for family in p.families.values():
        if family.spec.tie and len(family):
            measure.add(family, tie_weights(family) / family.scale[:, None])
    return measure


def tie_weights(family: Family) -> Floats:
    """Tie weight of each variable of a family, shape (keys, nodes)."""
    spec = family.spec
    names = _name_weights([f"{family.name}|{text(key)}" for key in family.keys], len(family.tree))
    weights: Floats = spec.tie * names * spec.tie_by + spec.tie_add
    return weights


def _name_weights(names: list[str], nodes: int) -> Floats:
    """Numbers in [0.5, 1.5) that depend on the name and the node alone, shape (names, nodes)."""
    from hashlib import blake2b

    seeds = np.array([int.from_bytes(blake2b(n.encode(), digest_size=8).digest()) for n in names], dtype=np.uint64)
    # splitmix64 spreads the seed and the node over 64 bits (Steele, Lea & Flood 2014); wrapping round is meant
    with np.errstate(over="ignore"):
        x = seeds[:, None] + np.arange(1, nodes + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    weights: Floats = 0.5 + (x >> np.uint64(11)).astype(float) / 2.0**53
    return weights
