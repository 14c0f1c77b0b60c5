"""What a holder lacks in one plan and not in another, month by month: from when, how much at most, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rampart.network.lags import Floats
from rampart.plan.parts.part import Short, Shortage
from rampart.plan.programme.values import Values

NOISE = 1e-5
"""Of the largest amount in a family, in units of the solver: less than this is its noise."""


@dataclass(frozen=True)
class Lacking:
    """What one holder lacks of one item.

    first        node from which on there is less; ``most`` the most lacking at the end of any, at node ``when``
    made_good    first node after that at whose end nothing lacks any more; None: never within the plan
    unit_months  what lacks times the months that it lacks
    """

    of: Short
    first: int
    most: float
    when: int
    made_good: int | None
    unit_months: float


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
    when = int(lack.argmax())
    again = np.flatnonzero(lack[when:] <= little)
    months = float(np.maximum(lack, 0.0) @ v.tree.months)
    return Lacking(of, int(short[0]), float(lack[when]), when, int(when + again[0]) if again.size else None, months)


def largest(v: Values, lack: Mapping[Short, Floats], worth: Mapping[Short, float]) -> Lacking | None:
    """Of all that lacks what costs the objective most; of equals the first by holder and item."""
    for of in sorted(lack, key=lambda one: (-round(worth.get(one, 0.0), 9), one)):
        found = lacking(v, of, lack[of])
        if found is not None:
            return found
    return None


def most_gained(lack: Mapping[Short, Floats]) -> tuple[Short, float] | None:
    """Who has most more at the end of any node, as a share of nothing: the largest amount; None where nobody has."""
    gains = {of: float(-amount.min(initial=0.0)) for of, amount in lack.items()}
    best = max(sorted(gains), key=lambda of: gains[of], default=None)
    if best is None or gains[best] <= NOISE * max(1.0, max(float(np.abs(a).max(initial=0.0)) for a in lack.values())):
        return None
    return best, gains[best]
