"""Stores that were made by the code of before are brought to this version, and nothing in them is lost.

``stores/`` holds them as SQL: 0003 is the web store of commit 84ba057e, 0005 the web store and the ledger of c89e1b40. Each was
filled through the pages of then: accounts, one of them deactivated, sessions, a token, a wrong password, a job, and in 0005 a
return that is posted, a draft, and a case kept in versions.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from places import CASES
from rampart.ledger.ledger import open_ledger
from web.opened import PASSWORD
from web.plans.test_jobs import Browser
from web.served import rampart_says, served

STORES = Path(__file__).with_name("stores")
GROWN = {"django_migrations", "sqlite_sequence", "auth_permission", "django_content_type"}
"""Tables of Django's own, to which an upgrade may add."""


def made(sql: Path, file: Path) -> None:
    with closing(sqlite3.connect(file)) as store:
        store.executescript(sql.read_text(encoding="utf-8"))


def rows(file: Path, like: dict[str, list[str]] | None = None) -> dict[str, tuple[list[str], list[Any]]]:
    """Every row of every table; of tables that are in ``like`` the columns that it names."""
    with closing(sqlite3.connect(file)) as store:
        names = [n for (n,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if n not in GROWN]
        found = {}
        for name in names:
            of = (like or {}).get(name) or [column[1] for column in store.execute(f"PRAGMA table_info({name})")]
            said = ", ".join(f'"{column}"' for column in of)
            found[name] = (of, sorted(store.execute(f"SELECT {said} FROM {name}"), key=repr))
        return found


@pytest.mark.docs
@pytest.mark.parametrize("version", ["0003", "0005"])
def test_a_store_of_before_is_upgraded_without_loss_and_served(tmp_path: Path, version: str) -> None:
    store = tmp_path / "staff"
    store.mkdir()
    (store / "secret.key").write_text("a key of before", encoding="ascii")
    made(STORES / f"{version}.sql", store / "store.sqlite3")
    ledger = STORES / f"{version}.ledger.sql"
    if ledger.is_file():
        made(ledger, store / "alliance.ledger")
        booked = rows(store / "alliance.ledger")
    before = rows(store / "store.sqlite3")
    assert len(before["person"][1]) == 5 and len(before["audit"][1]) > 8
    said = rampart_says("serve", "--store", str(store), "--port", "0", code=1)
    assert "behind this version" in said
    rampart_says("db", "upgrade", "--store", str(store))
    assert "up to date" in rampart_says("db", "upgrade", "--store", str(store))
    after = rows(store / "store.sqlite3", {name: of for name, (of, _) in before.items()})
    assert {name: after[name] for name in before} == before
    with closing(sqlite3.connect(store / "store.sqlite3")) as there:
        assert there.execute("PRAGMA foreign_key_check").fetchall() == []
        for verb in ("DELETE FROM audit", "UPDATE audit SET who = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                there.execute(verb)
    with open_ledger(store / "alliance.ledger") as there:
        assert there.verify() == []
    if ledger.is_file():
        after = rows(store / "alliance.ledger", {name: of for name, (of, _) in booked.items()})
        assert {n: after[n] for n in ("documents", "entries")} == {n: booked[n] for n in ("documents", "entries")}
    assert "has every return" in rampart_says("db", "check", "--store", str(store))
    (store / "cases" / "tiny").symlink_to(CASES / "tiny")
    with served(store) as (address, _):
        assert "served already" in rampart_says("serve", "--store", str(store), "--port", "0", code=1)
        browser = Browser(address)
        browser.send("/sign-in", "/sign-in", username="edith", password=PASSWORD)
        assert "nightly" in browser.get("/account")
        if ledger.is_file():
            assert "January 2025" in browser.get("/returns") and "70" in browser.get("/ledger?on=2025-02-01")
