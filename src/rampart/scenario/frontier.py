"""The frontier between what the partner gets, the members' readiness and money: what a little more of one costs the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from rampart.case.ranks import objective_of
from rampart.engine.highs import NoPlan, sparse
from rampart.engine.linear_programme import LARGE, LinearProgramme
from rampart.network.lags import Floats
from rampart.plan.model.passes import plain_measures
from rampart.scenario.tree_programme import TreeProgramme, weights

FACTORS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 16.0)
PARTNER = ("need", "pledges")


def _is_partners(name: str) -> bool:
    """Whether a pass is one of the partner's, of whatever rank."""
    return objective_of(name) in PARTNER


def frontier(problem: TreeProgramme, factors: tuple[float, ...] = FACTORS) -> list[dict[str, Any]]:
    """Rows of the table ``frontier``: the plan with the partner's need worth so many times what the case says.

    factor     of the worth of the partner's objectives; at 1 it is the plan's own balance
    partner    expected worth of need and pledges unmet; ``readiness`` expected months of a full floor, requirement and
               own need missing; ``money`` expected cost in money units

    Whole numbers may be fractions here, and a large programme is solved to a ten-thousandth: the frontier compares, it does
    not decide. Nothing comes back where no objective
    is the partner's or none has a worth, nor on a tree on which supply slips.
    """
    if len(problem.parts) > 1:  # measures in plain months are those of supply as promised
        return []
    weighed = [(measure, weight) for measure, weight in weights(problem.programme) if weight > 0]
    if not any(_is_partners(m.name) for m, _ in weighed):
        return []
    cost = {m.name: problem.costs(m) for m, _ in weighed}
    # members' own need is measured in worth: told in months it can be added to months of what else they miss
    plain = {m.name: problem.costs(m) for m in plain_measures(problem.programme)}
    told = {name: plain.get(name, each) if not _is_partners(name) else each for name, each in cost.items()}
    merge, lower, upper = problem.merged(problem.lower, problem.upper, problem.by_look)
    linear = LinearProgramme(sparse(problem.layout.matrix @ merge), problem.row_lower, problem.row_upper, lower, upper)
    if linear.column_count > LARGE:
        linear.stay_inside()
    rows = []
    for factor in factors:
        total: Floats = np.sum(
            [cost[m.name] * weight * (factor if _is_partners(m.name) else 1.0) for m, weight in weighed], axis=0
        )
        try:
            _, level, _ = linear.minimise(total @ merge)
        except NoPlan:
            continue
        reached = {name: float((told[name] @ merge) @ level) for name in told}
        rows.append({
            "factor": factor,
            "partner": sum((v for n, v in reached.items() if _is_partners(n)), 0.0),
            "readiness": sum(
                (v for n, v in reached.items() if not _is_partners(n) and n not in ("money", "rules", "requirement_worst")),
                0.0,
            ),
            "money": reached.get("money", 0.0),
        })  # fmt: skip
    return rows
