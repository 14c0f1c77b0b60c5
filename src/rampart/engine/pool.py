"""Tasks without a state, each on its own, over what all of them share: results come back in the order of the tasks."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import TracebackType
from typing import Any, Self

_shared: list[Any] = []  # what the tasks of this process share


def cores() -> int:
    """Cores of the computer that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(allowed(0)) if allowed else os.cpu_count() or 1


class Pool:
    """Processes for tasks.

    shared   given to every task as its first argument; must be picklable
    workers  processes; 1 works in this one
    """

    def __init__(self, shared: Any, *, workers: int = 1) -> None:
        self.shared = shared
        self.processes: ProcessPoolExecutor | None = None
        if workers > 1:
            spawn = multiprocessing.get_context("spawn")
            self.processes = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_share, initargs=(shared,))

    def map(self, task: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> list[Any]:
        """``task(shared, *item)`` for every item; the task must be importable by name."""
        if self.processes is None:
            return [task(self.shared, *item) for item in items]
        return [future.result() for future in [self.processes.submit(_do, task, item) for item in items]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.processes is not None:
            self.processes.shutdown(wait=kind is None, cancel_futures=True)


def _share(shared: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    _shared[:] = [shared]


def _do(task: Callable[..., Any], item: tuple[Any, ...]) -> Any:
    return task(_shared[0], *item)
