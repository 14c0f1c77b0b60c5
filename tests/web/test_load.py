"""Fifty readers, a plan in the making, a million entries and a plan of 32 nations, 100 items and 120 months."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.web import make_store, measure


@pytest.mark.slow
def test_readers_in_company_wait_no_longer_than_twice_as_long(tmp_path: Path) -> None:
    """The median page at most twice that of a reader alone just before, in the median turn, and below 0.3 s in all of them."""
    make_store(tmp_path / "store", entries=1_000_000)
    found = measure(tmp_path / "store", readers=50, think=5.0, seconds=80.0)
    assert found.times <= 2, [turn.times for turn in found.turns]
    assert found.medians[1] < 0.3
