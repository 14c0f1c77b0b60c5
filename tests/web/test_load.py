"""Fifty readers, a plan in the making, a million entries and a plan of 32 nations, 100 items and 120 months."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.web import make_store, measure


@pytest.mark.slow
def test_readers_in_company_wait_no_longer_than_twice_as_long(tmp_path: Path) -> None:
    """On a machine that does nothing else: the median page at most twice that of a reader alone, and below 0.3 s."""
    make_store(tmp_path / "store", entries=1_000_000)
    idle, loaded = measure(tmp_path / "store", readers=50, think=5.0, seconds=60.0).medians
    assert loaded < min(0.3, 2 * idle)
