"""What a store can do, whichever it is: the statements are the same, the transactions are begun here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Connection(Protocol):
    """An open store, SQLite or PostgreSQL; statements have ``?`` for their values."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run a statement; its rows are plain tuples of text and whole numbers."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any:
        """Run a statement once for each tuple of values."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def close(self) -> None:
        """Close it."""


class Books(NamedTuple):
    """Nations whose chains are written to, and whether one of them is another's, as a receipt does it."""

    nations: frozenset[str]
    across: bool


def begin_writing(connection: Connection, books: Books) -> None:
    """A transaction in which these books are written to by nobody else."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("BEGIN IMMEDIATE")
    else:
        connection.begin_writing(sorted(books.nations), across=books.across)  # type: ignore[attr-defined]


def begin_reading(connection: Connection) -> None:
    """A transaction that sees no writing of others between its queries."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("BEGIN")
    else:
        connection.begin_reading()  # type: ignore[attr-defined]


def damage(connection: Connection) -> list[str]:
    """What the store itself finds broken in its file; nothing where a server keeps it."""
    if not isinstance(connection, sqlite3.Connection):
        return []
    return [row for (row,) in connection.execute("PRAGMA integrity_check") if row != "ok"]


def is_url(place: str | Path) -> bool:
    """Whether a place names a server and not a file."""
    return str(place).startswith(("postgresql://", "postgres://"))
