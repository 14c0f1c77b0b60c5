"""Time that an answer may take: what is asked first is worked out first, and what was not reached is named."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Each = TypeVar("Each")


class AllowedTime:
    """Seconds from now on; None: as long as it takes.

    cut  what was not worked out, or not to the end, because the time was up: names in the order in which they were
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self.cut: list[str] = []

    @property
    def up(self) -> bool:
        """Whether the time is up."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    def leaves(self, name: str) -> bool:
        """Whether something may begin; where the time is up it is named as cut."""
        if self.up:
            self.cut_short(name)
            return False
        return True

    def cut_short(self, name: str) -> None:
        """Name what is not worked out to the end."""
        if name not in self.cut:
            self.cut.append(name)

    def while_left(self, name: str, every: Iterable[Each]) -> Iterator[Each]:
        """One after another while time is left; where it runs out between them the whole is named as cut."""
        for one in every:
            if not self.leaves(name):
                return
            yield one
