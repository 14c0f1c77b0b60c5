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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rampart.findings import Finding, PlaceError
from rampart.ledger.store import migrating
from rampart.ledger.store.connection import Books, Store, drivers_words, open_engine
from rampart.ledger.store.opening import LedgerError
from rampart.ledger.store.tables import SCHEMA, VERSION

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy as sa

MEMBER, ALLIANCE = "rampart_member", "rampart_alliance"
PATIENCE = "60s"
"""How long a writer waits for its turn."""


class ServerStore(Store):
    """A ledger on a server, as some nations may see it; every statement runs in a transaction of their scope."""

    driver: psycopg.Connection[Any]

    def __init__(self, core: sa.Connection, nations: tuple[str, ...]) -> None:
        super().__init__(core)
        self.nations = nations

    @property
    def in_transaction(self) -> bool:
        """See ``Store``."""
        return bool(self.driver.info.transaction_status)

    def begin_reading(self) -> None:
        """See ``Store``."""
        self._begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", MEMBER)

    def begin_writing(self, books: Books) -> None:
        """See ``Store``; chains are locked in the order of their names, so that nobody waits in a circle."""
        self._begin("", ALLIANCE if books.across else MEMBER)
        for nation in sorted(books.nations):
            self.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", (f"rampart {nation}",))

    def _begin(self, how: str, role: str) -> None:
        if self.in_transaction:
            raise RuntimeError("scopes of a ledger do not nest")
        self.driver.execute(f"BEGIN {how}")
        self.driver.execute(f"SET LOCAL ROLE {role}")
        self.driver.execute("SELECT set_config('rampart.nations', %s, true)", (",".join(self.nations),))
        self.driver.execute("SELECT set_config('lock_timeout', %s, true)", (PATIENCE,))


@contextmanager
def saying(place: str) -> Iterator[None]:
    """Troubles of the server as findings; nothing of the server's own words is told, since they may name rows of others."""
    import psycopg

    try:
        with drivers_words():
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


def connect(url: str, nations: tuple[str, ...] = ()) -> ServerStore:
    """The store as these nations may see it; where none is named, all for which the login speaks.

    Raises LedgerError where there is no ledger, it is of another version, the login could see past row-level security, or
    it does not speak for a nation that is named.
    """
    with saying(shown(url)):
        connection = _driver().connect(url, autocommit=True)
        try:
            _refuse(connection, url)
            allowed = tuple(
                n for (n,) in connection.execute("SELECT nation FROM rampart.may_read() AS nation ORDER BY 1")
            )
            strange = [n for n in nations if n not in allowed and "*" not in allowed]
            if strange:
                raise LedgerError([Finding("ledger-foreign", file=shown(url), value=n) for n in strange])
            connection.execute(f"SET search_path TO {SCHEMA}")
            core = _core(connection)
        except BaseException:
            connection.close()
            raise
    return ServerStore(core, nations or allowed)


def _core(connection: psycopg.Connection[Any]) -> sa.Connection:
    """A connection of the driver as SQLAlchemy sees it."""
    core = open_engine("postgresql+psycopg", lambda: connection, use_native_hstore=False)
    # Sums of whole numbers come as numeric.
    connection.adapters.register_loader("numeric", _driver().types.numeric.IntLoader)
    return core


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
    with saying(shown(url)):
        connection = _driver().connect(url, autocommit=True)
        try:
            core = _core(connection)
            with connection.transaction():
                return migrating.bring(core, to=to), to
        finally:
            connection.close()


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
