"""By when something is due: the last month until which waiting costs next to nothing, sought step by step, then halfway."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rampart.plan.reading.loss import Loss

Losses = Callable[[Sequence[int], Sequence[int]], Sequence[Loss | None]]
"""What some lose, by their places, that wait for so many periods each."""


@dataclass(frozen=True)
class Due:
    """Last month in which something may be decided.

    at_latest  as far as is known: what is not solved again, or only as if what comes whole could be split, may ask for it
               sooner
    """

    month: int
    at_latest: bool = False


class Search:
    """The periods for which each may wait: those known to be harmless, and the first that is known to cost too much."""

    def __init__(self, count: int, most: float, end: int) -> None:
        self.most = most
        self.harmless, self.harmful = [0] * count, [end + 1] * count
        self.unknown: set[int] = set()
        self.at_latest: set[int] = set()

    def learn(self, n: int, periods: int, loss: Loss | None) -> None:
        """Take in what one loses that waits for so many periods."""
        if loss is not None and loss.unseen and (n in self.at_latest or self.harmless[n] == 0):
            self.at_latest.add(n)
            self.harmless[n] = max(self.harmless[n], periods)
        elif loss is None or loss.unseen:
            if self.harmless[n] == 0 and self.harmful[n] > periods:
                self.unknown.add(n)
            self.harmful[n] = min(self.harmful[n], periods)
        elif loss.share > self.most:
            self.harmful[n] = min(self.harmful[n], periods)
        else:
            self.harmless[n] = max(self.harmless[n], periods)
            if loss.split:
                self.at_latest.add(n)

    def next(self, steps: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Periods to try next for each that is not settled: further while nothing is lost, else halfway."""
        last = max(steps)
        for n, (good, bad) in enumerate(zip(self.harmless, self.harmful, strict=True)):
            if n in self.unknown or bad - good <= 1 or good >= last:
                continue
            further = next((step for step in steps if step > good), last)
            yield n, further if further < bad else (good + bad) // 2


def last_months(
    told: Mapping[int, Sequence[Loss | None]], losses: Losses, steps: Sequence[int], most: float, starts: Sequence[int],
    last: int,
) -> list[Due]:  # fmt: skip
    """Last month in which each may be decided while it costs at most a share ``most`` of the objective.

    Where not even the shortest delay is known, nothing says that it can wait: it is the first month. Where the first months
    are not known in the passes that a large case does not solve again, it is the last one for all before these.

    told    what is known, by periods of delay
    steps   periods tried while nothing is lost
    starts  first month of each period; ``last``  the last month of the plan
    """
    search = Search(len(next(iter(told.values()))), most, len(starts))
    for periods in sorted(told):
        for n, loss in enumerate(told[periods]):
            search.learn(n, periods, loss)
    while asked := dict(search.next(steps)):
        for (n, periods), loss in zip(asked.items(), losses(list(asked), list(asked.values())), strict=True):
            search.learn(n, periods, loss)
    return [
        Due(starts[at] if at < len(starts) else last, n in search.at_latest) for n, at in enumerate(search.harmless)
    ]
