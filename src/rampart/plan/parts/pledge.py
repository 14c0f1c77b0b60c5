"""Pledges: what is owed until it has arrived."""

from __future__ import annotations

import numpy as np

from rampart.case.calendar import month_number
from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.network.ways import Row
from rampart.plan.programme.terms import Families, Family, Measure, Rows, _share
from rampart.plan.programme.tree import Tree


def pledged(sets: Sets, tree: Tree, v: Families) -> Measure:
    """Months of a full pledge owed."""
    _, due = pledge_rows(sets)
    last = due[:, -1:] if due.size else np.zeros((0, 1))
    weight = tree.probability * tree.months * _share(1.0, last)
    return Measure("pledges", "months of a full pledge").add(v["owed"], weight)


def pledge_rows(sets: Sets) -> tuple[list[tuple[str, str, str]], Floats]:
    """(donor, recipient, item) with pledges, and the pledged quantity due so far, shape (pledges, periods)."""
    rows: list[Row] = [r for r in sets.rows("deliveries") if r["status"] == "pledged"]
    keys = sorted({(r["donor"], r["recipient"], r["item"]) for r in rows})
    due = np.zeros((len(keys), len(sets.calendar)))
    for r in rows:
        period = sets.calendar.period(max(month_number(r["month"]), sets.calendar.first))
        if period is not None:
            due[keys.index((r["donor"], r["recipient"], r["item"])), period:] += r["quantity"]
    return keys, due


def pledges(sets: Sets, tree: Tree, owed: Family, send: Family) -> None:
    """``owed + arrived so far from the donor >= pledged so far``."""
    keys, due = pledge_rows(sets)
    index = {key: n for n, key in enumerate(keys)}
    rows = Rows(owed.model, tree, "pledge", owed.keys, scale=owed.scale).add(owed, tree.now)
    for n, route in enumerate(sets.routes):
        key = (route.origin, route.destination, route.item)
        if key in index:
            arrived = tree.so_far @ tree.later(route.months)
            rows.add(send, arrived, key=np.array([n]), row=np.array([index[key]]))
    rows.constrain(">=", due[:, tree.period], where=due[:, tree.period] > 0)
