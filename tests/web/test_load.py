"""Fifty readers, a plan in the making, a million entries and a plan of 32 nations, 100 items and 120 months."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks.web import make_store, measure


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="the work of a process is read in /proc")
def test_readers_in_company_wait_no_longer_than_twice_as_long(tmp_path: Path) -> None:
    """A page in company takes no more than twice the processor, whatever else the machine does. Where it leaves a reader alone
    at least half of a processor, the median page takes at most twice as long as alone just before, and less than 0.3 s.
    """
    make_store(tmp_path / "store", entries=1_000_000)
    found = measure(tmp_path / "store", readers=50, think=5.0, seconds=80.0)
    assert found.work <= 2, [turn.work for turn in found.turns]
    if found.waits > 2:
        pytest.skip(
            f"the machine does other work: a page takes {found.waits:.1f} times as long as the processor works at it"
        )
    assert found.times <= 2, [turn.times for turn in found.turns]
    assert found.medians[1] < 0.3
