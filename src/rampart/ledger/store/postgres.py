"""The store of a team: PostgreSQL 15 or later, each nation's rows invisible to the others by row-level security.

Roles. The owner of the tables makes and upgrades them, and nobody is served as it. ``rampart_member`` may read and add what
the policies let it; ``rampart_alliance`` reads and adds to every book, and is taken only for the transaction of a receipt,
which books its outcome in the book of who sent. A login belongs to both and inherits from neither, so that a statement
outside a transaction of this file sees nothing at all. Which nations a login speaks for stands in ``readers``.

A transaction sets its nations for itself (``set_config(..., true)``): they end with it, so that nothing is left in a
connection that is used again. Scopes do not nest. Rows are read out before the transaction ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rampart.findings import Finding, PlaceError
from rampart.ledger.store.opening import LedgerError
from rampart.ledger.store.postgres_tables import DOWN, UP, VERSION

if TYPE_CHECKING:
    import psycopg

MEMBER, ALLIANCE = "rampart_member", "rampart_alliance"
PATIENCE = "60s"
"""How long a writer waits for its turn."""
_OTHER_WORDS = {"json_extract(d.body, '$.grade')": "(d.body::json ->> 'grade')"}
"""What SQLite writes otherwise."""


@lru_cache(maxsize=256)
def translated(sql: str) -> str:
    """A statement of the store as psycopg takes it."""
    for there, here in _OTHER_WORDS.items():
        sql = sql.replace(there, here)
    return sql.replace("%", "%%").replace("?", "%s")


class Postgres:
    """A connection that serves some nations; every statement runs in a transaction of its scope."""

    def __init__(self, connection: psycopg.Connection[Any], nations: tuple[str, ...]) -> None:
        self._connection = connection
        self.nations = nations
        self._open = False

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._open

    def begin_reading(self) -> None:
        """See ``connection.begin_reading``."""
        self._begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", MEMBER)

    def begin_writing(self, nations: Sequence[str], *, across: bool) -> None:
        """See ``connection.begin_writing``; chains are locked in the order of their names, so that nobody waits in a circle."""
        self._begin("", ALLIANCE if across else MEMBER)
        for nation in nations:
            self.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 17))", (f"rampart {nation}",))

    def _begin(self, how: str, role: str) -> None:
        if self._open:
            raise RuntimeError("scopes of a ledger do not nest")
        self._connection.execute(f"BEGIN {how}")
        self._open = True
        self._connection.execute(f"SET LOCAL ROLE {role}")
        self._connection.execute("SELECT set_config('rampart.nations', %s, true)", (",".join(self.nations),))
        self._connection.execute("SELECT set_config('lock_timeout', %s, true)", (PATIENCE,))

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run a statement; outside a transaction in one of its own, its rows read out."""
        if sql in ("COMMIT", "ROLLBACK"):
            self._open = False
            return self._connection.execute(sql)
        if self._open:
            return self._connection.execute(translated(sql), parameters)
        self.begin_reading()
        try:
            return _Rows(self._connection.execute(translated(sql), parameters).fetchall())
        finally:
            self.execute("ROLLBACK")

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any:
        """Run a statement for each tuple of values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(translated(sql), list(parameters))

    def close(self) -> None:
        """Close it."""
        self._connection.close()


class _Rows(list[tuple[Any, ...]]):
    """Rows that were read out, asked for as a cursor is."""

    def fetchone(self) -> tuple[Any, ...] | None:
        return self[0] if self else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self)


@contextmanager
def saying(place: str) -> Iterator[None]:
    """Troubles of the server as findings; nothing of the server's own words is told, since they may name rows of others."""
    import psycopg

    try:
        yield
    except (
        psycopg.errors.LockNotAvailable,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.SerializationFailure,
    ) as wrong:
        raise LedgerError([Finding("ledger-busy", file=place)]) from wrong
    except psycopg.errors.InsufficientPrivilege as wrong:
        raise LedgerError([Finding("ledger-no-rights", file=place)]) from wrong
    except psycopg.Error as wrong:
        why = type(wrong).__name__
        raise PlaceError([Finding("ledger-cannot-write", file=place, details={"why": why})]) from wrong


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as wrong:
        raise PlaceError([Finding("ledger-no-driver")]) from wrong
    return psycopg


