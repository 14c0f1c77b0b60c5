"""Tasks that keep a state, dealt out over processes: each shard builds its own state once and answers calls.

Tasks are numbered; task n lives in shard n modulo the number of workers, and results come back in the order of the tasks,
so that nothing depends on how many workers there are.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import Any, Self

Make = Callable[[Any, list[int]], Any]

_states: dict[int, Any] = {}  # states of this process, by shard


class Shards:
    """States over tasks 0..n-1, each method called on all of them at once.

    make     (material, numbers) -> state: builds the state of some tasks; must be importable by name
    material what every shard is made from; must be picklable
    tasks    how many there are
    workers  processes; 1 works in this one
    """

    def __init__(self, make: Make, material: Any, tasks: int, *, workers: int = 1) -> None:
        self.workers = max(1, min(workers, tasks))
        self.dealt = [list(range(shard, tasks, self.workers)) for shard in range(self.workers)]
        self.tasks = tasks
        self.pools: list[ProcessPoolExecutor] = []
        if self.workers == 1:
            self.state = make(material, self.dealt[0])
            return
        spawn = multiprocessing.get_context("spawn")
        self.pools = [ProcessPoolExecutor(1, mp_context=spawn) for _ in self.dealt]
        # this process goes on while the states are built: the first call waits for them
        self.built = [
            pool.submit(_make, n, make, material, numbers)
            for n, (pool, numbers) in enumerate(zip(self.pools, self.dealt, strict=True))
        ]

    def call(self, method: str, *arguments: Any) -> list[Any]:
        """Call a method of every state; it returns one result a task, and all come back in the order of the tasks."""
        return self.begin(method, *arguments)()

    def begin(self, method: str, *arguments: Any) -> Callable[[], list[Any]]:
        """Begin a call and go on; what comes back waits for the results (and works them out where there is one worker)."""
        if self.workers == 1:
            return lambda: list(getattr(self.state, method)(*arguments))
        futures: Sequence[Future[list[Any]]] = [
            pool.submit(_call, n, method, arguments) for n, pool in enumerate(self.pools)
        ]

        def collect() -> list[Any]:
            for built in self.built:
                built.result()
            results: list[Any] = [None] * self.tasks
            for future, numbers in zip(futures, self.dealt, strict=True):
                for number, result in zip(numbers, future.result(), strict=True):
                    results[number] = result
            return results

        return collect

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self.pools:
            pool.shutdown(wait=kind is None, cancel_futures=True)


def _make(shard: int, make: Make, material: Any, numbers: list[int]) -> None:
    # Ctrl-C is for the process that asked: the workers finish their call, so that what was found can still be fetched
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _states[shard] = make(material, numbers)


def _call(shard: int, method: str, arguments: tuple[Any, ...]) -> list[Any]:
    return list(getattr(_states[shard], method)(*arguments))
