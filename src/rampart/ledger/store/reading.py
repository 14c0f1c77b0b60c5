"""What stands in the store: documents, movements of accounts, balances as at a day and as known at a moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from rampart.ledger.accounts import Account, Entry
from rampart.ledger.book import LotThere
from rampart.ledger.documents import Document, document_of
from rampart.ledger.store.connection import Connection
from rampart.ledger.store.tables import ACCOUNT

ALWAYS_KNOWN = 2**62
"""A moment after everything, in microseconds."""


class Booked(NamedTuple):
    """A document as it lies in its chain."""

    nation: str
    number: int
    key: str
    kind: str
    day: str
    booked: int
    asked: str
    body: str
    hash: str
    reverses: str | None

    @property
    def document(self) -> Document:
        """What was booked."""
        return document_of(json.loads(self.body))


COLUMNS = ", ".join(Booked._fields)


class Balance(NamedTuple):
    """What stands in an account of a nation's book."""

    nation: str
    account: Account
    quantity: int


class StockLot(NamedTuple):
    """What a holder has of a lot in a condition, in all books and sites; 0 where it had some once.

    since   first day on which the lot was in any stock; ``expires`` blank where nobody said
    grades  of the documents that moved the holder's stock of the item
    """

    holder: str
    item: str
    lot: str
    condition: str
    quantity: int
    since: str
    expires: str
    grades: tuple[str, ...]


