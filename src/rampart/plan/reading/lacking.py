"""What a holder lacks in one plan and not in another, month by month: from when, how much at most, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rampart.network.lags import Floats
from rampart.plan.parts.part import Short, Shortage
from rampart.plan.programme.values import Values

NOISE = 1e-5
"""Of the largest amount in a family, in units of the solver: less than this is its noise."""

SLIGHT = 0.01
"""Share of what costs an objective most up to which what costs it is next to nothing."""


@dataclass(frozen=True)
class Lacking:
    """What one holder lacks of one item.

    first        node from which on there is less; ``most`` the most lacking at the end of any, at node ``when``
    made_good    first node after that at whose end nothing lacks any more; None: never within the plan
    unit_months  what lacks times the months that it lacks
    others       how many others lack something by the same; ``in_all`` the most of the item that lacks anywhere at the end
                 of any node, by all of them
    """

    of: Short
    first: int
    most: float
    when: int
    made_good: int | None
    unit_months: float
    others: int = 0
    in_all: float = 0.0


def series(v: Values, shortage: Shortage, before: Floats, after: Floats) -> dict[Short, Floats]:
    """What lacks at the end of each node in the plan ``after`` and not in ``before``, of each holder and item; negative
    where there is more. Shape (nodes,) each.

    A shortage that lasts is what lacks then, and so is a need that may be served late; one that is lost once is added up
    from the first node on.
    """
    late = {d for d, may_wait in zip(v.network.demands, v.network.late, strict=True) if may_wait}
    family = v.programme.families[shortage.family]
    more = np.where(family.labels >= 0, (after - before)[family.labels], 0.0)
    more[np.abs(more) < NOISE] = 0.0
    found: dict[Short, Floats] = {}
    for key, _, amount in shortage.amounts(v.programme, more * family.scale[:, None]):
        of = shortage.of(key)
        found[of] = found.get(of, 0.0) + (amount if shortage.lasting or key in late else np.cumsum(amount))
    return found


def lacking(v: Values, of: Short, lack: Floats) -> Lacking | None:
    """A series read; None where nothing lacks at any time."""
    little = NOISE * max(1.0, float(np.abs(lack).max(initial=0.0)))
    short = np.flatnonzero(lack > little)
    if not short.size:
        return None
    when = int(np.flatnonzero(lack >= lack.max() - little)[0])
    again = np.flatnonzero(lack[when:] <= little)
    months = float(np.maximum(lack, 0.0) @ v.tree.months)
    return Lacking(of, int(short[0]), float(lack[when]), when, int(when + again[0]) if again.size else None, months)


def largest(v: Values, lack: Mapping[Short, Floats], worth: Mapping[Short, float]) -> Lacking | None:
    """Of all that lacks what costs the objective most, with how many others lack: of those who lack its item who lacks most at
    the end of any node, then the first by holder.
    """
    found = {of: one for of in sorted(lack) if (one := lacking(v, of, lack[of])) is not None}
    if not found:
        return None
    dearest = max(worth.get(of, 0.0) for of in found)
    first = max(found, key=lambda one: float(f"{worth.get(one, 0.0):.6g}"))
    lacks = [one for one in found if one == first or worth.get(one, 0.0) > SLIGHT * abs(dearest)]
    same = [one for one in lacks if one.item == first.item]
    most = max(same, key=lambda one: float(f"{found[one].most:.6g}"))
    in_all = np.sum([np.maximum(lack[one], 0.0) for one in same], axis=0)
    return replace(found[most], others=len(lacks) - 1, in_all=float(in_all.max()))


def most_gained(lack: Mapping[Short, Floats]) -> tuple[Short, float] | None:
    """Who has most more at the end of any node, as a share of nothing: the largest amount; None where nobody has."""
    gains = {of: float(-amount.min(initial=0.0)) for of, amount in lack.items()}
    best = max(sorted(gains), key=lambda of: gains[of], default=None)
    if best is None or gains[best] <= NOISE * max(1.0, max(float(np.abs(a).max(initial=0.0)) for a in lack.values())):
        return None
    return best, gains[best]
