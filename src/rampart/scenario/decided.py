"""What a plan for a war decides, as tables: with the item and the money of each decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rampart.case.calendar import month_text
from rampart.case.tables import Case
from rampart.catalogues.results import frame
from rampart.network.keys import Expansion, Key, parts, text
from rampart.network.lags import Floats
from rampart.scenario.tree_programme import Answer, TreeProgramme

if TYPE_CHECKING:
    import polars as pl

SEEN = 1e-6  # quantity from which something is decided
Row = tuple[str, Key, int, int, float, float | None]  # kind, key, node, month number, quantity, money


def decided_everywhere(problem: TreeProgramme, answer: Answer) -> pl.DataFrame:
    """Decisions above nothing at every node (table ``policy``)."""
    tree = problem.tree
    found = [
        (family, text(key), parts(key), node, month_text(int(tree.first_month[node])), amount)
        for family in problem.decisions
        for (key, node), amount in problem.decided(answer, family).items()
        if amount > SEEN
    ]
    return frame("war", "policy", sorted(found, key=lambda r: (r[0], r[1], r[3])))


def first_decided(problem: TreeProgramme, answer: Answer) -> pl.DataFrame:
    """Decisions above nothing until the next look, once each (table ``decisions``)."""
    tree, one = problem.tree.looked, problem.tree.one_of
    children = np.bincount(tree.parent[tree.parent >= 0], minlength=len(tree))
    trunk = {int(n) for n in np.flatnonzero(tree.parent < 0)}
    for node in range(len(tree)):  # until the next look the decisions are those of now
        if tree.parent[node] in trunk and children[tree.parent[node]] == 1:
            trunk.add(node)
    price, period = unit_money(problem), problem.tree.period
    rows: list[Row] = []
    for family in problem.decisions:
        for (key, node), amount in problem.as_seen(answer, family).items():
            if amount > SEEN and node in trunk:
                at = int(one[node])
                month, each = int(problem.tree.first_month[at]), price(family, key, int(period[at]))
                rows.append((family, key, at, month, amount, None if each is None else each * amount))
    return decisions_table(problem.case, rows)


def decisions_table(case: Case, rows: Sequence[Row]) -> pl.DataFrame:
    """The table ``decisions`` from what is decided."""
    item = item_of(case)
    found = [
        (family, text(key), parts(key), node, month_text(month), amount, item(key), money)
        for family, key, node, month, amount, money in rows
    ]
    return frame("war", "decisions", sorted(found, key=lambda r: (r[0], r[1], r[3])))


def unit_money(problem: TreeProgramme) -> Callable[[str, Key, int], float | None]:
    """Money of one unit of a decision by family, key and period; none where the plan counts no money.

    What is counted is what the objective ``money`` says of the decision itself; what follows from it (stock kept, works
    idle) is not. Of an expansion all that it costs is counted, what it is still worth at the end of the plan included:
    so much has to be committed.
    """
    measure = next((each.measure for each in problem.programme.passes if each.measure.name == "money"), None)
    if measure is None:
        return lambda family, key, period: None
    layout, tree = problem.layout, problem.tree
    chance: Floats = tree.probability[layout.column_node]
    cost = np.divide(problem.costs(measure), chance, out=np.zeros_like(chance), where=chance > 0) / layout.column_scale
    families = problem.programme.families
    each: dict[tuple[str, Key, int], float] = {}
    for j in problem.columns().tolist():
        family = layout.column_family[j]
        key = families[family].keys[layout.column_key[j]]
        each.setdefault((family, key, int(tree.period[layout.column_node[j]])), float(cost[j]))
    whole = dict(problem.case["expansions"].select("expansion", "cost").iter_rows())

    def money(family: str, key: Key, period: int) -> float:
        if isinstance(key, Expansion):
            return float(whole[key.expansion])
        return each.get((family, key, period), 0.0)

    return money


def item_of(case: Case) -> Callable[[Key], str | None]:
    """Item of a decision by its key; none for an expansion."""
    lines = dict(case["lines"].select("line", "item").iter_rows())
    offers = dict(case["market"].select("offer", "item").iter_rows())

    def item(key: Key) -> str | None:
        codes = {part["of"]: part["code"] for part in parts(key)}
        if "expansion" in codes:
            return None
        return codes.get("item") or lines.get(codes.get("line", "")) or offers.get(codes.get("offer", ""))

    return item
