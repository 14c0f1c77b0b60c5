"""Opening the file of a ledger, making it, and bringing it to the version of this program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rampart.findings import Finding, FindingsError, PlaceError
from rampart.ledger.store.tables import APPLICATION, STEPS, VERSION

PATIENCE = 60.0
"""Seconds that a writer waits for its turn."""


class LedgerError(FindingsError):
    """What a ledger refuses, or what is wrong with it."""


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """Troubles of the file as findings: in use for too long, full, unreadable, damaged, no ledger."""
    try:
        yield
    except sqlite3.OperationalError as wrong:
        busy = wrong.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if busy:
            raise LedgerError([Finding("ledger-busy", file=str(path))]) from wrong
        raise PlaceError([Finding("ledger-cannot-write", file=str(path), details={"why": str(wrong)})]) from wrong
    except sqlite3.DatabaseError as wrong:
        raise LedgerError([Finding("ledger-not-one", file=str(path))]) from wrong


def connect(path: Path, *, create: bool = False, any_version: bool = False) -> sqlite3.Connection:
    """A connection to a ledger, in write-ahead mode and flushed at every commit.

    create       make it where there is nothing, or an empty file
    any_version  also one of an older version, to bring it up to this one

    Raises LedgerError where the file is no ledger, or of another version; PlaceError where it cannot be opened.
    """
    if not create and not path.is_file():
        raise LedgerError([Finding("ledger-none", file=str(path))])
    with saying(path):
        connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            version = _version(connection, path, create=create)
            if version < VERSION and not any_version:
                raise LedgerError([_version_finding("ledger-older", path, version)])
            if version > VERSION:
                raise LedgerError([_version_finding("ledger-newer", path, version)])
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return connection


def _version_finding(code: str, path: Path, version: int) -> Finding:
    return Finding(code, file=str(path), value=str(version), details={"version": VERSION})


def _version(connection: sqlite3.Connection, path: Path, *, create: bool) -> int:
    """The version of the file, which is made where there is nothing."""
    whose = connection.execute("PRAGMA application_id").fetchone()[0]
    if whose != APPLICATION:
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if not (create and empty and whose == 0):
            raise LedgerError([Finding("ledger-not-one", file=str(path))])
        bring_up(connection)
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def bring_up(connection: sqlite3.Connection, *, to: int = VERSION) -> int:
    """Bring the file to a version in one transaction, whole or not at all; the version that it had is given back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        had = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for step in STEPS[had:to]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {max(had, to)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return had
