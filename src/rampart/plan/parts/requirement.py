"""Requirements: stock against what must be held, fairly between holders."""

from __future__ import annotations

import numpy as np

from rampart.network.asked import Held
from rampart.network.network import Sets
from rampart.plan.programme.terms import Families, Family, Measure, Rows, _share
from rampart.plan.programme.tree import Tree


def hold_requirement(
    sets: Sets, tree: Tree, *, stock: Family, shortfall: Family, below_floor: Family, worst: Family, numbers: Held
) -> None:
    """``stock + shortfall >= requirement``, ``stock + below floor >= floor``, ``worst[item] >= shortfall / requirement``."""
    asked = numbers.requirement[:, tree.period]
    floor = numbers.floor[:, tree.period]
    rows = Rows(stock.model, tree, "requirement", stock.keys, scale=stock.scale)
    rows.add(stock, tree.now).add(shortfall, tree.now).constrain(">=", asked, where=asked > 0)
    rows = Rows(stock.model, tree, "floor", stock.keys, scale=stock.scale)
    rows.add(stock, tree.now).add(below_floor, tree.now).constrain(">=", floor, where=floor > 0)
    # worst x requirement >= shortfall, over all holders of the item
    items = {item: n for n, item in enumerate(worst.keys)}
    rows = Rows(stock.model, tree, "fair share", stock.keys, scale=stock.scale)
    rows.add(shortfall, tree.now)
    pair, node = np.nonzero(asked > 0)
    item_of = np.array([items.get(item, -1) for _, item in sets.pairs], dtype=np.int64)
    rows.add_cells(worst, key=item_of[pair], cause=node, row=pair, effect=node, factor=-asked[pair, node])
    rows.constrain("<=", 0.0, where=asked > 0)


def floors(tree: Tree, v: Families, numbers: Held) -> Measure:
    """Months of a full floor missing."""
    weight = tree.probability * tree.months * _share(1.0, numbers.floor[:, tree.period])
    return Measure("floors", "months of a full floor").add(v["below floor"], weight)


def worst_requirement(tree: Tree, v: Families) -> Measure:
    """Months of a full requirement short for the worst-off holder of each item."""
    measure = Measure("requirement_worst", "months of a full requirement, worst-off")
    return measure.add(v["worst"], tree.probability * tree.months)


def all_requirements(tree: Tree, v: Families, numbers: Held) -> Measure:
    """Months of a full requirement short, all holders and items."""
    weight = tree.probability * tree.months * _share(1.0, numbers.requirement[:, tree.period])
    return Measure("requirement_sum", "months of a full requirement").add(v["shortfall"], weight)
