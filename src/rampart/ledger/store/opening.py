"""Opening the file of a ledger, making it, and bringing it to the version of this program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rampart.findings import Finding, FindingsError, PlaceError
from rampart.ledger.store import migrating
from rampart.ledger.store.connection import Books, Store, drivers_words, open_engine
from rampart.ledger.store.tables import APPLICATION, VERSION

PATIENCE = 60.0
"""Seconds that a writer waits for its turn."""


class LedgerError(FindingsError):
    """What a ledger refuses, or what is wrong with it."""


class FileStore(Store):
    """A ledger in a file of SQLite: only the program guards one nation's rows from another there."""

    driver: sqlite3.Connection

    @property
    def in_transaction(self) -> bool:
        """See ``Store``."""
        return self.driver.in_transaction

    def begin_reading(self) -> None:
        """See ``Store``."""
        self.driver.execute("BEGIN")

    def begin_writing(self, books: Books) -> None:
        """See ``Store``; one that first reads and then writes would fail at once whatever its patience."""
        self.driver.execute("BEGIN IMMEDIATE")

    def damage(self) -> list[str]:
        """See ``Store``."""
        return [row for (row,) in self.driver.execute("PRAGMA integrity_check") if row != "ok"]


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """Troubles of the file as findings: in use for too long, full, unreadable, damaged, no ledger."""
    try:
        with drivers_words():
            yield
    except sqlite3.OperationalError as wrong:
        busy = wrong.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if busy:
            raise LedgerError([Finding("ledger-busy", file=str(path))]) from wrong
        raise PlaceError([Finding("ledger-cannot-write", file=str(path), details={"why": str(wrong)})]) from wrong
    except sqlite3.DatabaseError as wrong:
        raise LedgerError([Finding("ledger-not-one", file=str(path))]) from wrong


def connect(path: Path, *, create: bool = False, any_version: bool = False) -> FileStore:
    """A ledger's store, in write-ahead mode and flushed at every commit.

    create       make it where there is nothing, or an empty file
    any_version  also one of an older version, to bring it up to this one

    Raises LedgerError where the file is no ledger, or of another version; PlaceError where it cannot be opened.
    """
    if not create and not path.is_file():
        raise LedgerError([Finding("ledger-none", file=str(path))])
    with saying(path):
        driver = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            whose = driver.execute("PRAGMA application_id").fetchone()[0]
            store = FileStore(open_engine("sqlite+pysqlite", lambda: driver))
            if whose != APPLICATION:
                empty = driver.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
                if not (create and empty and whose == 0):
                    raise LedgerError([Finding("ledger-not-one", file=str(path))])
                bring_up(store)
            version = migrating.version_of(store.core)
            if version < VERSION and not any_version:
                raise LedgerError([_version_finding("ledger-older", path, version)])
            if version > VERSION:
                raise LedgerError([_version_finding("ledger-newer", path, version)])
            driver.execute("PRAGMA journal_mode = WAL")
            driver.execute("PRAGMA synchronous = FULL")
            driver.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            driver.close()
            raise
    return store


def _version_finding(code: str, path: Path, version: int) -> Finding:
    return Finding(code, file=str(path), value=str(version), details={"version": VERSION})


def bring_up(store: FileStore, *, to: int = VERSION) -> int:
    """Bring the file up or down to a version, whole or not at all; the version that it had is given back."""
    with store.writing(Books(frozenset(), across=False)):
        return migrating.bring(store.core, to=to)