def shown(url: str) -> str:
    """A URL without its password."""
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1@", url)


def connect(url: str, nations: tuple[str, ...] = ()) -> Postgres:
    """A connection that serves these nations; where none is named, all for which the login speaks.

    Raises LedgerError where there is no ledger, it is of another version, the login could see past row-level security, or
    it does not speak for a nation that is named.
    """
    driver = _driver()
    with saying(shown(url)):
        connection = driver.connect(url, autocommit=True)
        try:
            whole = driver.types.numeric.IntLoader  # sums of whole numbers come as numeric
            connection.adapters.register_loader("numeric", whole)
            _refuse(connection, url)
            allowed = tuple(
                n for (n,) in connection.execute("SELECT nation FROM rampart.may_read() AS nation ORDER BY 1")
            )
            strange = [n for n in nations if n not in allowed and "*" not in allowed]
            if strange:
                raise LedgerError([Finding("ledger-foreign", file=shown(url), value=n) for n in strange])
            connection.execute("SET search_path TO rampart")
        except BaseException:
            connection.close()
            raise
    return Postgres(connection, nations or allowed)


def _refuse(connection: Any, url: str) -> None:
    """Refuse what may not be served: no ledger, another version, a login that sees all."""
    there = connection.execute("SELECT to_regclass('rampart.version') IS NOT NULL").fetchone()[0]
    if not there:
        raise LedgerError([Finding("ledger-none", file=shown(url))])
    sees_all = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(c.relowner, 'MEMBER') OR rolinherit"
        " FROM pg_roles, pg_class c WHERE rolname = current_user AND c.oid = 'rampart.documents'::regclass"
    ).fetchone()[0]
    if sees_all:
        raise LedgerError([Finding("ledger-sees-all", file=shown(url))])
    version = connection.execute("SELECT rampart.version_number()").fetchone()[0]
    if version != VERSION:
        code = "ledger-older" if version < VERSION else "ledger-newer"
        raise LedgerError([Finding(code, file=shown(url), value=str(version), details={"version": VERSION})])


def migrate(url: str, *, to: int = VERSION) -> tuple[int, int]:
    """Bring the tables of a ledger up or down to a version, as their owner, whole or not at all: the version before and after.

    Down to 0 takes everything out.
    """
    driver = _driver()
    with saying(shown(url)), driver.connect(url) as connection:
        there = connection.execute("SELECT to_regclass('rampart.version') IS NOT NULL").fetchone()[0]
        had = int(connection.execute("SELECT number FROM rampart.version").fetchone()[0]) if there else 0
        steps = UP[had:to] if to >= had else [DOWN[n] for n in range(had - 1, to - 1, -1)]
        for step in steps:
            for statement in step:
                connection.execute(statement)
        if to:
            connection.execute("UPDATE rampart.version SET number = %s", (to,))
    return had, to


def admit(url: str, login: str, nations: Sequence[str]) -> None:
    """Let a login of the server speak for nations, and for no others; as the owner of the tables.

    nations  "*" for all of them

    The login is made not to inherit, so that it sees nothing outside the program's transactions.
    """
    driver = _driver()
    from psycopg import sql

    with saying(shown(url)), driver.connect(url) as connection:
        name = sql.Identifier(login)
        connection.execute(sql.SQL("ALTER ROLE {} NOINHERIT").format(name))
        connection.execute(sql.SQL("GRANT rampart_member, rampart_alliance TO {}").format(name))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA rampart TO {}").format(name))
        connection.execute("DELETE FROM rampart.readers WHERE login = %s", (login,))
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO rampart.readers VALUES (%s, %s)", [(login, n) for n in nations])
