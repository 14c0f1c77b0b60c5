"""A copy of store and ledger can be served; what an older ledger lacks is noticed, listed and posted again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from rampart.ledger.ledger import open_ledger
from web.returns.test_returns import held, submitted
from web.served import rampart_says


def test_an_older_ledger_is_noticed_and_mended(client_of: Any, cases: Path, store: Path, tmp_path: Path) -> None:
    from rampart.web.backing_up import back_up
    from rampart.web.returns.completing import missing, post_missing

    month = "2026-10"
    ledger = store / "alliance.ledger"
    with open_ledger(ledger) as there:
        there.backup(tmp_path / "older.ledger")
    number, seen = submitted(client_of("edith"), month, "70")
    approver = client_of("arthur")
    assert approver.post(f"/returns/{number}/approve", {"hash": seen}).status_code == 302
    before = held(approver)
    copied = back_up(store, tmp_path / "copy")
    assert copied.ledger and missing() == []
    assert (tmp_path / "copy" / "store.sqlite3").is_file()
    with open_ledger(tmp_path / "copy" / "alliance.ledger") as there:
        assert there.document("XAA", f"return {month} r1") is not None
        assert there.verify() == []
    for old in store.glob("alliance.ledger*"):
        old.unlink()
    shutil.copy(tmp_path / "older.ledger", ledger)
    assert [str(one) for one in missing()] == [f"XAA {month} r1"] and missing("XBB") == []
    assert "October 2026, revision 1" in approver.get("/returns").content.decode()
    assert client_of("ben").get("/api/returns").json()["missing"] == []
    lacking, posted = post_missing()
    assert (len(lacking), posted) == (1, 1) and missing() == [] and held(approver) == before


@pytest.mark.docs
def test_the_command_line_says_what_a_copy_holds(tmp_path: Path, store: Path) -> None:
    rampart_says("db", "upgrade", "--store", str(tmp_path / "staff"))
    said = rampart_says("db", "backup", "--store", str(tmp_path / "staff"), "-o", str(tmp_path / "copy"))
    assert "Store and ledger copied" in said
    said = rampart_says("db", "backup", "--store", str(tmp_path / "staff"), "-o", str(tmp_path / "copy"), code=2)
    assert "There is something in" in said
    assert "has every return" in rampart_says("db", "check", "--store", str(tmp_path / "copy"))
