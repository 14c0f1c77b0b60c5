"""Tasks over what all of them share, in one process and in several."""

from __future__ import annotations

import os

import pytest

from engine.counting import refused, times
from rampart.engine.pool import Pool


def test_one_worker_works_in_this_process() -> None:
    with Pool(3) as pool:
        assert pool.map(times, [(n,) for n in range(4)]) == [(3 * n, os.getpid()) for n in range(4)]
        with pytest.raises(ValueError, match="three"):
            pool.map(refused, [(n,) for n in range(5)])


def test_several_workers_give_the_results_in_the_order_of_the_tasks() -> None:
    with Pool(3, workers=2) as pool:
        found = pool.map(times, [(n,) for n in range(20)])
        assert [product for product, _ in found] == [3 * n for n in range(20)]
        assert os.getpid() not in {process for _, process in found}
        with pytest.raises(ValueError, match="three"):
            pool.map(refused, [(n,) for n in range(5)])
        # what failed leaves the others at work
        assert pool.map(refused, [(7,)]) == [7]
