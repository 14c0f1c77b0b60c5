"""Planning again as the war goes on: at every node a lookahead from what has been decided, of which only the first
decisions are carried out. Run over a tree, the cost of such a policy is exact; over sampled paths it is an estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rampart.beliefs import draws
from rampart.beliefs.chain import Chain
from rampart.case.tables import Case
from rampart.engine.pool import Pool
from rampart.network.keys import Key
from rampart.network.lags import Floats, Integers
from rampart.network.tree import Tree
from rampart.scenario import branching
from rampart.scenario.tree_programme import Answer, Effort, TreeProgramme, by_name

Amounts = Sequence[tuple[str, Key, int, float]]  # family, key, node, amount in plain units


@dataclass(frozen=True, eq=False)
class Situation:
    """What is known where a plan is made anew.

    tree    the tree on which the policy is carried out
    node    where on it; one of those that look alike
    leaves  leaves below all that look as this node does, and their ``chance`` now: what may come, where the tree is the law
    ends    whether each regime is the end, shape (regimes,)
    look    period in which more is known
    """

    tree: Tree
    node: int
    leaves: Integers
    chance: Floats
    ends: Any
    look: int


# from the situation to the tree that is planned over; what waits for a look is decided once a period until the next one
Lookahead = Callable[[Situation], Tree]


def two_stage(now: Situation) -> Tree:
    """What is decided now is the same on all paths, and afterwards each is known: optimistic, yet it hedges now."""
    return branching.fan(now.tree, shared=now.look, leaves=now.leaves, chance=now.chance)


def mean_while_it_lasts(now: Situation) -> Tree:
    """One path: the mean need while the war goes on."""
    ahead = branching.fan(now.tree, shared=None, leaves=now.leaves, chance=now.chance)
    return branching.mean_path(ahead, alive=~now.ends)


def mean_of_all(now: Situation) -> Tree:
    """One path: the mean need, thinned by the chance that the war is over."""
    return branching.mean_path(branching.fan(now.tree, shared=None, leaves=now.leaves, chance=now.chance))


def plan_again(now: Situation) -> Tree:
    """One plan for whatever regime comes, as ``rampart plan`` makes it: worth is expected over the chances seen from here."""
    return replace(mean_of_all(now), chances=True)


@dataclass(frozen=True)
class Lasting:
    """As if the war went on as it is for so many months from each new plan, and then ended."""

    months: int

    def __call__(self, now: Situation) -> Tree:
        """One path: what was seen, what is seen now for so many months, and the end."""
        tree = now.tree
        if tree.mix is None:
            raise ValueError("the tree has no regimes")
        calendar, history = tree.calendar, tree.last_look[tree.ancestor[now.leaves[0]]][: now.look]
        begin, over = calendar.starts[int(tree.period[history[-1]])], now.ends / max(1, now.ends.sum())
        mix = [
            tree.mix[history[t]] if t < now.look else (tree.mix[history[-1]] if start < begin + self.months else over)
            for t, start in enumerate(calendar.starts)
        ]
        n = len(calendar)
        return Tree(calendar, np.arange(n), np.arange(n) - 1, np.ones(n), tree.regimes, np.array(mix))


@dataclass(frozen=True, eq=False)
class FreshPaths:
    """Paths drawn anew from what has been seen so far; nothing of the tree's own future is used.

    mean      plan over their mean while the war goes on, instead of over the paths with what is decided now in common
    expected  plan once for whatever regime comes, with their shares as chances
    """

    case: Case
    chain: Chain
    paths: int
    seed: int = 0
    mean: bool = False
    expected: bool = False

    def __call__(self, now: Situation) -> Tree:
        """The paths, alike until the next look; or one path for all."""
        tree = now.tree
        if tree.mix is None:
            raise ValueError("the tree has no regimes")
        period = int(tree.period[now.node])
        seen = np.argmax(tree.mix[tree.last_look[tree.ancestor[now.node][: period + 1]]], axis=1)
        drawn = draws.onward(self.case, self.chain, seen, self.paths, seed=(self.seed, now.node))
        shared = None if self.mean or self.expected else now.look
        chance = np.full(self.paths, 1 / self.paths)
        ahead = branching.from_paths(
            self.case,
            self.chain.regimes,
            drawn,
            chance,
            shared=shared,
            ends=None if self.mean or self.expected else self.chain.ends,
            looks=None if self.mean or self.expected else draws.revision_periods(self.case),
        )
        if self.expected:
            return replace(branching.mean_path(ahead), chances=True)
        return branching.mean_path(ahead, alive=~self.chain.ends) if self.mean else ahead


@dataclass(frozen=True, eq=False)
class Rolled:
    """A policy carried out on a tree.

    problem, answer  the programme of the tree, and its optimum with what the policy decided
    decided          amounts wherever the war goes on as far as it is seen, at one node of those that look alike
    """

    problem: TreeProgramme
    answer: Answer
    decided: list[tuple[str, Key, int, float]]


@dataclass(frozen=True, eq=False)
class Doing:
    """What every step of a policy shares."""

    case: Case
    ends: Any
    tree: Tree
    lookahead: Lookahead
    objective: str | None
    effort: Effort


def roll(
    case: Case,
    ends: Any,
    tree: Tree,
    lookahead: Lookahead,
    *,
    looks: Sequence[int] | None = None,
    objective: str | None = None,
    effort: Effort | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Rolled:
    """Carry a policy out on every branch of a tree and weigh what it costs. ``ends``: whether each regime is the end.

    Whenever something is revealed and the war goes on, the plan is made anew from what was decided before; its decisions
    stand until the next time. After the end nothing is unknown, and the rest is planned for what it is. Between two looks
    only what waits for a look stands; use follows the war as the plan over the tree has it.

    looks     periods at whose beginning the regime is looked at; by default those in which some branch sees another regime
    effort    where later whole numbers need not count, those until the next look do
    progress  called with the plans made and how many there will be
    """
    effort = effort or Effort()
    doing = Doing(case, ends, tree, lookahead, objective, effort)
    seen = tree.looked
    stands = standing(seen, ends, looks)
    decided: dict[int, dict[tuple[str, Key], float]] = {}  # by node of the tree as seen: (family, key) -> amount
    made = 0
    with Pool(doing, workers=workers) as pool:
        for period in sorted({int(seen.period[n]) for n in stands}):
            nodes = [n for n in stands if seen.period[n] == period]
            tasks = [(n, stands[n], _history(seen, n, decided)) for n in nodes]
            for node, found in zip(nodes, pool.map(plan_anew, tasks), strict=True):
                for n in stands[node]:
                    decided[n] = {}
                for family, key, n, amount in found:
                    decided[n][family, key] = amount
            made += len(nodes)
            if progress:
                progress(made, len(stands))
    one = tree.one_of
    amounts = [(family, key, int(one[node]), v) for node, of in decided.items() for (family, key), v in of.items()]
    whole = TreeProgramme(case, tree, objective=objective, effort=effort)
    return Rolled(whole, whole.solve(fixed=by_name(whole, amounts)), amounts)


def standing(tree: Tree, ends: Any, looks: Sequence[int] | None = None) -> dict[int, list[int]]:
    """Nodes at which a plan is made anew while the war goes on, each with the nodes for which its decisions stand."""
    over = over_at(tree, ends)
    children = np.bincount(tree.parent[tree.parent >= 0], minlength=len(tree))
    if looks is None:  # looked at on every branch, though on some of them nothing may change
        looks = np.unique(tree.period[(tree.parent >= 0) & (children[np.maximum(tree.parent, 0)] > 1)]).tolist()
    anew = (tree.parent < 0) | np.isin(tree.period, looks)
    only_child = {int(p): n for n, p in enumerate(tree.parent) if p >= 0 and children[p] == 1}
    result = {}
    for node in np.flatnonzero(anew & ~over).tolist():
        until = [node]
        while until[-1] in only_child and not anew[only_child[until[-1]]]:
            until.append(only_child[until[-1]])
        result[node] = [n for n in until if not over[n]]
    return result


def _history(tree: Tree, node: int, decided: dict[int, dict[tuple[str, Key], float]]) -> Amounts:
    """What was decided before a node, by period."""
    period = int(tree.period[node])
    before = tree.ancestor[node][:period]
    return [(f, key, t, v) for t in range(period) for (f, key), v in decided[int(before[t])].items()]


def plan_anew(doing: Doing, node: int, stands: Sequence[int], before: Amounts) -> Amounts:
    """What a policy decides at a node for the nodes until the next look, of the tree as seen; the amounts before are by
    period.
    """
    tree = doing.tree
    leaves, chance = tree.leaves, tree.probability[tree.leaves]
    period, look = int(tree.looked.period[node]), int(tree.looked.period[stands[-1]]) + 1
    past = tree.ancestor[leaves, period]
    through = (past >= 0) & (tree.group[past] == node)
    p = chance[through] / chance[through].sum()
    ahead = doing.lookahead(Situation(tree, int(tree.one_of[node]), leaves[through], p, doing.ends, look))
    effort = doing.effort if doing.effort.whole_until is None else replace(doing.effort, whole_until=look)
    problem = TreeProgramme(doing.case, ahead, objective=doing.objective, effort=effort)
    of_period = [int(np.flatnonzero(ahead.period == t)[0]) for t in range(look)]
    answer = problem.solve(fixed=by_name(problem, [(f, key, of_period[t], v) for f, key, t, v in before]))
    # serving too, or later plans would serve better in hindsight; between two looks it follows the war
    stood = problem.settled if tree.alike is None else problem.waiting
    at_node = {node: t for t, node in enumerate(of_period) if t >= period}
    return [
        (family, key, stands[at_node[at] - period], amount)
        for family in stood
        for (key, at), amount in problem.decided(answer, family).items()
        if at in at_node
    ]


def over_at(tree: Tree, ends: Any) -> NDArray[np.bool_]:
    """Whether the war is over at each node, shape (nodes,)."""
    if tree.mix is None:
        return np.zeros(len(tree), dtype=bool)
    over: NDArray[np.bool_] = tree.mix @ ends > 0.5
    return over
