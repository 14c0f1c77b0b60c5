"""Requirement by layers: days of supply x daily rate, residual, training; or one stated number; and the floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rampart.case.tables import Case
from rampart.case.timelines import in_force

Pair = tuple[str, str]
Floats = NDArray[np.float64]

ADDED = ("days_of_supply", "residual", "training")


@dataclass(frozen=True)
class Requirements:
    """What each holder must hold of each item, month by month.

    pairs       (holder, item), sorted
    total       requirement in force, shape (pairs, months); NaN where none is stated
    floor       floor in force, shape (pairs, months); NaN where none is stated
    daily_rate  daily expenditure rate in force, shape (pairs, months); NaN where unknown
    layers      each additive layer or "stated", shape (pairs, months); NaN where the case has none
    if_called   what a call at home asks for, shape (pairs, months): the total, where the case states nothing else
    """

    pairs: tuple[Pair, ...]
    total: Floats
    floor: Floats
    daily_rate: Floats
    layers: dict[str, Floats]
    if_called: Floats


def requirements(case: Case, *, posture: str | None = None) -> Requirements:
    """Requirement of the case's posture (or another), from rows of that posture and rows of no posture.

    The total is the stated number, or the sum of the days-of-supply, residual and training layers. A row of the posture
    replaces a row of no posture of the same layer from its month on. The floor is part of the total, not added to it.
    """
    chosen = posture or case.settings["posture"]
    frame = case["requirements"]
    rows = [r for r in frame.iter_rows(named=True) if r["posture"] in (None, chosen)]
    specific = {(r["holder"], r["item"], r["layer"]) for r in rows if r["posture"]}
    rows = [r for r in rows if r["posture"] or (r["holder"], r["item"], r["layer"]) not in specific]
    pairs = tuple(sorted({(r["holder"], r["item"]) for r in rows}))

    def quantity(row: dict[str, object]) -> float | None:
        if row["quantity"] is not None:
            return float(row["quantity"])  # type: ignore[arg-type]
        if row["daily_rate"] is None or row["days"] is None:
            return None
        return float(row["daily_rate"]) * float(row["days"])  # type: ignore[arg-type]

    def when_called(row: dict[str, object]) -> float | None:
        return quantity(row) if row["if_called"] is None else float(row["if_called"])  # type: ignore[arg-type]

    def layer(name: str, of: Callable[[dict[str, object]], float | None] = quantity) -> Floats:
        return in_force(
            case.calendar,
            pairs,
            [((r["holder"], r["item"]), r["from"], None, of(r)) for r in rows if r["layer"] == name],
        )

    layers = {name: layer(name) for name in (*ADDED, "stated")}
    called = {name: layer(name, when_called) for name in layers}
    rates = in_force(
        case.calendar,
        pairs,
        [
            ((r["holder"], r["item"]), r["from"], None, r["daily_rate"])
            for r in sorted(rows, key=lambda r: r["layer"] == "days_of_supply")
            if r["daily_rate"] is not None
        ],
    )
    return Requirements(pairs, _total(layers), layer("floor"), rates, layers, _total(called))


def _total(layers: Mapping[str, Floats]) -> Floats:
    """The stated number, or the sum of the other layers; NaN where there is none."""
    summed = sum(np.nan_to_num(layers[name]) for name in ADDED)
    any_layer = np.any([np.isfinite(layers[name]) for name in ADDED], axis=0)
    total: Floats = np.where(np.isfinite(layers["stated"]), layers["stated"], np.where(any_layer, summed, np.nan))
    return total
