"""Need served or unmet, and stock against requirement and floor. Every shortage is bounded by what is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rampart.case.timelines import at_period_end
from rampart.plan.sets import Sets
from rampart.plan.terms import Family, Floats, Rows
from rampart.plan.tree import Tree


@dataclass(frozen=True)
class Held:
    """Requirement and floor in force at the end of each period, shape (pairs, periods), 0 where none is stated."""

    requirement: Floats
    floor: Floats
    daily_rate: Floats  # NaN where unknown


def held(sets: Sets) -> Held:
    """Requirements of the case laid on the pairs of the model."""
    asked = sets.requirements
    at = sets.pair_positions(list(asked.pairs))
    result = [np.zeros((len(sets.pairs), len(sets.calendar))) for _ in range(3)]
    result[2][:] = np.nan
    for target, source in zip(result, (asked.total, asked.floor, asked.daily_rate), strict=True):
        if at.size:
            target[at] = at_period_end(sets.calendar, source)
    return Held(np.nan_to_num(result[0]), np.nan_to_num(result[1]), result[2])


def late_rows(sets: Sets) -> NDArray[np.bool_]:
    """Which demands may be served late, shape (demands,): the first row of the demand decides."""
    rows: dict[tuple[str, str, str], bool] = {}
    for r in sets.rows("demand"):
        rows.setdefault((r["holder"], r["item"], r["purpose"]), bool(r["late"]))
    return np.array([rows[key] for key in sets.demands], dtype=bool)


def serve_need(sets: Sets, tree: Tree, *, serve: Family, unmet: Family) -> None:
    """Lost: ``served + unmet = need``. Late: ``due = due before + need - served``."""
    late = np.flatnonzero(late_rows(sets))
    rows = Rows(serve.model, tree, "need", serve.keys, scale=serve.scale)
    rows.add(serve, tree.now).add(unmet, tree.now)
    rows.add(unmet, tree.earlier, key=late, row=late, factor=-1.0)
    rows.constrain("==", sets.need_on(tree))


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
