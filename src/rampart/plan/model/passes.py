"""What the plan strives for, pass by pass: rules, then the objectives of the case in their order, then ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.case.likeness import mixed
from rampart.network.keys import number
from rampart.network.lags import Floats
from rampart.network.worth_of_need import counted_in
from rampart.plan.parts.part import Part, Weight
from rampart.plan.programme.families import Family
from rampart.plan.programme.measures import ROOM, ROOM_FOR_STEADY, How, Measure, Pass
from rampart.plan.programme.programme import Programme

RULES = ("rules", "share-periods")
WORTH = "worth"
"""Unit of measures of lost worth, until the programme says what it counts worth in."""
OBJECTIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "floors": (("floors", "months of a full floor"),),
    "pledges": (("pledges", WORTH),),
    "backfill": (("backfill", WORTH),),
    "need": (("need", WORTH),),
    "own_use": (("own_use", WORTH),),
    "steady": (("steady", "full rates"),),
    "availability": (("availability", "months of a whole fleet"),),
    "requirement": (
        ("requirement_worst", "months of a full requirement, worst-off"),
        ("requirement_sum", "months of a full requirement"),
        ("requirement_fair", "months of a full requirement"),
    ),
    "money": (("money", "money unit"),),
}
"""Measures of each objective of the case, with their units."""
PLAINLY = {"pledges": "months of a full pledge", "need": "months of need", "own_use": "months of need"}
"""Units in which a reader counts what is measured in worth."""
STEADY, TIES = "steady", "ties"
PERSISTENCE = "persistence"
SETTLING = (PERSISTENCE, TIES)
"""Passes that settle what the objectives of the case leave open: the plan nearest to the one taken over, then one vertex."""
WHOLE = ("rules", STEADY, "money", *SETTLING)
"""Measures that are one term."""
HOW: dict[str, How] = {
    "floors": "shared", "requirement_worst": "first", "requirement_sum": "told", "requirement_fair": "fair",
}  # fmt: skip
"""How the passes of an objective of several hang together."""


def objective_passes(p: Programme, parts: Sequence[Part]) -> list[Pass]:
    """Rules first, persistence and ties last; a pass that nothing counts in is left out."""
    weights: dict[str, list[Weight]] = {}
    for part in parts:
        for weight in part.measures(p):
            weights.setdefault(weight.measure, []).append(weight)

    def measure(name: str, unit: str) -> Measure:
        unit = counted_in(p.network) if unit == WORTH else unit
        found = Measure(name, unit, parted=name not in WHOLE)
        for weight in weights.get(name, ()):
            found.add(p.families[weight.family], p.tree.probability * weight.each, term=weight.term)
        return found

    passes = [Pass(0, measure(*RULES))]
    for row in sorted(p.network.rows("priorities"), key=lambda r: r["rank"]):
        passes += [_pass(row, measure(*named)) for named in _measures_of(p, row["objective"])]
    last = max((found.rank for found in passes), default=0)
    passes += [Pass(last + 1, measure(PERSISTENCE, "money unit")), Pass(last + 2, ties(p))]
    return [found for found in passes if not found.measure.empty]


def _measures_of(p: Programme, objective: str) -> list[tuple[str, str]]:
    """Measures of an objective with their units: one of each rank where demands are ranked."""
    ranks = p.network.needs_by_rank.get(objective)
    if ranks is None:
        return list(OBJECTIVES[objective])
    return [(name, unit) for name in ranks for _, unit in OBJECTIVES[objective]]


def _pass(row: Mapping[str, Any], measure: Measure) -> Pass:
    """A pass of an objective that the case ranks. What it states of ``steady`` is what that may take of needs; it gives no
    more itself.
    """
    said = row["tolerance"]
    if row["objective"] == STEADY:
        takes = ROOM_FOR_STEADY if said is None else said
        return Pass(row["rank"], measure, min(ROOM, takes), takes=takes)
    how = HOW.get(measure.name, "held")
    return Pass(row["rank"], measure, ROOM if said is None else said, said or 0.0, how=how)


def plain_measures(p: Programme) -> list[Measure]:
    """What is measured in worth, as a reader counts it; of branches by their chances."""
    ranks = p.network.needs_by_rank
    found = {name: Measure(name, unit) for of, unit in PLAINLY.items() for name in ranks.get(of, [of])}
    for part in p.parts:
        for weight in part.plainly(p):
            found[weight.measure].add(p.families[weight.family], p.tree.probability * weight.each)
    return [measure for measure in found.values() if not measure.empty]


def ties(p: Programme) -> Measure:
    """Small positive weights, so that the plan is one vertex whatever path the solver takes."""
    measure = Measure(TIES, "")
    for family in p.families.values():
        if family.spec.tie and len(family):
            numbers = np.array([number(key, p.likeness) for key in family.keys], dtype=np.uint64)
            measure.add(family, tie_weights(family, numbers) / family.scale[:, None])
    return measure


def tie_weights(family: Family, numbers: NDArray[np.uint64]) -> Floats:
    """Tie weight of each variable of a family, shape (keys, nodes): the dearer, the slower and the later weighs more.

    What is missing weighs less the later it is missing. What data do not distinguish is distinguished by the numbers of the
    keys, which hang on what the codes are and not on how they are spelled.
    """
    spec, nodes = family.spec, len(family.tree)
    weights = np.full((len(family), nodes), 0.5)
    step = 0.5
    for data in spec.prefer:
        weights += step * _ranks(data)[:, None]
        step /= 2
    late = family.tree.period / max(1, int(family.tree.period.max()))
    weights += step * (1.0 - late if family.role == "slack" else late)
    weights += step * _spread(numbers, nodes)
    found: Floats = spec.tie * weights * spec.tie_by + spec.tie_add
    return found


def _ranks(data: Floats) -> Floats:
    """Rank of each figure among those that differ, from 0 to 1; unknown ones come last."""
    known = np.where(np.isnan(data), np.inf, data)
    values, place = np.unique(known, return_inverse=True)
    ranks: Floats = place / max(1, values.size - 1)
    return ranks


def _spread(numbers: NDArray[np.uint64], nodes: int) -> Floats:
    """Numbers in [0, 1) that depend on the key's number and the node alone, shape (keys, nodes)."""
    node = np.arange(1, nodes + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        found = mixed(numbers[:, None] + node * np.uint64(0x9E3779B97F4A7C15))
    spread: Floats = (found >> np.uint64(11)).astype(float) / 2.0**53
    return spread
