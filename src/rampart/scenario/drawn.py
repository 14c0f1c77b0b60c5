"""A tree that is too large to be written out, drawn: paths of the chain, decided alike wherever the looks saw the same.

Unlike the two-stage plan over paths (``decompose``) no decision that waits for a look knows what comes after it, at any look.
What follows the war month by month (use, and shipments where they do not wait) knows a path from where no other goes along
with it. What the plan costs on its own paths looks better than it is; it is therefore carried out on paths drawn anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.engine.highs import NoPlan
from rampart.findings import CaseError, Finding
from rampart.network.lags import Floats, Integers
from rampart.network.tree import Tree
from rampart.scenario import branching
from rampart.scenario.standard_error import standard_error
from rampart.scenario.tree_programme import Answer, Effort, TreeProgramme, by_name

Sight = tuple[int, ...]  # regime at each look so far
OWN, FRESH = 0, 1  # streams of random numbers


@dataclass(frozen=True)
class Draw:
    """How a tree is drawn.

    paths         that it is drawn from; fresh: paths drawn anew on which its plan is carried out; seed: the root of both
    most_columns  of its programme: beyond them it is not planned over
    """

    paths: int = 300
    fresh: int = 1000
    seed: int = 0
    most_columns: int = 300_000


def paths_drawn(case: Case, chain: Chain, number: int, *, seed: int, stream: int = OWN) -> Integers:
    """Regime of each period, shape (number, periods): as many end in each month as the chain says."""
    return draws.onward(case, chain, np.array([chain.start]), number, seed=(seed, 8, stream), by_end=True)


def tree_from(case: Case, chain: Chain, drawn: Integers) -> Tree:
    """The tree of some paths that are equally likely."""
    chance, looks = np.full(len(drawn), 1 / len(drawn)), draws.revision_periods(case)
    return branching.from_paths(case, chain.regimes, drawn, chance, ends=chain.ends, looks=looks)


def drawn_tree(case: Case, chain: Chain, draw: Draw) -> Tree:
    """The tree of paths drawn from the chain. CaseError where its programme would have more than ``draw.most_columns``."""
    drawn = paths_drawn(case, chain, draw.paths, seed=draw.seed)
    tree = tree_from(case, chain, drawn)
    fought = (~chain.ends[drawn]).sum(axis=1)
    longest = tree_from(case, chain, drawn[np.argmax(fought)][None, :])
    each = TreeProgramme(case, longest).layout.matrix.shape[1] / len(longest)
    if each * len(tree) > draw.most_columns:
        raise CaseError([Finding("tree-too-large", "settings", column="revise_every", value=str(len(tree)))])
    return tree


def values_of_draw(
    problem: TreeProgramme, answer: Answer, chain: Chain, draw: Draw, *, objective: str | None = None
) -> list[tuple[str, float]]:
    """Standard error of what the plan costs on its own paths; what it costs on fresh ones, and the standard error of that."""
    case = problem.case
    of_path = leaf_of(problem.tree, paths_drawn(case, chain, draw.paths, seed=draw.seed))
    found = [("standard_error", _error(answer.path_cost[of_path]))]
    if draw.fresh:
        fresh = paths_drawn(case, chain, draw.fresh, seed=draw.seed, stream=FRESH)
        tree = tree_from(case, chain, fresh)
        cost = carried_out(problem, answer, tree, objective=objective)
        if cost is not None:
            each = cost[leaf_of(tree, fresh)]
            found += [("carried_out", float(each.mean())), ("carried_out_error", _error(each))]
    return found


def manifest_of(draw: Draw) -> dict[str, Any]:
    """What the manifest says of the paths."""
    return {"sampling": asdict(draw), "paths": draw.paths}


def known_together(case: Case, tree: Tree, objective: str | None, effort: Effort | None) -> Floats | None:
    """Least cost of each path if it were known from the start, from one programme of all, in the order of the leaves.

    None where paths hang together all the same: by objectives held before the one that counts, or whole numbers.
    """
    alone = branching.fan(tree, shared=0)
    problem = TreeProgramme(case, alone, objective=objective, effort=effort)
    if len(problem.aims) > 1 or problem.whole.size:
        return None
    cost: Floats = problem.solve().path_cost
    return cost[leaf_of(alone, branching.paths_of(tree)[0])]


def _error(cost: Floats) -> float:
    return standard_error(cost, np.full(cost.size, 1 / cost.size))


def leaf_of(tree: Tree, drawn: Integers) -> Integers:
    """Number of the leaf that each path goes to, shape (paths,)."""
    sequences, _ = branching.paths_of(tree)
    went = sequences >= 0
    alike = ((drawn[:, None, :] == sequences[None]) | ~went[None]).all(axis=2)
    found: Integers = np.argmax(alike, axis=1).astype(np.int64)
    return found


def carried_out(problem: TreeProgramme, answer: Answer, other: Tree, *, objective: str | None = None) -> Floats | None:
    """What a plan costs on the paths of another tree, shape (leaves,); none where it leaves one of them no way on.

    What waits for a look is decided as the plan says for what the looks saw; where no path of the plan saw the same, as after
    the likeliest of what was seen instead. What follows the war is decided anew.
    """
    sights, chance = _sights(problem.tree), problem.tree.probability
    likely: dict[Sight, float] = {}
    for sight, p, look in zip(sights, chance, problem.tree.looks, strict=True):
        if look:
            likely[sight] = likely.get(sight, 0.0) + float(p)
    planned: dict[tuple[str, Any, int, Sight], float] = {}
    for family in problem.waiting:
        for (key, node), amount in problem.decided(answer, family).items():
            planned[family, key, int(problem.tree.period[node]), sights[node]] = amount
    again = TreeProgramme(problem.case, other, objective=objective, effort=problem.effort)
    seen, layout, families = _sights(other), again.layout, again.programme.families
    instead: dict[Sight, Sight] = {(): ()}
    amounts = []
    for j in again.columns(again.waiting).tolist():
        family, node = layout.column_family[j], int(layout.column_node[j])
        key = families[family].keys[layout.column_key[j]]
        sight = _standing_for(seen[node], likely, instead)
        amounts.append((family, key, node, planned.get((family, key, int(other.period[node]), sight), 0.0)))
    try:
        return again.solve(fixed=by_name(again, amounts)).path_cost
    except NoPlan:
        return None


def _sights(tree: Tree) -> list[Sight]:
    """What the looks on the way to each node saw."""
    if tree.mix is None:
        raise ValueError("the tree has no regimes")
    regime, looks = np.argmax(tree.mix, axis=1), tree.looks
    found: list[Sight] = []
    for node, parent in enumerate(tree.parent.tolist()):
        before = found[parent] if parent >= 0 else ()
        found.append((*before, int(regime[node])) if looks[node] else before)
    return found


def _standing_for(sight: Sight, likely: Mapping[Sight, float], instead: dict[Sight, Sight]) -> Sight:
    """What a plan knows in place of what was seen: the same as far as it goes, then the likeliest."""
    if sight not in instead:
        before = _standing_for(sight[:-1], likely, instead)
        same = (*before, sight[-1])
        after = [known for known in likely if known[:-1] == before and len(known) == len(same)]
        instead[sight] = same if same in likely or not after else max(after, key=lambda known: (likely[known], known))
    return instead[sight]
