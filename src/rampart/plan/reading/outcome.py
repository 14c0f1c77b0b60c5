"""From the solver's columns to the planner's tables: what the parts state, and what only the whole can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.case.calendar import month_text
from rampart.catalogues.results import frame
from rampart.network.keys import Pair, text
from rampart.network.keys import parts as parts_of
from rampart.plan.model.passes import SETTLING, plain_measures
from rampart.plan.parts.part import Part, shortages_in_order
from rampart.plan.programme.values import Values
from rampart.plan.reading.gifts import given_away
from rampart.plan.solving.solution import Solution

if TYPE_CHECKING:
    import polars as pl


def outcome_tables(v: Values, solution: Solution, parts: Sequence[Part]) -> dict[str, pl.DataFrame]:
    """Every result table but the reasons and the decisions."""
    tables: dict[str, pl.DataFrame] = {"periods": periods(v)}
    for part in parts:
        tables |= part.tables(v)
    return tables | {
        "donations": donations(v),
        "shortages": shortages(v),
        "rules_broken": rules_broken(v, parts),
        "passes": passes(v, solution),
    }


def periods(v: Values) -> pl.DataFrame:
    """Periods of the plan."""
    calendar = v.case.calendar
    columns = {"period": range(len(calendar)), "month": calendar.labels, "months": calendar.lengths}
    return frame("plan", "periods", columns)


def donations(v: Values) -> pl.DataFrame:
    """What each donor gives, what is left, when it is made whole."""
    rows: list[tuple[Any, ...]] = []
    due = {
        (r["donor"], r["recipient"], r["item"]): r["backfill_due"]
        for r in v.network.rows("deliveries")
        if r["backfill_due"]
    }
    for (donor, recipient, item), amount in sorted(given_away(v).items()):
        total = float(amount.sum())
        if total <= 0:
            continue
        price, book = v.network.items[item]["price"], v.network.items[item]["book_value"]
        pair = v.network.pair_index.get(Pair(donor, item))
        first = int(np.flatnonzero(amount > 0)[0])
        low, when, restored = None, None, None
        if pair is not None:
            level = v["stock"][pair, first:]
            low, when = float(level.min()), v.months[first + int(level.argmin())]
            node = v.first_filled(pair)
            restored = None if node is None else month_text(int(v.tree.last_month[node]))
        rows.append((
            donor, recipient, item, total, None if price is None else total * price / v.programme.unit,
            None if book is None else total * book / v.programme.unit, low, when, restored,
            due.get((donor, recipient, item)),
        ))  # fmt: skip
    return frame("plan", "donations", rows)


def shortages(v: Values) -> pl.DataFrame:
    """Everything short, by objective."""
    rows: list[tuple[Any, ...]] = []
    for shortage in shortages_in_order(v.programme):
        for key, _, amount in shortage.amounts(v.programme, v[shortage.family]):
            for node in np.flatnonzero(amount > 0):
                rows.append((*shortage.of(key), int(v.tree.period[node]), v.months[node], float(amount[node])))
    return frame("plan", "shortages", rows)


def rules_broken(v: Values, parts: Sequence[Part]) -> pl.DataFrame:
    """Hard rules that had to give way."""
    rows: list[tuple[Any, ...]] = []
    for part in parts:
        for rule in part.rules(v.programme):
            for n, key in enumerate(v.programme.families[rule.family].keys):
                for node in np.flatnonzero(v[rule.family][n] > 0):
                    code, item = rule.of(key)
                    amount = float(v[rule.family][n, node])
                    rows.append(
                        (rule.kind, text(code), parts_of(code), item, int(v.tree.period[node]), v.months[node], amount)
                    )
    return frame("plan", "rules_broken", rows)


def passes(v: Values, solution: Solution) -> pl.DataFrame:
    """How each pass was solved; passes that settle ties have no meaning to a reader and are left out."""
    plain = {m.name: (float(solution.layout.costs(m) @ solution.columns), m.unit) for m in plain_measures(v.programme)}
    rows = [
        (p.rank, p.name, p.value, p.unit, *plain.get(p.name, (None, None)), p.bound, p.gap, p.status, p.iterations)
        for p in solution.passes
        if p.name not in SETTLING
    ]
    for left in solution.unfinished:
        known = (None, None) if np.isnan(left.bound) else (left.bound, left.gap)
        said = plain.get(left.name, (None, None))
        rows.append((left.rank, left.name, left.value, left.unit, *said, *known, left.status, 0))
    return frame("plan", "passes", rows)
