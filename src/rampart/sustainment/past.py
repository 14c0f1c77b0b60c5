"""What has happened so far in a course, at instants of any spacing, and how it stood at an earlier time.

Before the first instant the flows of the start are taken to have gone on for ever.
"""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, Whole


class Past:
    """A quantity (...) at instants: cumulated flows, which go on at ``before`` into the past, or levels (``before`` zero).

    back   days before the last instant of which anything is asked: earlier instants are let go of; levels alone
    """

    def __init__(self, first: Floats, before: Floats, back: float = np.inf) -> None:
        self.times, self.back = np.empty(16), back
        self.values = np.empty((16, *first.shape))
        self.times[0], self.values[:2] = 0.0, first  # the second is read, and counts for nothing, while it is not put
        self.before = before
        self.length = 1

    @property
    def last(self) -> Floats:
        """The value at the last instant."""
        last: Floats = self.values[self.length - 1]
        return last  # a view: what is written to it stays

    def put(self, time: float, value: Floats) -> None:
        """Add an instant, later than all others."""
        if self.length == len(self.times):
            self._let_go(int(np.searchsorted(self.times, time - self.back)) - 1)
        if self.length == len(self.times):
            self.times, self.values = _twice_as_long(self.times), _twice_as_long(self.values)
        self.times[self.length], self.values[self.length] = time, value
        self.length += 1

    def _let_go(self, early: int) -> None:
        """Let go of so many of the first instants."""
        if early > 0:
            self.length -= early
            for kept in (self.times, self.values):
                kept[: self.length] = kept[early:].copy()

    def drop(self) -> None:
        """Take the last instant back."""
        self.length -= 1

    def at(self, time: float) -> Floats:
        """The value at one time."""
        if time <= 0 or self.length == 1:
            return np.asarray(self.values[0] + self.before * min(time, 0.0))
        k = min(int(np.searchsorted(self.times[: self.length], time)), self.length - 1)
        share = min((time - self.times[k - 1]) / (self.times[k] - self.times[k - 1]), 1.0)
        return np.asarray(self.values[k - 1] * (1.0 - share) + self.values[k] * share)

    def rows(self, times: Floats, places: Whole) -> Floats:
        """The rows ``places`` (R,), each at a time of its own (R,)."""
        return self._rows(*self._between(times), times, places)

    def _rows(self, k: Whole, share: Floats, times: Floats, places: Whole) -> Floats:
        early, result = self.values[k - 1, places], self.values[k, places]
        shape = (len(times),) + (1,) * (early.ndim - 1)
        result -= early
        result *= share.reshape(shape)
        result += early
        if (times < 0).any():
            result += self.before[places] * np.minimum(times, 0.0).reshape(shape)
        return np.asarray(result)

    def cells(self, times: Floats, places: Whole) -> Floats:
        """The rows ``places`` (R,), every part at a time of its own (R, P)."""
        k, share = self._between(times)
        parts: Whole = np.arange(times.shape[1])
        early, late = self.values[k - 1, places[:, None], parts], self.values[k, places[:, None], parts]
        return np.asarray(early * (1.0 - share) + late * share + self.before[places] * np.minimum(times, 0.0))

    def _between(self, times: Floats) -> tuple[Whole, Floats]:
        """The instant after each time, and how far on the way to it the time is."""
        if self.length == 1:
            return np.ones(times.shape, np.int64), np.zeros(times.shape)
        k: Whole = np.minimum(np.maximum(self.times[: self.length].searchsorted(times), 1), self.length - 1)
        before = self.times[k - 1]
        # As numpy.clip has it, in a third of its time.
        return k, np.minimum(np.maximum((times - before) / (self.times[k] - before), 0.0), 1.0)


def rows_of_both(one: Past, other: Past, times: Floats, places: Whole) -> tuple[Floats, Floats]:
    """The rows of two quantities that have the same instants."""
    k, share = one._between(times)
    return one._rows(k, share, times, places), other._rows(k, share, times, places)


def _twice_as_long(values: Floats) -> Floats:
    """The values so far with room for as many again: np.pad would fill it first."""
    result: Floats = np.empty((2 * len(values), *values.shape[1:]))
    result[: len(values)] = values
    return result
