"""What is decided before the next look if readiness at home weighed more or less: the first decisions by that weight.

    min {E f + (k - 1) E f[home] : x in X}

X, f     the plan for the war (``tree_programme``), whole numbers as fractions, and what counts of it
f[home]  what of it is missing of requirements: at the worth that the priorities state, and where a requirement states the
         chance that it is called upon, at that
k        factor of both; so many times the worth is so many times the chance that goes with it
         (``requirements.implied_chance``)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from rampart.engine.highs import NoPlan, sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.keys import Key, parts, text
from rampart.network.lags import Floats, Integers
from rampart.network.worth_of_need import worth_unit
from rampart.requirements.worth import worth_of_items
from rampart.scenario.decided import SEEN, item_of, unit_money
from rampart.scenario.tree_programme import TreeProgramme

WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
HOME = ("missing", "shortfall", "worst")
"""Families of which the objective counts what is missing of requirements, and nothing else."""


def sensitivity(
    problem: TreeProgramme, until: int, *, together: Integers | None = None, factors: tuple[float, ...] = WEIGHTS
) -> list[dict[str, Any]]:
    """Rows of the table ``sensitivity``: first decisions with readiness at home weighed so many times.

    until     periods before the next look
    together  columns that take one value, by default those of what the looks see
    Nothing comes back where the objectives stand on no one scale, or nothing weighs what is missing of requirements.
    """
    p, layout = problem, problem.layout
    home = np.isin(np.array(layout.column_family), HOME)
    if not p.one_scale or len(p.aims) > 1 or not (p.cost[home] > 0).any():
        return []
    merge, lower, upper = p.merged(p.lower, p.upper, p.by_look if together is None else together)
    linear = LinearProgramme(sparse(layout.matrix @ merge), p.row_lower, p.row_upper, lower, upper)
    linear.seek_inside()
    rows = []
    first = _first(p, until)
    worth, price = _worth_sent(p), unit_money(p)
    item = item_of(p.case)
    for factor in factors:
        weighed: Floats = np.where(home, factor * p.cost, p.cost)
        linear.forget()  # of decisions that are worth the same, the same whatever was asked before
        try:
            _, found, _ = linear.minimise(weighed @ merge)
        except NoPlan:
            continue
        levels = (merge @ found[: lower.size]) * layout.column_scale
        decided: dict[tuple[str, Key], tuple[float, float | None]] = {}
        for j, (family, key, period) in first.items():
            each = price(family, key, period)
            amount, money = decided.get((family, key), (0.0, 0.0))
            more = None if each is None or money is None else money + each * float(levels[j])
            decided[family, key] = amount + float(levels[j]), more
        rows += [
            {
                "factor": factor, "kind": family, "what": text(key), "key": parts(key), "item": item(key),
                "quantity": amount, "money": money, "worth": worth(family, key) * amount if family == "send" else None,
            }
            for (family, key), (amount, money) in sorted(decided.items(), key=lambda of: (of[0][0], text(of[0][1])))
            if amount > SEEN
        ]  # fmt: skip
    return rows


def _first(p: TreeProgramme, until: int) -> dict[int, tuple[str, Key, int]]:
    """A column of each decision before the next look: family, key and period. What follows the war is no decision of now."""
    layout, found, seen = p.layout, {}, set()
    for j in p.columns([family for family in p.decisions if family in p.waiting]).tolist():
        period = int(p.tree.period[layout.column_node[j]])
        key = p.programme.families[layout.column_family[j]].keys[layout.column_key[j]]
        of = layout.column_family[j], key, period
        if period < until and of not in seen:
            seen.add(of)
            found[j] = of
    return found


def _worth_sent(p: TreeProgramme) -> Callable[[str, Key], float]:
    """What a unit that is sent is worth, in what worth is counted in."""
    of_item, unit, item = worth_of_items(p.case), worth_unit(p.programme.network), item_of(p.case)

    def worth(family: str, key: Key) -> float:
        code = item(key)
        return of_item[code] / unit if code is not None else 0.0

    return worth
