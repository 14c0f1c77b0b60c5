"""Planning again as the war goes on: at every node a lookahead from what has been decided, of which only the first
decisions are carried out. Run over a tree, the cost of such a policy is exact; over sampled paths it is an estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.case import Case
from rampart.plan.terms import Floats, Integers
from rampart.plan.tree import Tree
from rampart.scenario import branching
from rampart.scenario.outlook import DECISIONS, Answer, Outlook, by_name

# from the tree, the leaves below a node with their chances once it is reached, whether each regime is the end, and the period
# in which more is known, to the tree that is planned over
Lookahead = Callable[[Tree, Integers, Floats, Any, int], Tree]


def two_stage(tree: Tree, leaves: Integers, chance: Floats, ends: Any, look: int) -> Tree:
    """What is decided now is the same on all paths, and afterwards each is known: optimistic, yet it hedges now."""
    return branching.fan(tree, shared=look, leaves=leaves, chance=chance)


def mean_while_it_lasts(tree: Tree, leaves: Integers, chance: Floats, ends: Any, look: int) -> Tree:
    """One path: the mean need while the war goes on."""
    return branching.mean_path(branching.fan(tree, shared=None, leaves=leaves, chance=chance), alive=~ends)


def mean_of_all(tree: Tree, leaves: Integers, chance: Floats, ends: Any, look: int) -> Tree:
    """One path: the mean need, thinned by the chance that the war is over."""
    return branching.mean_path(branching.fan(tree, shared=None, leaves=leaves, chance=chance))


# what a policy settles for good at each node; serving too, or later plans would serve better in hindsight
CARRIED = (*DECISIONS, "serve", "dispose")


@dataclass(frozen=True, eq=False)
class Rolled:
    """A policy carried out on a tree: the answer, its expected cost within."""

    outlook: Outlook
    answer: Answer


def roll(
    case: Case,
    ends: Any,
    tree: Tree,
    lookahead: Lookahead,
    *,
    objective: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Rolled:
    """Carry a policy out on every branch of a tree and weigh what it costs. ``ends``: whether each regime is the end.

    Whenever something is revealed and the war goes on, the plan is made anew from what was decided before; its decisions
    stand until the next time. After the end nothing is unknown, and the rest is planned for what it is.
    """
    leaves, chance = tree.leaves, tree.probability[tree.leaves]
    leaf_of = tree.ancestor[leaves]
    over = over_at(tree, ends)
    children = np.bincount(tree.parent[tree.parent >= 0], minlength=len(tree))
    new = (tree.parent < 0) | (children[np.maximum(tree.parent, 0)] > 1)
    decided: dict[int, dict[tuple[str, str], float]] = {}  # by node: (family, key) -> amount
    for node in np.flatnonzero(new & ~over).tolist():
        if progress:
            progress(node, len(tree))
        until = [node]  # the nodes for which these decisions stand
        while children[until[-1]] == 1:
            until.append(int(np.flatnonzero(tree.parent == until[-1])[0]))
        until = [n for n in until if not over[n]]
        period, look = int(tree.period[node]), int(tree.period[until[-1]]) + 1
        through = leaf_of[:, period] == node
        p = chance[through] / chance[through].sum()
        ahead = Outlook(case, lookahead(tree, leaves[through], p, ends, look), objective=objective)
        history = tree.ancestor[node][:period]
        before = [(f, key, t, v) for t in range(period) for (f, key), v in decided[int(history[t])].items()]
        answer = ahead.solve(fixed=by_name(ahead, before))
        for n in until:
            decided[n] = {}
        for family in CARRIED:
            for (key, at), amount in ahead.decided(answer, family).items():
                if period <= at < look:  # one node a period until then
                    decided[until[at - period]][family, key] = amount
    whole = Outlook(case, tree, objective=objective)
    amounts = [(family, key, node, v) for node, made in decided.items() for (family, key), v in made.items()]
    return Rolled(whole, whole.solve(fixed=by_name(whole, amounts)))


def over_at(tree: Tree, ends: Any) -> NDArray[np.bool_]:
    """Whether the war is over at each node, shape (nodes,)."""
    if tree.mix is None:
        return np.zeros(len(tree), dtype=bool)
    over: NDArray[np.bool_] = tree.mix @ ends > 0.5
    return over


def lasting(months: int) -> Lookahead:
    """As if the war went on as it is for so many months from each new plan, and then ended."""

    def ahead(tree: Tree, leaves: Integers, chance: Floats, ends: Any, look: int) -> Tree:
        if tree.mix is None:
            raise ValueError("the tree has no regimes")
        calendar, history = tree.calendar, tree.ancestor[leaves[0]][:look]
        begin, over = calendar.starts[int(tree.period[history[-1]])], ends / max(1, ends.sum())
        mix = [
            tree.mix[history[t]] if t < look else (tree.mix[history[-1]] if start < begin + months else over)
            for t, start in enumerate(calendar.starts)
        ]
        n = len(calendar)
        return Tree(calendar, np.arange(n), np.arange(n) - 1, np.ones(n), tree.regimes, np.array(mix))

    return ahead
