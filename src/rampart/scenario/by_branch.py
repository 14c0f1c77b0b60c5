"""The policy branch by branch: what is decided otherwise once it is seen how the war went on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.network.keys import Key, parts, text
from rampart.network.lags import Floats
from rampart.network.tree import Tree
from rampart.scenario.policy import over_at
from rampart.scenario.tree_programme import Answer, TreeProgramme

if TYPE_CHECKING:
    from rampart.plan.programme.programme import Programme

SAME = 0.01  # relative difference up to which two amounts are reported as the same


def turns(problem: TreeProgramme, answer: Answer, ends: Any) -> list[dict[str, Any]]:
    """Rows of the table ``turns``: for each branch of each branching, what is decided there and on the other branches.

    Amounts are summed from the branching to the next one; ``elsewhere`` is the mean over the other branches by their
    chances. ``money`` weighs the difference: at the price of what is ordered, bought or sent, at the cost of what is built.
    """
    tree = problem.tree.looked  # branchings are where it is seen that the war went on otherwise
    children: dict[int, list[int]] = {}
    for node, parent in enumerate(tree.parent.tolist()):
        if parent >= 0:
            children.setdefault(parent, []).append(node)
    over = over_at(tree, ends)
    amounts = {family: problem.as_seen(answer, family) for family in problem.decisions}
    worth = worths(problem.programme)
    rows: list[dict[str, Any]] = []
    for parent, branches in children.items():
        if len(branches) < 2:
            continue
        until = [_stretch(tree, children, branch) for branch in branches]
        chance = tree.probability[branches] / tree.probability[parent]
        for family in problem.decisions:
            sums = _sums(amounts[family], until)
            for key, by_branch in sums.items():
                rows += _told(tree, over, branches, chance, family, key, by_branch, worth[family].get(key, 0.0))
    for row in rows:
        row["node"] = int(problem.tree.one_of[row["node"]])
    rows.sort(key=lambda r: (r["month"], r["node"], -abs(r["money"]), r["kind"], r["what"]))
    return rows


def _told(
    tree: Tree, over: Any, branches: list[int], chance: Floats, family: str, key: Key, by_branch: Floats, worth: float
) -> list[dict[str, Any]]:
    found = []
    for n, branch in enumerate(branches):
        others = np.delete(chance, n)
        elsewhere = float(np.delete(by_branch, n) @ others / others.sum())
        if abs(by_branch[n] - elsewhere) <= SAME * max(1.0, abs(by_branch[n]), abs(elsewhere)):
            continue
        found.append({
            "node": branch, "month": month_text(int(tree.first_month[branch])), "seen": seen_at(tree, branch),
            "over": bool(over[branch]), "chance": float(chance[n]), "reached": float(tree.probability[branch]),
            "kind": family, "what": text(key), "key": parts(key), "quantity": float(by_branch[n]), "elsewhere": elsewhere,
            "money": float((by_branch[n] - elsewhere) * worth),
        })  # fmt: skip
    return found


def _stretch(tree: Tree, children: dict[int, list[int]], branch: int) -> list[int]:
    """Nodes from a branch to the next branching anywhere on the tree, as far as the shortest of them."""
    until = [branch]
    while len(children.get(until[-1], [])) == 1:
        until.append(children[until[-1]][0])
    branchings = [
        int(tree.period[p]) for p, of in children.items() if len(of) > 1 and tree.period[p] >= tree.period[branch]
    ]
    last = min(branchings, default=int(tree.period[until[-1]]))
    return [n for n in until if tree.period[n] <= last]


def _sums(amounts: dict[tuple[Key, int], float], until: list[list[int]]) -> dict[Key, Floats]:
    of = {node: n for n, nodes in enumerate(until) for node in nodes}
    sums: dict[Key, Floats] = {}
    for (key, node), amount in amounts.items():
        if node in of and amount > 1e-6:
            sums.setdefault(key, np.zeros(len(until)))[of[node]] += amount
    return sums


def seen_at(tree: Tree, node: int) -> str:
    """Regime at a node: its code, or several with a plus where they are not distinguished."""
    if tree.mix is None:
        return ""
    return "+".join(r for r, share in zip(tree.regimes, tree.mix[node], strict=True) if share > 1e-9)


def worths(programme: Programme) -> dict[str, dict[Key, float]]:
    """Money units that one unit of each decision stands for, by family and key; what has no price counts nothing."""
    found = {}
    for name in programme.named("decision"):
        family = programme.families[name]
        each = np.zeros(len(family)) if family.spec.worth is None else np.nan_to_num(family.spec.worth)
        found[name] = dict(zip(family.keys, each.tolist(), strict=True))
    return found
