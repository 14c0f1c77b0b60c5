"""Rows that hold from a month on, laid out month by month."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rampart.case.calendar import Calendar, month_number

Floats = NDArray[np.float64]


def in_force(
    calendar: Calendar,
    keys: Sequence[Hashable],
    rows: Iterable[tuple[Hashable, str | None, str | None, float | None]],
) -> Floats:
    """Value in force for each key and month of the calendar, shape (keys, months), NaN where nothing is.

    ``rows`` are (key, from, until, value). A row holds from its month (blank: from the first) until a later
    row of the same key, or until its own last month. A None value leaves NaN: unknown is not zero.
    """
    position = {key: n for n, key in enumerate(keys)}
    size = calendar.last - calendar.first + 1
    result = np.full((len(keys), size), np.nan)
    dated = [
        (key, month_number(a) if a else calendar.first, month_number(b) if b else None, value)
        for key, a, b, value in rows
    ]
    for key, start, until, value in sorted(dated, key=lambda r: r[1]):
        if key not in position:
            continue
        begin = max(0, start - calendar.first)
        stop = size if until is None else max(0, until - calendar.first + 1)
        result[position[key], begin:] = np.nan
        result[position[key], begin:stop] = np.nan if value is None else value
    return result


def by_period(calendar: Calendar, monthly: Floats) -> Floats:
    """Sum of monthly values over the months of each period, shape (keys, periods); NaN counts as nothing."""
    starts = np.asarray(calendar.starts) - calendar.first
    if not monthly.size:
        return np.zeros((0, len(calendar)))
    return np.add.reduceat(np.nan_to_num(monthly), starts, axis=1)


def at_period_end(calendar: Calendar, monthly: Floats) -> Floats:
    """Value in force in the last month of each period, shape (keys, periods)."""
    ends = np.asarray(calendar.starts) + np.asarray(calendar.lengths) - 1 - calendar.first
    return monthly[:, ends]
