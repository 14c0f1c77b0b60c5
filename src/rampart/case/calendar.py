"""Months and periods. A month is an integer: 12 x year + (month - 1); a period is a run of whole months."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")


def month_number(text: str) -> int:
    """Month number of "YYYY-MM". Raises ValueError on anything else."""
    match = _MONTH.match(text)
    if not match or not 1 <= int(match[2]) <= 12:
        raise ValueError(f"{text!r} is not a month YYYY-MM")
    return 12 * int(match[1]) + int(match[2]) - 1


def is_month(text: str) -> bool:
    """Whether it is a month written YYYY-MM."""
    match = _MONTH.match(text)
    return bool(match and 1 <= int(match[2]) <= 12)


def month_text(number: int) -> str:
    """Text YYYY-MM of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Calendar:
    """The periods of a plan: ``starts[t]`` first month number and ``lengths[t]`` months of period t."""

    starts: tuple[int, ...]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, start: str, end: str, stretches: Sequence[tuple[str, int]] = ()) -> Calendar:
        """Calendar from ``start`` to ``end`` (both included).

        ``stretches`` gives (first month, months per period). The last period of a stretch is cut where the
        next stretch or the end comes.
        """
        first, last = month_number(start), month_number(end)
        steps = sorted((month_number(at), step) for at, step in stretches)
        starts: list[int] = []
        lengths: list[int] = []
        month = first
        while month <= last:
            step = max((s for s in steps if s[0] <= month), default=(first, 1))[1]
            limit = min((at for at, _ in steps if at > month), default=last + 1)
            length = min(step, limit - month, last + 1 - month)
            starts.append(month)
            lengths.append(length)
            month += length
        return cls(tuple(starts), tuple(lengths))

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def first(self) -> int:
        """Number of the first month."""
        return self.starts[0]

    @property
    def last(self) -> int:
        """Number of the last month."""
        return self.starts[-1] + self.lengths[-1] - 1

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """First month of each period as text."""
        return tuple(month_text(m) for m in self.starts)

    @cached_property
    def period_of_month(self) -> NDArray[np.int64]:
        """Period index of each month from the first, shape (months,)."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def period(self, month: int) -> int | None:
        """Index of the period that holds a month; None outside the calendar."""
        offset = month - self.first
        return int(self.period_of_month[offset]) if 0 <= offset < len(self.period_of_month) else None
