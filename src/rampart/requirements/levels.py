"""Levels of a need: how the worth of the next unit of a month falls with what is served already.

    w(y)   1 at nothing, .5 at the essential level, .25 at the required one, which is the need, 0 at the desired one

w falls linearly from level to level; beyond the last one stated a unit is worth nothing. Without levels w is 1 up to the
need. A level is a share of the need or a quantity a month; the case may state other worths. Source: the table ``levels``.
"""

from __future__ import annotations

from dataclasses import dataclass

from rampart.case.tables import Case
from rampart.requirements.falling_worth import WIDEST, Falling
from rampart.requirements.need import Asked

WORTHS = {"essential": 0.5, "required": 0.25, "desired": 0.0}
"""Levels in their order, and what the next unit is worth there where the case states nothing else."""


@dataclass(frozen=True)
class Level:
    """One level of a need: where it lies, and what the next unit is worth there.

    share     of the need; None where it is a quantity
    quantity  units a month; None where it is a share
    """

    share: float | None
    quantity: float | None
    worth: float

    def at(self, need: float, months: float) -> float:
        """Units of a time in which so much is needed, in so many of its months."""
        return self.quantity * months if self.quantity is not None else (self.share or 0.0) * need


Levels = dict[str, Level]


def levels_of(case: Case, key: Asked, regime: str | None = None) -> Levels:
    """Levels of a need in a regime (default: the present one), in their order; none where the case states none.

    Of several rows of a level that of the purpose stands for that of every purpose, then that of the regime for that of
    every regime.
    """
    holder, item, purpose = key
    regime = regime or case.settings["regime"]
    found: dict[str, tuple[tuple[bool, bool], Level]] = {}
    for r in case["levels"].iter_rows(named=True):
        if (r["holder"], r["item"]) != (holder, item) or r["purpose"] not in (None, purpose):
            continue
        if r["regime"] not in (None, regime):
            continue
        own = r["purpose"] is not None, r["regime"] is not None
        name = r["level"]
        if name not in found or own > found[name][0]:
            worth = WORTHS[name] if r["worth"] is None else r["worth"]
            share = 1.0 if name == "required" else r["share"]
            found[name] = own, Level(share, None if name == "required" else r["quantity"], worth)
    return {name: found[name][1] for name in WORTHS if name in found}


def curve(levels: Levels, need: float, months: float) -> Falling:
    """Worth of the next unit of a need of so much in a time, of which so many months ask for it.

    Its widest step is a twentieth of the need.
    """
    if not levels:
        return Falling.flat(need)
    points = [(0.0, 1.0)]
    for name in WORTHS:
        if name == "required":
            points.append((need, levels[name].worth if name in levels else WORTHS[name]))
        elif name in levels:
            points.append((levels[name].at(need, months), levels[name].worth))
    return Falling(tuple(at for at, _ in points), tuple(worth for _, worth in points), WIDEST * need)
