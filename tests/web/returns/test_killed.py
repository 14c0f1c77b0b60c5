"""Killed by SIGKILL before or after the ledger has what was approved: posted once, one entry in the trail, with its key."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from places import CASES
from rampart.ledger.ledger import open_ledger
from web.returns.test_returns import submitted
from web.served import served

pytestmark = [pytest.mark.docs, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")]
MONTHS = {"before": "2022-01", "after": "2022-02"}


@pytest.mark.parametrize("moment", MONTHS)
def test_what_was_approved_is_posted_once_by_its_key(
    client_of: Any, cases: Path, store: Path, tmp_path: Path, moment: str
) -> None:
    from rampart.web.backing_up import back_up

    month = MONTHS[moment]
    number, seen = submitted(client_of("edith"), month)
    copy = back_up(store, tmp_path / "copy").folder
    (copy / "plans").mkdir()
    (copy / "cases").mkdir()
    (copy / "cases" / "tiny").symlink_to(CASES / "tiny")

    def asked(what: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(copy / "store.sqlite3", timeout=60)) as there:
            return there.execute(what).fetchall()

    def documents() -> int:
        with open_ledger(copy / "alliance.ledger") as there:
            return sum(one.key == f"return {month} r1" for one in there.documents())

    command = [sys.executable, str(Path(__file__).with_name("dying.py")), str(copy), moment, str(number), seen]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, env=env)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    of = f"verb = 'return.approve' AND about = 'XAA {month} r1'"
    trail = f"SELECT outcome, json_extract(facts, '$.key') FROM audit WHERE {of}"
    state = f"SELECT state FROM returns WHERE id = {number}"
    assert asked(state) == [("approved",)] and documents() == (moment == "after")
    assert asked(trail) == []  # what became of it is not known yet
    with served(copy):
        begun = time.monotonic()
        while asked(state) != [("posted",)]:
            assert time.monotonic() - begun < 300
            time.sleep(0.1)
    assert documents() == 1 and asked(trail) == [("done", f"return {month} r1")]
