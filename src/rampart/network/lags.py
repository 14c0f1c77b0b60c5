"""Lags between months: the share of what is done in one period that takes effect in another."""

from __future__ import annotations

import math

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.case.calendar import Calendar


def by_period(calendar: Calendar, monthly: Floats) -> Floats:
    """Mean over the months of each period, shape (..., periods)."""
    starts = np.asarray(calendar.starts) - calendar.first
    summed = np.add.reduceat(monthly, starts, axis=-1) if monthly.size else monthly[..., : len(calendar)]
    return np.asarray(summed / np.asarray(calendar.lengths, dtype=float))


def present(calendar: Calendar, lag: float, *, survive: Floats | None = None, from_start: bool = False) -> sp.coo_array:
    """Share of what is decided in a period that is there in another, on average over its months. (periods, periods).

    lag         months from the decision to the month at whose beginning it is there; a part of a month mixes two
    survive     share (months,) left at the end of each month; none: all
    from_start  decided in the first month of its period, else evenly over its months
    """
    months = calendar.last - calendar.first + 1
    monthly = np.zeros((months, months))
    left = np.ones(months) if survive is None else survive
    whole, part = math.floor(lag), lag - math.floor(lag)
    for cause in range(months):
        for shift, weight in ((whole, 1 - part), (whole + 1, part)):
            arrival = cause + shift
            if weight > 1e-12 and arrival < months:
                begin = np.concatenate(([1.0], np.cumprod(left[arrival:-1])))
                monthly[arrival:, cause] += weight * begin * (1 + left[arrival:]) / 2
    starts = np.asarray(calendar.starts) - calendar.first
    lengths = np.asarray(calendar.lengths, dtype=float)
    effects = np.add.reduceat(monthly, starts, axis=0) / lengths[:, None]
    causes = effects[:, starts] if from_start else np.add.reduceat(effects, starts, axis=1) / lengths
    return sp.coo_array(causes)


Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


Matrix = sp.csr_array


def growth_months(
    calendar: Calendar, delay: float, ramp: float, *, only: NDArray[np.bool_] | None = None
) -> sp.coo_array:
    """Shape (periods, periods): sum over the months of a period of the share of capacity then in service.

    only  months of the horizon that count, shape (months,); all by default
    """

    def share(months_ready: NDArray[np.float64]) -> NDArray[np.float64]:
        grown = np.minimum(1.0, (months_ready + 0.5) / ramp) if ramp > 0 else np.ones_like(months_ready)
        return np.where(months_ready >= 0, grown, 0.0)

    whole = math.floor(delay)
    part = delay - whole
    months = np.arange(calendar.first, calendar.last + 1, dtype=float)
    starts = np.asarray(calendar.starts, dtype=float)
    since = months[:, None] - starts[None, :] - whole
    in_service = (1 - part) * share(since) + part * share(since - 1)
    if only is not None:
        in_service = in_service * only[:, None]
    begin = np.asarray(calendar.starts) - calendar.first
    return sp.coo_array(np.add.reduceat(in_service, begin, axis=0))


def lag_shares(calendar: Calendar, lag: float, *, only: NDArray[np.bool_] | None = None) -> sp.coo_array:
    """H over periods: shape (periods, periods), rows the effect.

    only  months of the horizon whose effects count, shape (months,); all by default
    """
    whole = math.floor(lag)
    part = lag - whole
    of_month = calendar.period_of_month
    lengths = np.asarray(calendar.lengths, dtype=float)
    months = np.arange(of_month.size)
    rows, cols, values = [], [], []
    for shift, weight in ((whole, 1 - part), (whole + 1, part)):
        if weight <= 1e-12:
            continue
        inside = months + shift < of_month.size
        if only is not None:
            inside[inside] = only[months[inside] + shift]
        rows.append(of_month[months[inside] + shift])
        cols.append(of_month[months[inside]])
        values.append(weight / lengths[cols[-1]])
    n = len(calendar)
    if not rows:
        return sp.coo_array((n, n))
    matrix = sp.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=(n, n))
    matrix.sum_duplicates()
    return matrix
