"""The level of repair decided with the use that follows from it, and what it gives beside the one that stands.

What is repaired where decides how many systems are up, use follows those, and removals follow use: the level that costs
least is found for the removals of all systems in use, the months worked out with it, and found again for the removals of
those months, until it no longer changes.

Where a target of availability is asked for, spares kept against chance are in the choice too: levels of repair with other
set-ups, and with a spare under way counted at more than its price, are worked out beside it with the spares that the target
then asks for, and the cheapest in all is taken. All sets of set-ups are tried while they are few, else each put in or left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rampart.catalogues.results import frame
from rampart.sustainment.allowed_time import AllowedTime
from rampart.sustainment.availability_by_month import AvailabilityByMonth, availability_by_month
from rampart.sustainment.echelon_network import ratio
from rampart.sustainment.fleet import Support
from rampart.sustainment.level_of_repair import (
    Choice,
    LevelOfRepair,
    as_it_stands,
    least_cost,
    read_choice,
    removals_at_sites,
)
from rampart.sustainment.promise import Promises

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case
    from rampart.findings import Finding

AGAIN = 8
"""Times the level of repair is found again for the use that follows from it."""
FEW_SETUPS = 3
"""Set-ups of which all sets are tried."""
WEIGHTS = (1.0, 3.0)
"""What a spare under way counts in the levels of repair that are compared with their spares, times its price."""
SAME = 1e-4
"""Share by which a level of repair found again may differ and is the same."""
NAME = "repair"
"""Name of the level of repair, where the time is up before it is settled."""


@dataclass(frozen=True, eq=False)
class RepairDecision:
    """The level of repair that costs least, the one that stands counted alike, and the months with the first.

    settled  whether finding it again for the use of its months changes nothing
    spares   currency of the spares with which the target is reached; None: not asked for, or none reach it
    compared  levels of repair that were worked out with their spares
    """

    choice: Choice
    decided: LevelOfRepair
    stands: LevelOfRepair
    course: AvailabilityByMonth
    settled: bool
    spares: float | None = None
    compared: int = 1


def decide(
    case: Case, base: AvailabilityByMonth, time: AllowedTime, *, month: int = -1, target: float | None = None
) -> RepairDecision | None:
    """The level of repair of a case; None where it leaves nothing open, or where no time is left.

    target  supply availability in a month for which the spares are part of what is cheapest; None: those under way alone
    """
    choice = read_choice(case, base.support)
    if choice is None or not time.leaves(NAME):
        return None
    first = _settled(choice, base, time, None, 1.0)
    if target is None:
        return first
    best: RepairDecision | None = None
    seen: set[bytes] = set()
    tried = 0
    for allowed in _sets(first.decided.set_up):
        for weight in WEIGHTS:
            if best is not None and not time.leaves(NAME):
                break
            whole = bool(allowed is None and weight == WEIGHTS[0])
            one = first if whole else _settled(choice, base, time, allowed, weight)
            key = np.round(np.stack((one.decided.repaired, one.decided.thrown, one.decided.sent)), 6).tobytes()
            if key in seen:
                continue
            seen.add(key)
            tried += 1
            one = replace(one, spares=_spares(one.course, month, target, time))
            if best is None or _in_all(one) < _in_all(best) * (1 - SAME):
                best = one
    assert best is not None
    return replace(best, compared=tried, decided=replace(best.decided, bound=first.decided.bound))


def _in_all(one: RepairDecision) -> float:
    """Currency of a level of repair with all its spares, those under way among them; infinite where none reach the target."""
    return np.inf if one.spares is None else one.decided.cost - one.decided.costs["tied_up"] + one.spares


def _sets(used: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_] | None]:
    """Sets of set-ups that may be used: all of them first, then every other set, or each put in or left out."""
    yield None
    count = len(used)
    if count <= FEW_SETUPS:
        for number in range(2**count - 1):
            yield np.array([bool(number >> k & 1) for k in range(count)])
        return
    for k in range(count):
        other = used.copy()
        other[k] = not used[k]
        yield other


def _settled(
    choice: Choice, base: AvailabilityByMonth, time: AllowedTime, allowed: NDArray[np.bool_] | None, weight: float
) -> RepairDecision:
    """The level of repair that costs least with some set-ups, found again for the use that follows from it."""
    s = base.support
    removals = removals_at_sites(s, base.held, base.held)
    support = with_level(choice, least_cost(choice, removals, allowed=allowed, weight=weight))
    settled = False
    for _ in range(AGAIN):
        course = availability_by_month(support, start=base.held)
        removals = removals_at_sites(s, course.available, course.held)
        decided = least_cost(choice, removals, allowed=allowed, weight=weight)
        again = with_level(choice, decided)
        settled = bool(
            np.abs(again.repaired - support.repaired).max() < SAME
            and np.abs(again.condemned - support.condemned).max() < SAME
        )
        if settled or not time.leaves(NAME):
            break
        support = again
    return RepairDecision(choice, decided, as_it_stands(choice, removals), course, settled)


def with_level(choice: Choice, level: LevelOfRepair) -> Support:
    """The support with a level of repair in force in all months: as if its shares stood in ``repairs``."""
    s, flow = choice.support, ratio(level.repaired, level.come)
    lost = ratio(level.thrown, level.come)
    changed = {name: getattr(s, name).copy() for name in ("repaired", "condemned", "turnaround", "bench", "shop")}
    parts = choice.parts
    changed["repaired"][:, parts], changed["condemned"][:, parts] = flow[parts], lost[parts]
    changed["turnaround"][:, parts], changed["bench"][:, parts], changed["shop"][:, parts] = 0.0, 0.0, -1
    for o in choice.options:
        if flow[o.part, o.site] > 0:
            changed["turnaround"][:, o.part, o.site] = o.turnaround
            changed["bench"][:, o.part, o.site] = o.bench
            changed["shop"][:, o.part, o.site] = o.shop
    return replace(s, **changed)


def tables_of_repair(
    decision: RepairDecision | None, base: AvailabilityByMonth, month: int, target: float | None, time: AllowedTime
) -> dict[str, pl.DataFrame]:
    """Tables ``level_of_repair``, ``repair_setups``, ``repair_costs`` and ``repair_effect``; none where nothing is open.

    target  supply availability for which the spares with both levels are worked out; None: they are not
    """
    if decision is None:
        return {}
    s, d = base.support, decision
    levels, setups, effect = [], [], []
    costs: list[tuple[str, float | None, float | None]] = []
    today, share = s.repaired.mean(axis=0), ratio(d.decided.repaired, d.decided.come)
    thrown, sent = ratio(d.decided.thrown, d.decided.come), ratio(d.decided.sent, d.decided.come)
    option = {(o.part, o.site): o for o in d.choice.options}
    for p in d.choice.parts.tolist():
        for n in range(len(s.sites)):
            one = option.get((p, n))
            if one is None and d.decided.come[p, n] <= 1e-9:
                continue
            need = d.choice.setups[one.setup].code if one is not None and one.setup >= 0 else None
            levels.append(
                (s.parts[p], s.sites[n], need, float(d.decided.come[p, n]), float(today[p, n]), float(share[p, n]),
                 float(thrown[p, n]), float(sent[p, n]), float(d.decided.repaired[p, n] * (one.hours if one else 0.0)))
            )  # fmt: skip
    for k, each in enumerate(d.choice.setups):
        there = bool(d.decided.set_up[k])
        setups.append(
            (each.code, s.sites[each.site], bool(d.stands.set_up[k]), there, each.cost if there else 0.0,
             each.running * len(s.months) if there else 0.0, float(d.decided.hours[k]),
             each.hours if np.isfinite(each.hours) else None)
        )  # fmt: skip
    for kind, cost in d.decided.costs.items():
        costs.append((kind, d.stands.costs[kind], cost))
    if target is not None:
        spares = (_spares(base, month, target, time), d.spares)
        costs.append(("spares", *spares))
    for f, fleet in enumerate(s.fleets):
        for m, name in enumerate(s.months):
            effect.append((fleet, name, float(base.available[f, m]), float(d.course.available[f, m])))
    return {
        "level_of_repair": frame("fleet", "level_of_repair", levels),
        "repair_setups": frame("fleet", "repair_setups", setups),
        "repair_costs": frame("fleet", "repair_costs", costs),
        "repair_effect": frame("fleet", "repair_effect", effect),
    }


def _spares(course: AvailabilityByMonth, month: int, target: float, time: AllowedTime) -> float | None:
    """Currency of the spares, above those held, with which a target is reached; None where none reach it."""
    found = Promises(course.support, course, month, time).reaching(target)
    return None if found is None else found.cost


def facts_of(decision: RepairDecision | None) -> dict[str, Any]:
    """What the manifest says of it: the cost, the bound that no level of repair stays under, whether it is settled."""
    if decision is None:
        return {}
    return {
        "level_of_repair": {
            "cost": decision.decided.cost, "bound": decision.decided.bound, "stands": decision.stands.cost,
            "settled": decision.settled, "compared": decision.compared,
        }
    }  # fmt: skip


def unsettled(decision: RepairDecision | None) -> list[Finding]:
    """That two levels of repair take turns, where they do."""
    from rampart.findings import Finding

    if decision is None or decision.settled:
        return []
    return [Finding("repair-unsettled", table="repair_options")]
