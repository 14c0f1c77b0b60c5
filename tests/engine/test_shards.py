"""States dealt out over processes: one result a task, in the order of the tasks, on any number of processes."""

from __future__ import annotations

import pytest

from engine.counting import Counters
from rampart.engine.shards import Shards


@pytest.mark.parametrize("workers", [1, 2])
def test_each_task_keeps_its_state_from_call_to_call(workers: int) -> None:
    with Shards(Counters, 100, 5, workers=workers) as shards:
        assert shards.call("add", 1) == [101, 102, 103, 104, 105]
        assert shards.call("add", 10) == [111, 112, 113, 114, 115]


def test_there_are_no_more_shards_than_tasks() -> None:
    with Shards(Counters, 0, 1, workers=9) as shards:
        assert shards.workers == 1
        assert shards.call("add", 2) == [2]
