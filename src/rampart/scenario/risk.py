"""What counts over the paths of a war in place of the mean: the worst of them, or the largest regret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from rampart.engine.highs import Sparse, identity, side_by_side, sparse
from rampart.engine.linear_programme import LinearProgramme
from rampart.network.lags import Floats, Integers


@dataclass(frozen=True, eq=False)
class Risk:
    """What counts over the paths in place of the mean.

    mean     share of the mean in the objective; the rest is CVaR
    level    of the CVaR: the mean of the worst 1 - level of the paths
    nested   weigh the risk of what follows at every node, instead of once over whole paths
    regret   cost of the best plan on each path: then the objective is the largest excess over it, shape (paths,)
    """

    mean: float = 1.0
    level: float = 0.0
    nested: bool = False
    regret: Floats | None = None


def least_regret(programme: LinearProgramme, cost: Sparse, best: Floats) -> Floats:
    """Objective of the largest regret: ``most >= cost_s - best_s`` on every path s."""
    most = programme.add_variables(np.array([-np.inf]))
    paths = cost.shape[0]
    rows: Sparse = side_by_side([cost, sparse((paths, int(most[0]) - cost.shape[1])), -np.ones((paths, 1))])
    programme.add_rows_at_most(rows, best)
    return np.append(np.zeros(most[0]), 1.0)


def mean_of_worst(programme: LinearProgramme, cost: Sparse, chance: Floats, level: float) -> Floats:
    """Objective of the CVaR: ``eta + sum p_s over_s / (1 - level)`` with ``over_s >= cost_s - eta >= 0`` over paths s."""
    eta = programme.add_variables(np.array([-np.inf]))
    over = programme.add_variables(np.zeros(chance.size))
    gap = sparse((chance.size, int(eta[0]) - cost.shape[1]))
    rows: Sparse = side_by_side([cost, gap, -np.ones((chance.size, 1)), -identity(chance.size)])
    programme.add_rows_at_most(rows, np.zeros(chance.size))
    objective = np.zeros(programme.column_count)
    objective[eta], objective[over] = 1.0, chance / (1 - level)
    return objective


def least_risk(programme: LinearProgramme, cost: Sparse, parent: Integers, chance: Floats, risk: Risk) -> Floats:
    """Objective of the value at the root, each node weighing what follows it by mean and CVaR.

    ``value_v >= cost_v + mean sum p_c value_c + (1 - mean) (eta_v + sum p_c over_c / (1 - level))`` and ``over_c >=
    value_c - eta_v >= 0`` over the children c of v with chance p_c once v is reached (Rockafellar and Uryasev 2000;
    step by step: Shapiro, Dentcheva and Ruszczynski 2009). One step from a root to whole paths gives CVaR over paths.
    """
    nodes = parent.size
    value = programme.add_variables(np.full(nodes, -np.inf))
    eta = programme.add_variables(np.full(nodes, -np.inf))
    over = programme.add_variables(np.zeros(nodes))
    child = np.flatnonzero(parent >= 0)
    above = parent[child]
    p = chance[child] / chance[above]
    width = programme.column_count
    has = np.unique(above)
    ones = np.ones
    entries: list[tuple[Any, Any, Any]] = [
        (np.arange(nodes), value, -ones(nodes)),
        (above, value[child], risk.mean * p),
        (has, eta[has], np.full(has.size, 1 - risk.mean)),
        (above, over[child], (1 - risk.mean) * p / (1 - risk.level)),
    ]
    own = sp.coo_array(cost)
    entries.append((own.row, own.col, own.data))
    i, j, v = (np.concatenate(part) for part in zip(*entries, strict=True))
    programme.add_rows_at_most(sp.coo_array((v, (i, j)), shape=(nodes, width)), np.zeros(nodes))
    k = np.arange(child.size)
    i = np.concatenate([k, k, k])
    j = np.concatenate([value[child], eta[above], over[child]])
    v = np.concatenate([ones(k.size), -ones(k.size), -ones(k.size)])
    programme.add_rows_at_most(sp.coo_array((v, (i, j)), shape=(k.size, width)), np.zeros(k.size))
    objective = np.zeros(width)
    roots = np.flatnonzero(parent < 0)
    objective[value[roots]] = chance[roots]
    return objective
