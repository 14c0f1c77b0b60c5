"""What would relieve the partner's shortage in a war: a bearable step in all limits of a kind, planned again over the tree.

    relief = E served(with the step) - E served(as it is)

served  of a recipient's need of an item, over the periods and branches of the tree, each at its chance; both plans with whole
        numbers as fractions, what waits for a look decided alike wherever the same was seen
step    a tenth, a month, a unit (``rampart.network.limits``), in all limits of one kind at once
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rampart.case.ranks import objective_of
from rampart.engine.highs import NoPlan
from rampart.findings import CaseError
from rampart.network.limits import Limit
from rampart.plan.reading.reasons import limits_of
from rampart.plan.reading.relief import OF_TIME, stepped
from rampart.scenario.tree_programme import Answer, TreeProgramme

MOST = 40_000  # columns of a programme that is planned again for every kind
NOTICEABLE = 1e-3  # of what is short, up to which a step brings nothing
Who = tuple[str, str]


def relief(problem: TreeProgramme) -> list[dict[str, Any]]:
    """Rows of the table ``relief``: by kind of limit, recipient and item; nothing for a programme that is too large, or where
    supply slips on the tree.
    """
    if len(problem.parts) > 1 or problem.layout.columns > MOST:
        return []
    base = _fractions(problem)
    before, short = _served(problem, base), _short(problem, base)
    rows: list[dict[str, Any]] = []
    for kind, limits in _kinds(problem).items():
        try:
            programme = stepped(problem.programme, limits)
            again = TreeProgramme(programme.case, problem.tree, effort=problem.effort, programme=programme)
            found = _fractions(again)
        except (CaseError, NoPlan):
            if problem.effort.out_of_time:
                raise
            continue
        after = _served(again, found)
        rows += [
            {
                "cause": kind, "holder": who[0], "item": who[1], "relief": after.get(who, 0.0) - before[who],
                "share": (after.get(who, 0.0) - before[who]) / lack, "gain": base.value - found.value,
            }
            for who, lack in short.items()
            if lack > 0 and abs(after.get(who, 0.0) - before[who]) > NOTICEABLE * lack
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["holder"], row["item"], -row["relief"], row["cause"]))


def _kinds(problem: TreeProgramme) -> dict[str, list[Limit]]:
    """Limits by kind, but for steps that ask less of the partner's need, and for those in what is believed of the war."""
    found: dict[str, list[Limit]] = {}
    for limit in limits_of(problem.programme):
        of_time = any(edit.table in OF_TIME for edit in limit.edits)
        if not (limit.alone or of_time or objective_of(limit.asks) == "need"):
            found.setdefault(limit.kind, []).append(limit)
    return found


def _fractions(problem: TreeProgramme) -> Answer:
    whole, problem.whole = problem.whole, np.zeros(0, dtype=np.int64)
    try:
        return problem.solve()
    finally:
        problem.whole = whole


def _served(problem: TreeProgramme, answer: Answer) -> dict[Who, float]:
    """Expected amount that recipients are served, by holder and item."""
    recipients = problem.programme.network.recipients
    amounts = problem.amounts(answer, "serve") @ problem.tree.probability
    found: dict[Who, float] = {}
    for key, amount in zip(problem.programme.families["serve"].keys, amounts.tolist(), strict=True):
        holder, item = key[:2]
        if holder in recipients:
            found[holder, item] = found.get((holder, item), 0.0) + amount
    return found


def _short(problem: TreeProgramme, answer: Answer) -> dict[Who, float]:
    """Expected need of recipients less what they are served."""
    needed: dict[Who, float] = {}
    expected = problem.programme.need @ problem.tree.probability
    for demand, amount in zip(problem.programme.network.demands, expected.tolist(), strict=True):
        if demand.holder in problem.programme.network.recipients:
            who = demand.holder, demand.item
            needed[who] = needed.get(who, 0.0) + amount
    served = _served(problem, answer)
    return {who: max(0.0, amount - served.get(who, 0.0)) for who, amount in needed.items()}
