"""The chance that what must be held is called upon: stated a month, told a year too.

    q = 1 - (1 - Q)^(1/12)     chance a month and chance a year of at least one call

Source: a chance that is the same in every month and does not depend on the months before.
"""

from __future__ import annotations

from rampart.case.tables import Case

YEARLY = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Chances a year at which a plan says what it would give and keep."""


def a_month(yearly: float) -> float:
    """Chance a month of a chance a year."""
    return 1.0 - float((1.0 - yearly) ** (1.0 / 12.0))


def a_year(monthly: float) -> float:
    """Chance a year of a chance a month."""
    return 1.0 - float((1.0 - monthly) ** 12.0)


def called_upon(case: Case, *, floors: bool = False) -> dict[tuple[str, str], float]:
    """Chance a month that a holder's requirement of an item is called upon, or its floor, where the case states one.

    Rows of the case's posture and of none count; where rows of one holder and item differ, the case has a finding, and the
    first of them counts. What a row of a floor states is of the floor alone.
    """
    posture = case.settings["posture"]
    found: dict[tuple[str, str], float] = {}
    for r in case["requirements"].iter_rows(named=True):
        if r["called_upon"] is not None and r["posture"] in (None, posture) and (r["layer"] == "floor") == floors:
            found.setdefault((r["holder"], r["item"]), float(r["called_upon"]))
    return found
