"""What has happened so far in a course, at instants of any spacing, and how it stood at an earlier time.

Before the first instant the flows of the start are taken to have gone on for ever.
"""

from __future__ import annotations

import numpy as np

from rampart.sustainment.echelon_network import Floats, Whole


class Past:
    """A quantity (...) at instants: cumulated flows, which go on at ``before`` into the past, or levels (``before`` zero)."""

    def __init__(self, first: Floats, before: Floats) -> None:
        self.times = np.zeros(64)
        self.values = np.zeros((64, *first.shape))
        self.values[0] = first
        self.before = before
        self.length = 1

    @property
    def last(self) -> Floats:
        """The value at the last instant."""
        return np.asarray(self.values[self.length - 1])

    def put(self, time: float, value: Floats) -> None:
        """Add an instant, later than all others."""
        if self.length == len(self.times):
            self.times = np.concatenate((self.times, np.zeros(self.length)))
            self.values = np.concatenate((self.values, np.zeros_like(self.values)))
        self.times[self.length], self.values[self.length] = time, value
        self.length += 1

    def drop(self) -> None:
        """Take the last instant back."""
        self.length -= 1

    def at(self, time: float, place: int | slice = slice(None)) -> Floats:
        """The value at one time, or its row ``place``."""
        if time <= 0:
            return np.asarray(self.values[0][place] + self.before[place] * time)
        k = min(int(np.searchsorted(self.times[: self.length], time)), self.length - 1)
        t0, t1 = self.times[k - 1], self.times[k]
        share = min((time - t0) / (t1 - t0), 1.0) if k else 0.0
        return np.asarray(self.values[k - 1][place] * (1.0 - share) + self.values[k][place] * share)

    def each(self, times: Floats, place: int | slice = slice(None)) -> Floats:
        """The value of each part at a time of its own (P,)."""
        k = np.clip(np.searchsorted(self.times[: self.length], times), 1, max(self.length - 1, 1)).astype(np.int64)
        parts: Whole = np.arange(len(times))
        if self.length == 1:
            return np.asarray(self.values[0][place] + self.before[place] * np.minimum(times, 0.0))
        share = np.clip((times - self.times[k - 1]) / (self.times[k] - self.times[k - 1]), 0.0, 1.0)
        if isinstance(place, int):
            early, late = self.values[k - 1, place, parts], self.values[k, place, parts]
        else:
            early, late = self.values[k - 1, :, parts].T, self.values[k, :, parts].T
        return np.asarray(early * (1.0 - share) + late * share + self.before[place] * np.minimum(times, 0.0))
