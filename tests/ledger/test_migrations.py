"""The steps between versions: up and down on both stores, whole or not at all, and ledgers of before without loss."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ledger.servers import Server, server
from ledger.small_ledgers import doc, stock
from ledger.stores_of_before import make_file, make_on_server
from ledger.test_postgres import story
from rampart.findings import PlaceError
from rampart.ledger.ledger import Ledger, open_ledger, upgrade
from rampart.ledger.store import migrating, opening, postgres, tables, writing
from rampart.ledger.store.opening import LedgerError, bring_up, connect

__all__ = ["server"]
NOW = tables.VERSION


def told(ledger: Ledger) -> list[Any]:
    """What a story is in a ledger: every document with its hash, every balance."""
    return [ledger.documents(), ledger.balances(), ledger.counts(), ledger.heads(), ledger.verify()]


def write_story(store: Any) -> None:
    """Postings of two nations, some refused, by the statements of the posting path, which all versions share."""
    for n, posting in enumerate(story(random.Random(5))):
        try:
            writing.write(store, posting, at=1_730_000_000_000_000 + n)
        except LedgerError:
            continue


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_before_is_upgraded_without_loss(tmp_path: Path, version: int) -> None:
    path, same = tmp_path / "old.ledger", tmp_path / "new.ledger"
    make_file(path, version)
    with pytest.raises(LedgerError, match=f"version {version}"):
        open_ledger(path)
    old = connect(path, any_version=True)
    write_story(old)
    before = old.rows(sa.select(tables.documents)), old.rows(sa.select(tables.entries))
    old.close()
    assert len(before[0]) > 5
    assert upgrade(path) == (version, NOW) and upgrade(path) == (NOW, NOW)
    with open_ledger(path) as ledger, open_ledger(same, create=True) as fresh:
        assert (
            ledger._store.rows(sa.select(tables.documents)),
            ledger._store.rows(sa.select(tables.entries)),
        ) == before
        write_story(fresh._store)
        assert told(ledger) == told(fresh) and ledger.verify() == []
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            ledger._store.driver.execute("DELETE FROM documents")
        assert made(ledger._store.core) == made(fresh._store.core)


def made(core: sa.Connection) -> Any:
    """Tables, columns and indexes as the store has them."""
    looks, found = sa.inspect(core), {}
    for name in looks.get_table_names():
        indexes = {
            i["name"]: (i["column_names"], str(i["dialect_options"].get("sqlite_where")))
            for i in looks.get_indexes(name)
        }
        unique = sorted(u["column_names"] for u in looks.get_unique_constraints(name))
        columns = [(c["name"], str(c["type"]), c["nullable"], c["primary_key"]) for c in looks.get_columns(name)]
        found[name] = (columns, indexes, unique)
    return found


@pytest.mark.parametrize("version", [1, 2])
def test_a_server_of_before_is_upgraded_without_loss(server: Server, version: int) -> None:
    server.sql("postgres", "DROP DATABASE IF EXISTS old", "CREATE DATABASE old OWNER owner")
    url = server.url("owner", "old")
    make_on_server(url, version)
    login = server.login("login_all", "*", database="old")
    if version == 2:  # version 1 served nobody
        with pytest.raises(LedgerError, match="version 2"):
            open_ledger(login)
    fill(server, "old")
    assert upgrade(url) == (version, NOW) and upgrade(url) == (NOW, NOW)
    login = server.login("login_all", "*", database="old")
    fresh = server.login("login_all", "*", database=server.fresh("new"))
    fill(server, "new")
    with open_ledger(login) as ledger, open_ledger(fresh) as other:
        assert told(ledger) == told(other) and ledger.verify() == [] and len(ledger.documents()) > 5
    with open_ledger(server.login("login_u", "XUU", database="old")) as own:
        assert {d.nation for d in own.documents()} == {"XUU"}


def fill(server: Server, database: str) -> None:
    """Rows of a story put in by the superuser, whatever the version."""
    import tempfile

    import psycopg

    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "a", create=True) as ledger:
        write_story(ledger._store)
        with psycopg.connect(server.url("root_of_tests", database)) as raw, raw.cursor() as cursor:
            for table in (tables.documents, tables.entries):
                rows = ledger._store.rows(sa.select(table))
                holes = ", ".join(["%s"] * len(table.columns))
                cursor.executemany(f"INSERT INTO rampart.{table.name} VALUES ({holes})", rows)  # type: ignore[arg-type]


def test_a_file_goes_down_and_up(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with open_ledger(path, create=True) as ledger:
        write_story(ledger._store)
        was, looked = told(ledger), made(ledger._store.core)
    store = connect(path)
    assert [bring_up(store, to=to) for to in (2, 1, 2, 1, NOW, 1)] == [NOW, 2, 1, 2, 1, NOW]
    assert store.rows(sa.text("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")) == [(0,)]
    assert bring_up(store) == 1
    store.close()
    with open_ledger(path) as ledger:
        assert told(ledger) == was and made(ledger._store.core) == looked
        assert ledger._store.rows(sa.text("SELECT version_num FROM alembic_version")) == [(migrating.revision(NOW),)]
    store = connect(path)
    assert bring_up(store, to=0) == NOW
    assert store.rows(sa.text("SELECT count(*) FROM sqlite_schema")) == [(0,)]
    store.close()
    open_ledger(path, create=True).close()


def test_a_server_goes_down_and_up(server: Server) -> None:
    name = server.fresh("steps")
    url = server.url("owner", name)
    assert upgrade(url) == (NOW, NOW)
    assert [postgres.migrate(url, to=to) for to in (1, 2, NOW)] == [(NOW, 1), (1, 2), (2, NOW)]
    login = server.login("login_steps", "XAA", database=name)
    with open_ledger(login) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 9))
    assert postgres.migrate(url, to=1) == (NOW, 1) and postgres.migrate(url) == (1, NOW)
    with open_ledger(login) as ledger:
        assert stock(ledger) == {"": 9} and ledger.verify() == []
    import psycopg

    with psycopg.connect(server.url("root_of_tests", name), autocommit=True) as raw:
        with pytest.raises(psycopg.Error, match="only added to"):
            raw.execute("DELETE FROM rampart.entries")
        raw.execute("UPDATE rampart.alembic_version SET version_num = '0009'")
    with pytest.raises(LedgerError, match="9"):
        open_ledger(login)
    server.sql(name, f"UPDATE rampart.alembic_version SET version_num = '{migrating.revision(NOW)}'")
    assert postgres.migrate(url, to=0) == (NOW, 0)
    with pytest.raises(LedgerError, match="no ledger"):
        open_ledger(login)


def test_an_older_file_is_brought_up_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.ledger"
    make_file(path, 1)
    old = connect(path, any_version=True)
    writing.write(old, [doc("p", "production", "2024-01-10", 5)])
    old.close()
    with monkeypatch.context() as patch:
        runs = op.execute

        def fails(statement: str) -> None:
            runs("CREATE TABLE nonsense" if "entries_never" in statement else statement)

        patch.setattr(op, "execute", fails)
        with pytest.raises(PlaceError):
            upgrade(path)
    old = connect(path, any_version=True)
    assert migrating.version_of(old.core) == 1
    assert {name for (name,) in old.rows(sa.text("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL"))} == {
        "documents", "entries",
    }  # fmt: skip
    old.close()
    assert upgrade(path) == (1, NOW)
    with open_ledger(path) as ledger:
        assert stock(ledger) == {"": 5} and ledger.verify() == []
        ledger._store.driver.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="99"):
        open_ledger(path)


def test_tables_are_what_the_steps_make(server: Server, tmp_path: Path) -> None:
    """Alembic compares what the steps made with what the program asks: nothing to add, nothing to take out."""
    with open_ledger(tmp_path / "a", create=True) as ledger:
        context = MigrationContext.configure(ledger._store.core, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        strict = ledger._store.rows(
            sa.text("SELECT name, wr, strict FROM pragma_table_list WHERE name IN ('documents', 'entries')")
        )
        assert sorted(strict) == [("documents", 0, 1), ("entries", 1, 1)]
    engine = sa.create_engine(f"postgresql+psycopg://owner@/{server.fresh('same_tables')}?host={server.folder}")
    with engine.connect() as core:
        core.exec_driver_sql("SET search_path TO rampart")
        context = MigrationContext.configure(core, opts={"compare_type": True, "include_name": ours})
        assert compare_metadata(context, tables.metadata) == []
        sorts = (
            "SELECT DISTINCT collation_name FROM information_schema.columns"
            " WHERE table_schema = 'rampart' AND data_type = 'text'"
        )
        assert core.exec_driver_sql(sorts).fetchall() == [("C",)]
    engine.dispose()


def ours(name: str | None, kind: str, _: Any) -> bool:
    """Tables of the program; who speaks for whom is the owner's."""
    return kind != "table" or name in tables.metadata.tables


def test_two_who_make_it_at_once_make_one(tmp_path: Path) -> None:
    """The second finds what the first has made, whenever it looked."""
    path = tmp_path / "a.ledger"
    one = opening.sqlite3.connect(path, isolation_level=None)
    other = opening.FileStore(opening.open_engine("sqlite+pysqlite", lambda: one))
    with open_ledger(path, create=True) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 5))
        assert bring_up(other) == NOW and stock(ledger) == {"": 5}
    other.close()
