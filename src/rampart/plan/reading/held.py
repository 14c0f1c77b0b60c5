"""What each pass reached term by term, what later passes took of it, and what steady output evened out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rampart.catalogues.results import frame
from rampart.network.keys import parts as parts_of
from rampart.network.keys import text
from rampart.network.lags import Floats
from rampart.plan.model.passes import STEADY
from rampart.plan.parts.pace import changes, full_rate, may_not_fall
from rampart.plan.programme.measures import Pass, share
from rampart.plan.programme.values import Values
from rampart.plan.solving.solution import PassResult, Solution

if TYPE_CHECKING:
    import polars as pl


def held_tables(v: Values, solution: Solution) -> dict[str, pl.DataFrame]:
    """``rooms``, ``shares`` and ``steadiness``."""
    return {
        "rooms": rooms(v, solution),
        "shares": shares(v, solution),
        "steadiness": steadiness(v, solution),
    }


def _solved(v: Values, solution: Solution) -> list[tuple[Pass, PassResult]]:
    named = {each.name: each for each in v.programme.passes}
    return [(named[found.name], found) for found in solution.passes]


def rooms(v: Values, solution: Solution) -> pl.DataFrame:
    """Each term of the passes that fall into terms."""
    rows: list[tuple[Any, ...]] = []
    for each, found in _solved(v, solution):
        if not each.measure.parted or each.how == "told":
            continue
        final = each.measure.by_term(solution.layout.columns) @ solution.columns
        steadied = solution.taken.get(each.name)
        for n, term in enumerate(each.measure.terms):
            taken = None if steadied is None else _clean(steadied[n])
            rows.append((
                each.rank, each.name, text(term.of), parts_of(term.of), _clean(found.terms[n]), each.room, taken,
                _clean(final[n]),
            ))  # fmt: skip
    return frame("plan", "rooms", rows)


def _clean(value: float) -> float:
    """A value without the solver's noise."""
    return 0.0 if abs(value) < 1e-9 else float(value)


def shares(v: Values, solution: Solution) -> pl.DataFrame:
    """What the fair pass gave each holder; empty where there is none."""
    fair = next((found for each, found in _solved(v, solution) if each.how == "fair"), None)
    rows: list[tuple[Any, ...]] = []
    if fair is not None:
        then = Values(v.programme, solution.layout, fair.columns)
        asked = v.programme.requirement
        held = np.maximum(asked - then["shortfall"], 0.0)
        part = share(held, asked)
        for n, pair in enumerate(v.network.pairs):
            rows += [
                (*pair, int(v.tree.period[t]), v.months[t], float(part[n, t]), float(held[n, t]))
                for t in np.flatnonzero(asked[n] > 0)
            ]
    return frame("plan", "shares", rows)


def steadiness(v: Values, solution: Solution) -> pl.DataFrame:
    """Changes of each line before and after they were evened out; empty where the case does not count them."""
    names = [found.name for found in solution.passes]
    if STEADY not in names or not names.index(STEADY):
        return frame("plan", "steadiness", [])
    earlier = solution.passes[names.index(STEADY) - 1]
    before = variation(Values(v.programme, solution.layout, earlier.columns))
    after = variation(v)
    rows = [
        (code, row["item"], float(before[n]), float(after[n])) for n, (code, row) in enumerate(v.network.lines.items())
    ]
    return frame("plan", "steadiness", rows)


def variation(v: Values) -> Floats:
    """Sum of the changes of each line's output a month that count, shape (lines,)."""
    now, earlier = changes(v)
    change = np.nan_to_num(now - earlier)
    found: Floats = np.where((change > 0) | may_not_fall(v.programme), np.abs(change), 0.0).sum(axis=1)
    return found


def rooms_taken(v: Values, solution: Solution) -> dict[str, Any]:
    """What the passes may give, and what steady output took of the needs and evened out, for the manifest."""
    solved = _solved(v, solution)
    said: dict[str, Any] = {
        "rooms": {e.name: e.room for e, _ in solved if e.how in ("held", "fair", "shared") and e.room > 0}
    }
    steady = next((each for each, _ in solved if each.name == STEADY), None)
    if steady is None:
        return said
    took = {
        each.name: {"reached": found.value, "after": float(solution.taken[each.name].sum())}
        for each, found in solved
        if each.name in solution.taken
    }
    named = {each.name: found for each, found in solved}
    place = [each.name for each, _ in solved].index(STEADY)
    said["steady"] = {"may_take": steady.takes, "took": took, "reached": named[STEADY].value}
    if place:
        before, full = Values(v.programme, solution.layout, solved[place - 1][1].columns), full_rate(v.programme)
        said["steady"] |= {
            "changes_before": float((variation(before) / full).sum()),
            "changes_after": float((variation(v) / full).sum()),
        }
    return said
