"""The disk fails at one write or flush after the other (strace makes the calls fail): one finding, and the ledger verifies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.test_power_loss import traced
from rampart.ledger.ledger import open_ledger

SCRIPT = """
import json, sys
sys.path[:0] = {paths!r}
from ledger.small_ledgers import doc
from rampart.findings import FindingsError
from rampart.ledger.ledger import open_ledger
told = []
with open_ledger({ledger!r}) as ledger:
    for n in range(6):
        try:
            ledger.post(doc(f"k{turn}-{{n}}", "production", "2024-01-10", 5, note="x" * 3000))
            told.append("posted")
        except FindingsError as wrong:
            told.append([f.code for f in wrong.findings])
print(json.dumps(told))
"""
FAILS = [("EIO", "fdatasync", 6), ("EIO", "pwrite64", 20), ("ENOSPC", "pwrite64", 20)]
"""The error, the call, and how many of those of a run are made to fail, one in each run."""


@traced
@pytest.mark.parametrize("turns", [pytest.param(6, marks=pytest.mark.docs), pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("error", "call", "calls"), FAILS)
def test_a_call_that_fails_is_one_finding(tmp_path: Path, error: str, call: str, calls: int, turns: int) -> None:
    """One write or flush of a run fails, those that follow do not: what was acknowledged is there, and nothing in part."""
    ledger = tmp_path / "a.ledger"
    open_ledger(ledger, create=True).close()
    acknowledged, failed = set(), 0
    for turn in range(1, turns + 1):
        script = SCRIPT.format(paths=[p for p in sys.path if p], ledger=str(ledger), turn=turn)
        at = f"inject={call}:error={error}:when={1 + (turn - 1) % calls}"
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(ledger), "-P", f"{ledger}-wal", "-e", f"trace={call}",
             "-e", at, sys.executable, "-c", script], check=True, capture_output=True, text=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        refused = [one for one in told if one != "posted"]
        assert all(one == ["ledger-cannot-write"] for one in refused), told
        assert len(refused) <= 1, "the disk failed once"
        failed += len(refused)
        acknowledged |= {f"k{turn}-{n}" for n, one in enumerate(told) if one == "posted"}
        with open_ledger(ledger) as again:
            assert again.verify() == []
            assert acknowledged <= {d.key for d in again.documents()}
    assert failed > turns / 2
