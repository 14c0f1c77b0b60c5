"""What a unit is worth beside units of other items and of later months.

    worth of a unit of item i in month t     a[i] d[t]

a   ``items.worth``; blank: the price; where a price needed for it is blank or nothing, 1 for every item
d   (1 + u)^(-t/12), u the urgency a year of the settings, t months from the start; 1 where beliefs of the war are stated,
    and on branches that the case gives, since the chance of each regime then says what a later month is worth (of what is
    the same in every regime it says nothing: that keeps its urgency)

Source: the chance of the war counts once; by price no dear item starves beside a cheap one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.case.tables import Case
from rampart.requirements.backfill import backfills

Floats = NDArray[np.float64]


def believes(case: Case) -> bool:
    """Whether the case states beliefs of the war: a present regime, and how it changes or how long wars last."""
    states = not (case["transitions"].is_empty() and case["durations"].is_empty())
    return case.settings["regime"] is not None and states


def without_worth(case: Case) -> tuple[str, ...]:
    """Items that are asked for and have neither a worth nor a price, sorted; all items then count 1.

    A price of nothing is none here: what costs nothing is not worth nothing. A worth of nothing is said, and counts.
    """
    asked: set[str] = set(case["demand"]["item"])
    asked |= set(case["deliveries"].filter(status="pledged")["item"])
    asked |= {item for _, _, item in backfills(case)}
    called = case["requirements"]
    asked |= set(called.filter(called["called_upon"].is_not_null())["item"])
    unknown = {r["item"] for r in case["items"].iter_rows(named=True) if r["worth"] is None and not r["price"]}
    return tuple(sorted(asked & unknown))


def worth_of_items(case: Case) -> dict[str, float]:
    """Worth of one unit of each item, currency; 1 for every item where ``without_worth`` names one.

    Of items that nobody asks for and that have neither worth nor price: 1.
    """
    rows = list(case["items"].iter_rows(named=True))
    if without_worth(case):
        return {r["item"]: 1.0 for r in rows}
    known = {r["item"]: r["price"] if r["worth"] is None else r["worth"] for r in rows}
    return {item: 1.0 if worth is None else float(worth) for item, worth in known.items()}


def worth_of_months(case: Case, *, branches: bool = False) -> Floats:
    """What a unit in each month is worth beside one in the first, shape (months,).

    branches  whether it counts on branches of a war that the case gives, whose chances say how long it lasts
    """
    found = urgency_of_months(case)
    chances = believes(case) or (branches and not case["branches"].is_empty())
    return np.ones_like(found) if chances else found


def urgency_of_months(case: Case) -> Floats:
    """The same by urgency alone, whatever is believed."""
    months = np.arange(case.calendar.last - case.calendar.first + 1)
    found: Floats = (1.0 + float(case.settings["urgency"] or 0.0)) ** (-months / 12.0)
    return found
