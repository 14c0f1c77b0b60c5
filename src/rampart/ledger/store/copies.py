"""Copies of a ledger: taken while others write, and put back only where they are whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rampart.engine.whole_file import whole_file
from rampart.findings import Finding, TakenError
from rampart.ledger.store.opening import FileStore, LedgerError, connect, saying
from rampart.ledger.verifying import verify


def copy(store: FileStore, source: Path, target: Path, *, force: bool = False) -> None:
    """A copy of a ledger as it stands at one moment, in one file, without a log beside it."""
    with whole_file(target, force=force, sources=[source]) as part, saying(target):
        into = sqlite3.connect(part, isolation_level=None)
        try:
            store.driver.backup(into)
            into.execute("PRAGMA journal_mode = DELETE")
        finally:
            into.close()


def restore(source: Path, target: Path) -> None:
    """Put a copy back where no ledger is. Raises LedgerError where the copy does not verify, TakenError where one is there.

    Nothing is ever restored over a ledger: a log that lies beside it would be taken for the copy's.
    """
    there = [p for p in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))) if p.exists()]
    if there:
        raise TakenError([Finding("ledger-there", file=str(there[0]))])
    store = connect(source)
    try:
        if wrong := verify(store):
            raise LedgerError(wrong)
        copy(store, source, target)
    finally:
        store.close()
