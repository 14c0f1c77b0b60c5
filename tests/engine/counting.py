"""Work for the processes of the engine; they find it by its name."""

from __future__ import annotations

import os
from collections.abc import Iterator


def times(factor: int, number: int) -> tuple[int, int]:
    """The product, and the process that made it."""
    return factor * number, os.getpid()


def refused(shared: object, number: int) -> int:
    """A task that fails at 3."""
    if number == 3:
        raise ValueError("three")
    return number


class Counters:
    """A state that counts what each of its tasks was given, from a beginning of its own."""

    def __init__(self, begin: int, numbers: list[int]) -> None:
        self.held = {n: begin + n for n in numbers}

    def add(self, amount: int) -> Iterator[int]:
        """What each task holds after the amount was added."""
        for n in self.held:
            self.held[n] += amount
            yield self.held[n]
