"""The chance that goes with a stated worth of what must be held, and the worth that goes with a stated chance.

    implied chance     Q = W / (v h a R)          worth that follows     W = q v h a R / 2

W  stated worth of a month in which all of a requirement, or of a floor, is missing (priorities, column ``worth``)
v  stated worth of need: how often what is lost counts its worth
h  worth at home against abroad; a worth of a unit when it is used (``requirements.worth``); R units that must be held
Q  chance a month of a call for all of R at which each unit missing costs as much as is stated
q  ``called_upon``: chance a month of a call for any part of R, each as likely, which asks for half of it in the mean

Source: a unit that is missing when it is called upon is lost as one of need is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rampart.case.tables import Case
from rampart.findings import CaseError, Finding
from rampart.requirements.called_upon import called_upon
from rampart.requirements.layers import requirements
from rampart.requirements.worth import without_worth, worth_of_items

Objective = Literal["requirement", "floors"]
HELD: tuple[Objective, ...] = ("requirement", "floors")
IN_WORTH = ("need", "own_use", "pledges", "backfill")
"""Objectives that are measured in worth."""


@dataclass(frozen=True)
class Implied:
    """What a holder must hold of an item, with its worth and its chance.

    quantity  units, in the first month in which anything is asked
    lost      what all of it is worth when it is used, money units (units where every item counts 1)
    worth     stated worth of a month in which all of it is missing; None where none is stated
    chance    a month of a call for all of it that the worth implies; above 1 where it weighs more than a call each month;
              None without worth, of it or of need, or where a unit is worth nothing
    stated    chance a month that it is called upon, as the case says; None where it does not
    follows   what a month in which all of it is missing costs by that chance; None without
    """

    objective: Objective
    holder: str
    item: str
    quantity: float
    lost: float
    worth: float | None
    chance: float | None
    stated: float | None
    follows: float | None


def follows(case: Case) -> bool:
    """Whether what the priorities leave without a worth gets one from what the case believes."""
    return case.says_yes("worth_follows")


def implied_chances(case: Case) -> list[Implied]:
    """Requirements and floors by holder and item, in that order."""
    stated = {r["objective"]: r["worth"] for r in case["priorities"].iter_rows(named=True)}
    of_need = 1.0 if stated.get("need") is None and follows(case) else stated.get("need")
    found = []
    for objective, holder, item, quantity, lost, own in _held(case):
        worth = stated.get(objective)
        whole = None if of_need is None else of_need * lost
        chance = worth / whole if worth is not None and whole else None
        then = None if own is None or whole is None else own * whole / 2.0
        found.append(Implied(objective, holder, item, quantity, lost, worth, chance, own, then))
    return found


def worth_that_follows(case: Case) -> dict[str, float]:
    """Worth of one unit of each objective that follows from beliefs, money units.

    What is measured in worth counts once. A requirement counts by its chance, within need, and not again. A floor counts by
    the chance that its own rows state; where they state none, in each month as if all of it were called upon for certain.
    The largest of the holders' speaks for all.

    CaseError where a unit of an item has no worth, or a requirement no chance.
    """
    missing = [Finding("worth-not-known", "items", column="worth", value=item) for item in without_worth(case)]
    held = list(_held(case))
    missing += [
        Finding("chance-not-stated", "requirements", column="called_upon", value=holder, details={"item": item})
        for objective, holder, item, _, _, own in held
        if objective == "requirement" and own is None
    ]
    if missing:
        raise CaseError(missing)
    of_floors = [
        lost if own is None else own * lost / 2.0 for objective, *_, lost, own in held if objective == "floors"
    ]
    floors = max(of_floors, default=0.0)
    return dict.fromkeys(IN_WORTH, 1.0) | {"floors": floors, "requirement": 0.0}


def _held(case: Case) -> Iterator[tuple[Objective, str, str, float, float, float | None]]:
    """Objective, holder, item, units in the first month in which anything is asked, what they are worth when used, and the
    chance a month that they are called upon, where it is stated.
    """
    asked, of_item = requirements(case), worth_of_items(case)
    unit = 1.0 if without_worth(case) else case.money_unit
    home = float(case.settings["worth_at_home"] or 0.0)
    for objective, months in zip(HELD, (asked.total, asked.floor), strict=True):
        called = called_upon(case, floors=objective == "floors")
        for (holder, item), monthly in zip(asked.pairs, months, strict=True):
            known = monthly[np.nan_to_num(monthly) > 0]
            if known.size:
                lost = home * of_item[item] * float(known[0]) / unit
                yield objective, holder, item, float(known[0]), lost, called.get((holder, item))
