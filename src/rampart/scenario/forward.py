"""Policies run forward on fresh paths: what each way of planning costs when the war takes a path that no plan knew.

All policies meet the same paths (common random numbers), so that their differences do not come from luck. What bounds them
from below is the best plan of somebody who knew these paths, but not which of them comes: it decides alike for as long as
paths look alike, as any policy must.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.engine.highs import NoPlan
from rampart.engine.pool import Pool
from rampart.network.lags import Floats
from rampart.network.tree import Tree
from rampart.scenario import branching, policy
from rampart.scenario.tree_programme import Effort, TreeProgramme

FRESH, AHEAD = 1, 2  # streams of random numbers: the paths that happen, and those that lookaheads draw
MEAN_PATHS = 200  # paths whose mean a planner takes who plans for the mean


@dataclass(frozen=True, eq=False)
class Forward:
    """Costs on the fresh paths.

    cost   of each policy on each path, shape (paths,) each; not a number where a policy found no plan
    known  of each path if it had been known from the start, shape (paths,)
    bound  least mean cost of plans that know the paths and decide alike for as long as these look alike
    """

    cost: dict[str, Floats]
    known: Floats
    bound: float


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval (Student)."""

    mean: float
    low: float
    high: float


def interval(values: Floats, *, confidence: float = 0.95) -> Interval:
    """Mean of independent values and its two-sided interval; one value has none."""
    from scipy.stats import t

    mean, n = float(values.mean()), values.size
    half = float(t.ppf(0.5 + confidence / 2, n - 1) * values.std(ddof=1) / np.sqrt(n)) if n > 1 else np.inf
    return Interval(mean, mean - half, mean + half)


def policies(case: Case, chain: Chain, *, paths_ahead: int, seed: int) -> dict[str, policy.Lookahead]:
    """The ways of planning that are compared: what the two-stage lookahead does, and what is done in practice."""
    return {
        "two_stage_policy": policy.FreshPaths(case, chain, paths_ahead, seed=_stream(seed, AHEAD)),
        "plan_again": policy.FreshPaths(case, chain, MEAN_PATHS, seed=_stream(seed, AHEAD), expected=True),
        "mean_while_it_lasts": policy.FreshPaths(case, chain, MEAN_PATHS, seed=_stream(seed, AHEAD), mean=True),
        "as_if_five_years": policy.Lasting(60),
        "year_by_year": policy.Lasting(12),
    }


def _stream(seed: int, name: int) -> int:
    return int(np.random.SeedSequence([seed, name]).generate_state(1)[0])


def run_forward(
    case: Case,
    chain: Chain,
    compared: Mapping[str, policy.Lookahead],
    *,
    paths: int,
    seed: int = 0,
    objective: str | None = None,
    effort: Effort | None = None,
    workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Forward:
    """Run policies forward on paths drawn anew, the same for all of them.

    compared  lookaheads by name (``policies``)
    progress  called with the name of the policy, the plans made and how many there will be
    """
    effort = effort or Effort()
    tree = branching.sampled(case, chain, paths, seed=_stream(seed, FRESH), shared=None)
    leaves = tree.leaves
    times = np.round(tree.probability[leaves] * paths).astype(int)  # paths that look alike to the end are one leaf
    looks = draws.revision_periods(case)
    cost = {}
    for name, lookahead in compared.items():
        say = None if progress is None else _named(progress, name)
        try:
            rolled = policy.roll(
                case, chain.ends, tree, lookahead, looks=looks, objective=objective, effort=effort, workers=workers,
                progress=say,
            )  # fmt: skip
            cost[name] = np.repeat(rolled.answer.path_cost, times)
        except NoPlan:
            cost[name] = np.full(paths, np.nan)
    with Pool((case, objective, effort), workers=workers) as pool:
        alone = [branching.fan(tree, shared=0, leaves=np.array([leaf]), chance=np.ones(1)) for leaf in leaves]
        values = pool.map(_least, [(tree,), *((one,) for one in alone)])
    return Forward(cost, np.repeat(np.array(values[1:]), times), float(values[0]))


def _named(progress: Callable[[str, int, int], None], name: str) -> Callable[[int, int], None]:
    return lambda made, total: progress(name, made, total)


def _least(shared: tuple[Case, str | None, Effort], tree: Tree) -> float:
    case, objective, effort = shared
    return TreeProgramme(case, tree, objective=objective, effort=effort).solve().value
