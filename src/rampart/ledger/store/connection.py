"""An open store, a file or a server: what is asked is said once in SQLAlchemy's terms and worded for whichever it is.

Transactions are begun and ended here, by the driver's own statements; SQLAlchemy is told that there are none (AUTOCOMMIT).
Reports are read through it. On the path of a posting its wording is made once and run by the driver itself, which takes half
the time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


class Books(NamedTuple):
    """Nations whose chains are written to, and whether one of them is another's, as a receipt does it."""

    nations: frozenset[str]
    across: bool


def open_engine(kind: str, make: Callable[[], Any], **how: Any) -> sa.Connection:
    """The one connection that ``make`` gives, as SQLAlchemy sees it; ``kind`` is the name of its dialect and driver."""
    engine = sa.create_engine(
        f"{kind}://",
        creator=make,
        poolclass=sa.NullPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        **how,
    )
    return engine.connect()


_WORDINGS: Mapping[str, Callable[[], sa.Dialect]] = {
    "sqlite": lambda: sqlite.dialect(paramstyle="qmark"),
    "postgresql": lambda: postgresql.psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


@lru_cache(maxsize=256)
def worded(statement: sa.ClauseElement, dialect: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """A statement as a driver takes it, the names of its values in their order, and the values that it states itself.

    It is worded once: keep it in a module.
    """
    compiled = statement.compile(dialect=_WORDINGS[dialect]())
    stated = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}  # type: ignore[attr-defined]
    return str(compiled), tuple(compiled.positiontup or ()), stated  # type: ignore[attr-defined]


class Store(ABC):
    """An open store."""

    def __init__(self, core: sa.Connection) -> None:
        self.core = core
        self.driver: Any = core.connection.driver_connection
        self._dialect = core.dialect.name

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    @abstractmethod
    def begin_reading(self) -> None:
        """Begin a transaction that sees no writing of others between its queries."""

    @abstractmethod
    def begin_writing(self, books: Books) -> None:
        """Begin a transaction in which these books are written to by nobody else."""

    def damage(self) -> list[str]:
        """What the store itself finds broken in its file; nothing where a server keeps it."""
        return []

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that sees no writing of others between its queries; inside one that is open it is that one."""
        if self.in_transaction:
            yield
            return
        self.begin_reading()
        try:
            yield
        finally:
            self.roll_back()

    @contextmanager
    def writing(self, books: Books) -> Iterator[None]:
        """A transaction in which these books are written to by nobody else: on the disk at its end, or nothing of it."""
        self.begin_writing(books)
        try:
            yield
            self.driver.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        """Take back what is open; a store that failed may have done so itself."""
        if self.in_transaction:
            self.driver.execute("ROLLBACK")

    @contextmanager
    def apart(self, *refusals: type[Exception]) -> Iterator[None]:
        """A part of a transaction that is taken back by itself where it is refused."""
        self.driver.execute("SAVEPOINT posting")
        try:
            yield
        except refusals:
            self.driver.execute("ROLLBACK TO SAVEPOINT posting")
            self.driver.execute("RELEASE SAVEPOINT posting")
            raise
        self.driver.execute("RELEASE SAVEPOINT posting")

    def rows(self, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement, read out before anything else happens; outside a transaction in one of its own."""
        with self.reading():
            cursor = self.core.execute(statement, values or {}).cursor
            return [] if cursor is None else list(cursor.fetchall())

    def ask(self, statement: sa.ClauseElement, **values: Any) -> list[tuple[Any, ...]]:
        """The same by the driver itself, for the path of a posting."""
        text, names, stated = worded(statement, self._dialect)
        if not self.in_transaction:
            with self.reading():
                return self.ask(statement, **values)
        given = stated | values
        return self.driver.execute(text, [given[name] for name in names]).fetchall()  # type: ignore[no-any-return]

    def add(self, table: sa.Table, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, each with all columns in their order, by the driver itself."""
        cursor = self.driver.cursor()
        try:
            cursor.executemany(_adding(table, self._dialect), rows)
        finally:
            cursor.close()

    def close(self) -> None:
        """Close it."""
        self.core.close()


@lru_cache(maxsize=8)
def _adding(table: sa.Table, dialect: str) -> str:
    """How rows are added, their values in the order of the columns."""
    text, names, _ = worded(table.insert().values({c.name: sa.bindparam(c.name) for c in table.columns}), dialect)
    assert names == tuple(table.columns.keys())
    return text


@contextmanager
def drivers_words() -> Iterator[None]:
    """What went wrong as the driver says it, whether SQLAlchemy stood between or not."""
    try:
        yield
    except sa.exc.DBAPIError as wrong:
        if wrong.orig is None:
            raise
        raise wrong.orig from wrong


def is_url(place: str | Path) -> bool:
    """Whether a place names a server and not a file."""
    return str(place).startswith(("postgresql://", "postgres://"))
