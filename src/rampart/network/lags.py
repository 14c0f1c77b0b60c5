"""Lags: which share of what is done in one period takes effect in another. The one place where lags are worked out.

A lag of a whole number of months moves what is done in a month to the month so much later; a part of a month mixes the
two whole lags around it. What is decided in a period is decided evenly over its months, or in its first one.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from rampart.case.calendar import Calendar

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Matrix = sp.csr_array
NOTHING = 1e-12
"""Share below which nothing comes."""


def shifts(lag: float) -> tuple[tuple[int, float], ...]:
    """Whole months around a lag, each with its share: 2.25 is (2, 0.75), (3, 0.25); 2 is (2, 1.0)."""
    whole = math.floor(lag)
    part = lag - whole
    return tuple((months, share) for months, share in ((whole, 1 - part), (whole + 1, part)) if share > NOTHING)


def first_effect(month: int, lag: float) -> int:
    """Number of the month in which the first of what is done in a month takes effect."""
    return int(month) + math.floor(lag)


def all_there(month: int, lag: float) -> int:
    """Number of the month at whose beginning all of what was done in a month is there."""
    return int(month) + math.ceil(lag)


def begins(calendar: Calendar) -> Integers:
    """Position of the first month of each period, shape (periods,)."""
    starts: Integers = np.asarray(calendar.starts) - calendar.first
    return starts


def summed(calendar: Calendar, monthly: Floats) -> Floats:
    """Sum over the months of each period, shape (..., periods)."""
    return np.asarray(np.add.reduceat(monthly, begins(calendar), axis=-1))


def by_period(calendar: Calendar, monthly: Floats) -> Floats:
    """Mean over the months of each period, shape (..., periods)."""
    whole = summed(calendar, monthly) if monthly.size else monthly[..., : len(calendar)]
    return np.asarray(whole / np.asarray(calendar.lengths, dtype=float))


class Lag(ABC):
    """How what is done in one period takes effect in others."""

    @abstractmethod
    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """Shape (periods, periods), rows the effect.

        only  months of the horizon whose effects count, shape (months,); all by default
        """

    @property
    @abstractmethod
    def months(self) -> float:
        """Months until the first effect, a part of a month included."""


@dataclass(frozen=True)
class Now(Lag):
    """At once."""

    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """The identity, or with ``only`` the share of the months of each period that count."""
        if only is None:
            return sp.coo_array(sp.eye_array(len(calendar)))
        return sp.coo_array(sp.diags_array(by_period(calendar, only.astype(float))))

    @property
    def months(self) -> float:
        """None."""
        return 0.0


@dataclass(frozen=True)
class After(Lag):
    """So many months later, decided evenly over the months of a period: H of the mathematics.

    Columns sum to one, or less where the effect comes after the horizon.
    """

    lag: float

    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """Share of what is done in a period that arrives in another."""
        of_month = calendar.period_of_month
        lengths = np.asarray(calendar.lengths, dtype=float)
        months = np.arange(of_month.size)
        rows, cols, values = [], [], []
        for shift, weight in shifts(self.lag):
            inside = months + shift < of_month.size
            if only is not None:
                inside[inside] = only[months[inside] + shift]
            rows.append(of_month[months[inside] + shift])
            cols.append(of_month[months[inside]])
            values.append(weight / lengths[cols[-1]])
        n = len(calendar)
        matrix = sp.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=(n, n))
        matrix.sum_duplicates()
        return matrix

    @property
    def months(self) -> float:
        """The lag."""
        return self.lag


@dataclass(frozen=True)
class FromStart(Lag):
    """In the month that is so many whole months after the first month of the deciding period."""

    lag: float

    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """One where a period holds that month."""
        effect = [calendar.period(first_effect(start, self.lag)) for start in calendar.starts]
        inside = [
            (period, cause)
            for cause, (start, period) in enumerate(zip(calendar.starts, effect, strict=True))
            if period is not None and (only is None or only[first_effect(start, self.lag) - calendar.first])
        ]
        rows, cols = np.array(inside, dtype=np.int64).reshape(-1, 2).T
        return sp.coo_array((np.ones(cols.size), (rows, cols)), shape=(len(calendar), len(calendar)))

    @property
    def months(self) -> float:
        """The lag."""
        return self.lag


@dataclass(frozen=True)
class Growing(Lag):
    """Capacity decided in the first month of a period, ready after a delay, and then growing evenly over a ramp.

    R of the mathematics, before the rate. A fractional delay mixes the two whole ones around it.

    open  first and last month in which what it is part of works; none: all
    """

    delay: float
    ramp: float
    open: tuple[int, int] | None = None

    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """Sum over the months of a period of the share of capacity then in service."""
        months = np.arange(calendar.first, calendar.last + 1, dtype=float)
        starts = np.asarray(calendar.starts, dtype=float)
        in_service = grown(months[:, None] - starts[None, :], self.delay, self.ramp)
        if self.open is not None:
            in_service *= ((months >= self.open[0]) & (months <= self.open[1]))[:, None]
        if only is not None:
            in_service = in_service * only[:, None]
        return sp.coo_array(np.add.reduceat(in_service, begins(calendar), axis=0))

    @property
    def months(self) -> float:
        """The delay."""
        return self.delay


def grown(since: Floats, delay: float, ramp: float) -> Floats:
    """Share of a capacity that is in service so many months after it was decided, of any shape.

    delay  months until it is ready; ramp  months over which it then grows evenly
    """
    in_service = np.zeros(since.shape)
    for shift, weight in shifts(delay):
        ready = since - shift
        full = np.minimum(1.0, (ready + 0.5) / ramp) if ramp > 0 else np.ones_like(ready)
        in_service += weight * np.where(ready >= 0, full, 0.0)
    return in_service


@dataclass(frozen=True)
class Standing(Lag):
    """There from so many months later on: share that is there in a period, on average over its months.

    lag         months from the decision to the month at whose beginning it is there
    survive     share left at the end of each month of the horizon; none: all
    from_start  decided in the first month of its period, else evenly over its months
    """

    lag: float
    survive: tuple[float, ...] | None = None
    from_start: bool = False

    def over(self, calendar: Calendar, *, only: Booleans | None = None) -> sp.coo_array:
        """Share of what is decided in a period that is there in another."""
        size = calendar.last - calendar.first + 1
        monthly = np.zeros((size, size))
        left = np.ones(size) if self.survive is None else np.array(self.survive)
        for cause in range(size):
            for shift, weight in shifts(self.lag):
                arrival = cause + shift
                if arrival < size:
                    begin = np.concatenate(([1.0], np.cumprod(left[arrival:-1])))
                    monthly[arrival:, cause] += weight * begin * (1 + left[arrival:]) / 2
        if only is not None:
            monthly = monthly * only[:, None]
        lengths = np.asarray(calendar.lengths, dtype=float)
        effects = np.add.reduceat(monthly, begins(calendar), axis=0) / lengths[:, None]
        if self.from_start:
            causes = effects[:, begins(calendar)]
        else:
            causes = np.add.reduceat(effects, begins(calendar), axis=1) / lengths
        return sp.coo_array(causes)

    @property
    def months(self) -> float:
        """The lag."""
        return self.lag


def by_month(calendar: Calendar, decided: Floats, lag: float, *, from_start: bool = False) -> Floats:
    """What arrives in each month of what is decided in each period, shape (months,)."""
    size = calendar.last - calendar.first + 1
    if from_start:
        each = np.zeros(size)
        each[begins(calendar)] = decided
    else:
        each = (decided / np.asarray(calendar.lengths, dtype=float))[calendar.period_of_month]
    arriving = np.zeros(size)
    for shift, weight in shifts(lag):
        if shift < size:
            arriving[shift:] += weight * each[: size - shift]
    return arriving


def arrivals(first: int, length: int, lag: float) -> Iterator[tuple[int, int, float]]:
    """(month decided, month of the effect, share of the whole) of what is decided evenly over some months."""
    for month in range(first, first + length):
        for shift, share in shifts(lag):
            yield month, month + shift, share / length