class StoreBook:
    """The store as the rules see it (``book.Book``)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.made: dict[int, tuple[Document, list[Entry]]] = {}
        """Entries of documents that are being posted, by their id."""

    def document(self, nation: str, key: str) -> Document | None:
        """The document of that key."""
        row = one(self._connection, nation, key)
        return None if row is None else row.document

    def reversed_by(self, nation: str, key: str) -> str | None:
        """Key of the document that reverses it."""
        sql = "SELECT key FROM documents WHERE nation = ? AND reverses = ?"
        row = self._connection.execute(sql, (nation, key)).fetchone()
        return None if row is None else str(row[0])

    def movements(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account, net, by day."""
        sql = f"SELECT day, sum(quantity) FROM entries WHERE nation = ? AND ({ACCOUNT}) = (?, ?, ?, ?, ?, ?, ?, ?) GROUP BY day"  # noqa: S608
        return dict(self._connection.execute(sql, (nation, *account)).fetchall())

    def lots(self, nation: str, stock: Account) -> list[LotThere]:
        """The lots that ever were in a stock."""
        sql = (
            "SELECT DISTINCT lot FROM entries WHERE nation = ? AND account = ? AND owner = ? AND holder = ? AND site = ?"
            ' AND item = ? AND condition = ? AND "of" = ? ORDER BY lot'
        )
        asked = (nation, stock.kind, stock.owner, stock.holder, stock.site, stock.item, stock.condition, stock.of)
        there = [stock._replace(lot=lot) for (lot,) in self._connection.execute(sql, asked).fetchall()]
        return [LotThere(a, self.expiry(nation, a.item, a.lot)) for a in there]

    def expiry(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires; blank where nobody said."""
        sql = "SELECT min(expires) FROM entries WHERE nation = ? AND item = ? AND lot = ? AND expires <> ''"
        return self._connection.execute(sql, (nation, item, lot)).fetchone()[0] or ""


def one(connection: Connection, nation: str, key: str) -> Booked | None:
    """A document by its key."""
    row = connection.execute(f"SELECT {COLUMNS} FROM documents WHERE nation = ? AND key = ?", (nation, key)).fetchone()  # noqa: S608
    return None if row is None else Booked(*row)


def last(connection: Connection, nation: str) -> Booked | None:
    """The head of a nation's chain."""
    sql = f"SELECT {COLUMNS} FROM documents WHERE nation = ? ORDER BY number DESC LIMIT 1"  # noqa: S608
    row = connection.execute(sql, (nation,)).fetchone()
    return None if row is None else Booked(*row)


def last_moment(connection: Connection) -> int:
    """When anything was last booked, in any chain that is seen: from the heads, nation by nation; 0 where nothing was."""
    sql = (
        "WITH RECURSIVE chains(nation) AS (SELECT min(nation) FROM documents UNION ALL"
        " SELECT (SELECT min(d.nation) FROM documents d WHERE d.nation > chains.nation) FROM chains"
        " WHERE chains.nation IS NOT NULL)"
        " SELECT coalesce(max((SELECT d.booked FROM documents d WHERE d.nation = chains.nation"
        " ORDER BY d.number DESC LIMIT 1)), 0) FROM chains WHERE chains.nation IS NOT NULL"
    )
    return int(connection.execute(sql).fetchone()[0])


def documents(connection: Connection, nations: tuple[str, ...] = (), *, known: int = ALWAYS_KNOWN) -> Iterator[Booked]:
    """Documents in the order of their chains; of all nations where none is named."""
    only, asked = _of_nations(nations)
    sql = f"SELECT {COLUMNS} FROM documents WHERE booked <= ?{only} ORDER BY nation, number"  # noqa: S608
    for row in connection.execute(sql, (known, *asked)):
        yield Booked(*row)


def entries(connection: Connection, nation: str, number: int) -> list[Entry]:
    """The entries of a document as they lie in the store."""
    sql = f"SELECT {ACCOUNT}, day, quantity, expires FROM entries WHERE nation = ? AND number = ? ORDER BY place"  # noqa: S608
    rows = connection.execute(sql, (nation, number))
    return [Entry(Account(*row[:8]), *row[8:]) for row in rows]


def balances(
    connection: Connection, nations: tuple[str, ...] = (), *, on: str = "9999-12-31", known: int = ALWAYS_KNOWN
) -> list[Balance]:
    """Every account that is not empty, as at the end of a day, as known at a moment (microseconds, UTC)."""
    only, asked = _of_nations(nations)
    sql = (
        f"SELECT nation, {ACCOUNT}, sum(quantity) FROM entries WHERE day <= ? AND booked <= ?{only}"  # noqa: S608
        f" GROUP BY nation, {ACCOUNT} HAVING sum(quantity) <> 0 ORDER BY nation, {ACCOUNT}"
    )
    rows = connection.execute(sql, (on, known, *asked))
    return [Balance(row[0], Account(*row[1:9]), row[9]) for row in rows]


def balance(connection: Connection, nation: str, account: Account, *, on: str, known: int = ALWAYS_KNOWN) -> int:
    """What stands in one account."""
    sql = (
        f"SELECT coalesce(sum(quantity), 0) FROM entries WHERE nation = ? AND ({ACCOUNT}) = (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " AND day <= ? AND booked <= ?"
    )
    return int(connection.execute(sql, (nation, *account, on, known)).fetchone()[0])


def stock_lots(
    connection: Connection, nations: tuple[str, ...] = (), *, on: str, known: int = ALWAYS_KNOWN
) -> list[StockLot]:
    """Every lot that ever was in a stock, by holder, item, lot and condition, as at a day and as known at a moment."""
    only, asked = _of_nations(nations)
    where = f"FROM entries WHERE account = 'stock' AND day <= ? AND booked <= ?{only}"
    days = f"SELECT item, lot, day {where} GROUP BY item, lot, day HAVING sum(quantity) > 0 ORDER BY day DESC"
    since = {(item, lot): day for item, lot, day in connection.execute(days, (on, known, *asked))}
    until = f"SELECT item, lot, min(expires) {where} AND expires <> '' GROUP BY item, lot"
    expires = {(item, lot): day for item, lot, day in connection.execute(until, (on, known, *asked))}
    graded = (
        "SELECT DISTINCT e.holder, e.item, json_extract(d.body, '$.grade') FROM entries e JOIN documents d"  # noqa: S608
        " ON d.nation = e.nation AND d.number = e.number WHERE e.account = 'stock' AND e.day <= ? AND e.booked <= ?"
        f"{only.replace('nation', 'e.nation')}"
    )
    grades: dict[tuple[str, str], list[str]] = {}
    for holder, item, grade in connection.execute(graded, (on, known, *asked)):
        grades.setdefault((holder, item), []).append(grade)
    sums = f"SELECT holder, item, lot, condition, sum(quantity) {where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    return [
        StockLot(
            holder, item, lot, condition, quantity, since.get((item, lot), on), expires.get((item, lot), ""),
            tuple(sorted(grades[holder, item])),
        )
        for holder, item, lot, condition, quantity in connection.execute(sums, (on, known, *asked))
    ]  # fmt: skip


def _of_nations(nations: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return (f" AND nation IN ({', '.join('?' * len(nations))})", nations) if nations else ("", ())
