"""Need served or unmet, and stock against requirement and floor. Every shortage is bounded by what is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rampart.network.lags import Floats
from rampart.network.network import Sets
from rampart.plan.programme.terms import Families, Family, Measure, Rows, _share
from rampart.plan.programme.tree import Tree


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


def monthly_need(sets: Sets) -> Floats:
    """Mean need a month, over the months with need, of each demand; of regimes the largest. Shape (demands,)."""
    result = np.zeros(len(sets.demands))
    for regime in [r["regime"] for r in sets.rows("regimes")] or [None]:
        need = np.nan_to_num(sets.demand_monthly("need", regime))
        if need.size:
            result = np.maximum(result, _share(need.sum(axis=1), (need > 0).sum(axis=1).astype(float)))
    return result


def unmet_need(sets: Sets, tree: Tree, v: Families, *, recipients: bool) -> Measure:
    """Months of need unmet, weighted; a need that may be served late counts a twelfth for each month it is due."""
    measure = Measure("need" if recipients else "own_use", "months of need")
    weights: dict[tuple[str, str, str], float] = {}
    for r in sets.rows("demand"):
        weights.setdefault((r["holder"], r["item"], r["purpose"]), r["weight"])
    mine = np.array([(h in sets.recipients) == recipients for h, _, _ in sets.demands], dtype=bool)
    weight = np.array([weights[key] for key in sets.demands]) * _share(1.0, monthly_need(sets)) * mine
    each = np.where(late_rows(sets)[:, None], tree.months / 12.0, 1.0)
    return measure.add(v["unmet"], tree.probability * each * weight.reshape(-1, 1))


def _first_of_period(sets: Sets, tree: Tree, column: str) -> Floats:
    """A price or cost of each demand in the first month of each node in which it is in force, 0 where it never is.

    Shape (demands, nodes). On a mean path it is the mean over the regimes in which it is in force.
    """
    if tree.mix is None:
        return np.nan_to_num(_first_in(sets, column, None))[:, tree.period]
    total, weight = np.zeros((2, len(sets.demands), len(tree)))
    for share, regime in zip(tree.mix.T, tree.regimes, strict=True):
        value = _first_in(sets, column, regime)[:, tree.period]
        total += np.nan_to_num(value) * share
        weight += np.isfinite(value) * share
    return _share(total, weight)


def _first_in(sets: Sets, column: str, regime: str | None) -> Floats:
    """The same by period in one regime, NaN where not in force, shape (demands, periods).

    A late demand keeps its price and costs after its last row ended, for what is still due.
    """
    monthly = sets.demand_monthly(column, regime)
    first = np.full((len(sets.demands), len(sets.calendar)), np.nan)
    if not monthly.size:
        return first
    if column in ("late_cost", "unmet_cost", "price"):
        for n in np.flatnonzero(late_rows(sets)):
            for m in range(1, monthly.shape[1]):
                if np.isnan(monthly[n, m]):
                    monthly[n, m] = monthly[n, m - 1]
    starts = np.asarray(sets.calendar.starts) - sets.calendar.first
    for t, (start, length) in enumerate(zip(starts, sets.calendar.lengths, strict=True)):
        for month in range(start, start + length):
            first[:, t] = np.where(np.isnan(first[:, t]), monthly[:, month], first[:, t])
    return first
