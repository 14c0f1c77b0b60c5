"""What stands in the store: documents, movements of accounts, balances as at a day and as known at a moment."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from rampart.ledger.accounts import HOLDING, Account, Entry
from rampart.ledger.documents import Document, document_of
from rampart.ledger.names import NONE, Names, names_of
from rampart.ledger.store.connection import Store
from rampart.ledger.store.tables import ACCOUNT
from rampart.ledger.store.tables import documents as kept
from rampart.ledger.store.tables import entries as moved

ALWAYS = "9999-12-31"
"""A day after everything."""
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


def _of(table: sa.Table, *names: str) -> sa.ColumnElement[bool]:
    """Rows that have these values, each given under the name of its column."""
    return sa.and_(*(table.c[name] == sa.bindparam(name) for name in names))


_ACCOUNT = [moved.c[name] for name in ACCOUNT]
_BY_KEY = sa.select(kept).where(_of(kept, "nation", "key"))
_HEAD = sa.select(kept).where(_of(kept, "nation")).order_by(kept.c.number.desc()).limit(1)
_REVERSED_BY = sa.select(kept.c.key).where(_of(kept, "nation", "reverses"))
_MOVEMENTS = (
    sa.select(moved.c.day, sa.func.sum(moved.c.quantity)).where(_of(moved, "nation", *ACCOUNT)).group_by(moved.c.day)
)
_LOTS = (
    sa.select(moved.c.lot).distinct().where(_of(moved, "nation", *(n for n in ACCOUNT if n != "lot"))).order_by(moved.c.lot)
)  # fmt: skip
_HOLDS = sa.or_(*(moved.c.account == sa.text(f"'{kind}'") for kind in sorted(HOLDING)))
_HOLDING = sa.select(*_ACCOUNT).distinct().where(_of(moved, "nation"), _HOLDS)
_RENAMINGS = (
    sa.select(kept.c.body).where(_of(kept, "nation"), kept.c.kind == sa.text("'renaming'")).order_by(kept.c.number)
)
"""The kind stands in it, so that the index of these few is used."""
_EXPIRY = sa.select(sa.func.min(moved.c.expires)).where(
    _of(moved, "nation", "item", "lot"), moved.c.expires != sa.text("''")
)
"""Without a value in place of the blank, so that the index of lots that expire is used."""


def _last_moment() -> sa.Select[tuple[int]]:
    """From the heads of the chains, nation by nation: no row between is looked at."""
    later, head = kept.alias(), kept.alias()
    chains = sa.select(sa.func.min(kept.c.nation).label("nation")).cte("chains", recursive=True)
    following = sa.select(sa.func.min(later.c.nation)).where(later.c.nation > chains.c.nation).scalar_subquery()
    chains = chains.union_all(sa.select(following).where(chains.c.nation.is_not(None)))
    newest = (
        sa.select(head.c.booked).where(head.c.nation == chains.c.nation).order_by(head.c.number.desc()).limit(1)
    ).scalar_subquery()
    return sa.select(sa.func.coalesce(sa.func.max(newest), 0)).where(chains.c.nation.is_not(None))


_LAST_MOMENT = _last_moment()


class _Said(sa.sql.functions.FunctionElement[str]):
    """A field of a document, out of its text."""

    inherit_cache = True
    type = sa.Text()
    field = ""


class _Grade(_Said):
    """The grade that a document gives itself."""

    inherit_cache = True
    field = "grade"


class _About(_Said):
    """What a document is about: the code or key in its field ``of``."""

    inherit_cache = True
    field = "of"


@compiles(_Grade)
@compiles(_About)
def _of_text(element: _Said, compiler: Any, **how: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **how)}, '$.{element.field}')"


@compiles(_Grade, "postgresql")
@compiles(_About, "postgresql")
def _of_text_on_server(element: _Said, compiler: Any, **how: Any) -> str:
    return f"({compiler.process(element.clauses, **how)}::json ->> '{element.field}')"


class StoreBook:
    """The store as the rules see it (``book.Book``)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.made: dict[int, tuple[Document, list[Entry]]] = {}
        self._renamings: dict[str, list[Document]] = {}
        """Entries of documents that are being posted, by their id."""

    def document(self, nation: str, key: str) -> Document | None:
        """The document of that key."""
        row = one(self._store, nation, key)
        return None if row is None else row.document

    def reversed_by(self, nation: str, key: str) -> str | None:
        """Key of the document that reverses it."""
        return next((by for (by,) in self._store.ask(_REVERSED_BY, nation=nation, reverses=key)), None)

    def moved(self, nation: str, account: Account) -> dict[str, int]:
        """What came into an account, net, by day."""
        return dict(self._store.ask(_MOVEMENTS, nation=nation, **_named(account)))

    def lots_of(self, nation: str, stock: Account) -> set[str]:
        """The lots that ever were in a stock."""
        return {lot for (lot,) in self._store.ask(_LOTS, nation=nation, **_named(stock))}

    def expires(self, nation: str, item: str, lot: str) -> str:
        """When a lot expires; blank where nobody said."""
        return self._store.ask(_EXPIRY, nation=nation, item=item, lot=lot)[0][0] or ""

    def renamings(self, nation: str) -> list[Document]:
        """Documents by which something got another name, in the order booked."""
        if nation not in self._renamings:
            rows = self._store.ask(_RENAMINGS, nation=nation)
            self._renamings[nation] = [document_of(json.loads(body)) for (body,) in rows]
        return self._renamings[nation]

    def holding(self, nation: str) -> set[Account]:
        """Every account of the nation that holds things, or did."""
        return {Account(*row) for row in self._store.ask(_HOLDING, nation=nation)}


def _named(account: Account) -> dict[str, str]:
    """The parts of an account under the names of their columns."""
    return dict(zip(ACCOUNT, account, strict=True))


def one(store: Store, nation: str, key: str) -> Booked | None:
    """A document by its key."""
    return next((Booked(*row) for row in store.ask(_BY_KEY, nation=nation, key=key)), None)


def last(store: Store, nation: str) -> Booked | None:
    """The head of a nation's chain."""
    return next((Booked(*row) for row in store.ask(_HEAD, nation=nation)), None)


def last_moment(store: Store) -> int:
    """When anything was last booked, in any chain that is seen; 0 where nothing was."""
    return int(store.ask(_LAST_MOMENT)[0][0])


PAGE = 1000
"""Documents that are read at once."""


def documents(store: Store, nations: tuple[str, ...] = (), *, known: int = ALWAYS_KNOWN) -> Iterator[Booked]:
    """Documents in the order of their chains; of all where none is named. Read page by page, in one transaction."""
    after: tuple[str, int] = ("", 0)
    asked = sa.select(kept).where(kept.c.booked <= known, *_of_nations(kept, nations))
    asked = asked.order_by(kept.c.nation, kept.c.number).limit(PAGE)
    while True:
        page = [Booked(*row) for row in store.rows(asked.where(sa.tuple_(kept.c.nation, kept.c.number) > after))]
        yield from page
        if len(page) < PAGE:
            return
        after = (page[-1].nation, page[-1].number)


def newest(
    store: Store, nations: tuple[str, ...] = (), *, most: int, skip: int = 0, known: int = ALWAYS_KNOWN
) -> tuple[list[Booked], int]:
    """Documents, the last booked first, so many after so many, and how many there are; however long the chains are."""
    seen = (kept.c.booked <= known, *_of_nations(kept, nations))
    # Of one nation the number in the chain says the same, and is its key.
    order = (
        (kept.c.number.desc(),) if len(nations) == 1 else (kept.c.booked.desc(), kept.c.nation, kept.c.number.desc())
    )
    asked = sa.select(kept).where(*seen).order_by(*order)
    count = store.rows(sa.select(sa.func.count()).select_from(kept).where(*seen))[0][0]
    return [Booked(*row) for row in store.rows(asked.limit(most).offset(skip))], int(count)


def about(
    store: Store, nations: tuple[str, ...] = (), *, of: Sequence[str], kinds: Sequence[str], most: int
) -> list[Booked]:
    """Documents of these kinds that name one of these codes in ``of``, the last booked first; no more than so many.

    Those that were taken back are left out.
    """
    back = kept.alias()
    gone = sa.exists().where(back.c.nation == kept.c.nation, back.c.reverses == kept.c.key)
    named = (kept.c.kind.in_(kinds), _About(kept.c.body).in_(of), ~gone)
    asked = sa.select(kept).where(*named, *_of_nations(kept, nations))
    order = (kept.c.booked.desc(), kept.c.nation, kept.c.number.desc())
    return [Booked(*row) for row in store.rows(asked.order_by(*order).limit(most))]


def entries(store: Store, nation: str, first: int, last: int) -> dict[int, list[tuple[Entry, int]]]:
    """The entries of documents of a chain as they lie in the store, by number, each with the moment of booking beside it."""
    asked = sa.select(moved.c.number, *_ACCOUNT, moved.c.day, moved.c.quantity, moved.c.expires, moved.c.booked).where(
        moved.c.nation == nation, moved.c.number.between(first, last)
    )
    found: dict[int, list[tuple[Entry, int]]] = {}
    for row in store.rows(asked.order_by(moved.c.number, moved.c.place)):
        found.setdefault(row[0], []).append((Entry(Account(*row[1:9]), *row[9:12]), row[12]))
    return found


def strays(store: Store) -> list[tuple[str, int]]:
    """Nation and number of documents that are gone and whose entries are there."""
    of = sa.exists().where(kept.c.nation == moved.c.nation, kept.c.number == moved.c.number)
    asked = sa.select(moved.c.nation, moved.c.number).distinct().where(~of).order_by(moved.c.nation, moved.c.number)
    return [(nation, number) for nation, number in store.rows(asked)]


def names(store: Store, nations: tuple[str, ...] = (), *, known: int = ALWAYS_KNOWN) -> dict[str, Names]:
    """What is called how in each book, as known at a moment; books in which nothing was renamed are left out."""
    back = kept.alias()
    gone = sa.exists().where(back.c.nation == kept.c.nation, back.c.reverses == kept.c.key, back.c.booked <= known)
    asked = sa.select(kept.c.nation, kept.c.body).where(
        kept.c.kind == sa.text("'renaming'"), kept.c.booked <= known, ~gone, *_of_nations(kept, nations)
    )
    said: dict[str, list[Document]] = {}
    for nation, body in store.rows(asked.order_by(kept.c.nation, kept.c.number)):
        said.setdefault(nation, []).append(document_of(json.loads(body)))
    return {nation: names_of(documents, ()) for nation, documents in said.items()}


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows made without the collector of garbage, which would look at all of them again and again and find none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def balances(
    store: Store, nations: tuple[str, ...] = (), *, on: str = ALWAYS, known: int = ALWAYS_KNOWN, called_on: str = ""
) -> list[Balance]:
    """Every account that is not empty, as at the end of a day, as known at a moment (microseconds, UTC); by the names of the
    day ``called_on``, blank: of the same day.
    """
    quantity = sa.func.sum(moved.c.quantity)
    asked = sa.select(moved.c.nation, *_ACCOUNT, quantity).where(*_as_at(on, known, nations))
    asked = asked.group_by(moved.c.nation, *_ACCOUNT).having(quantity != 0).order_by(moved.c.nation, *_ACCOUNT)
    new = tuple.__new__  # quicker than asking each class for one: there may be a hundred thousand accounts
    with uncollected():
        found = [new(Balance, (row[0], new(Account, row[1:9]), row[9])) for row in store.rows(asked)]
    if not (called := names(store, nations, known=known)):
        return found
    sums: dict[tuple[str, Account], int] = {}
    for nation, account, there in found:
        at = (nation, called[nation].called(account, called_on or on) if nation in called else account)
        sums[at] = sums.get(at, 0) + there
    return [Balance(*at, there) for at, there in sorted(sums.items()) if there]


def balance(store: Store, nation: str, account: Account, *, on: str, known: int = ALWAYS_KNOWN) -> int:
    """What stands in one account, whatever it was called before."""
    called = names(store, (nation,), known=known).get(nation, NONE)
    total = 0
    for one in called.accounts(account):
        if called.called(one, on) == called.called(account, on):
            asked = sa.select(sa.func.coalesce(sa.func.sum(moved.c.quantity), 0)).where(
                *_as_at(on, known, (nation,)), *(moved.c[name] == part for name, part in _named(one).items())
            )
            total += int(store.rows(asked)[0][0])
    return total


def stock_lots(
    store: Store, nations: tuple[str, ...] = (), *, on: str, known: int = ALWAYS_KNOWN, called_on: str = ""
) -> list[StockLot]:
    """Every lot that ever was in a stock, by holder, item, lot and condition, as at a day and as known at a moment; by names
    as ``balances`` has them.
    """
    in_stock = (moved.c.account == "stock", *_as_at(on, known, nations))
    quantity, (nation, holder, item, lot, condition) = sa.func.sum(moved.c.quantity), (
        moved.c[name] for name in ("nation", "holder", "item", "lot", "condition")
    )  # fmt: skip
    called = names(store, nations, known=known)

    def name(book: str, what: str, code: str) -> str:
        return called[book].of(what, code, called_on or on) if book in called else code

    came: dict[tuple[str, str, str], int] = {}
    asked = (
        sa.select(nation, item, lot, moved.c.day, quantity).where(*in_stock).group_by(nation, item, lot, moved.c.day)
    )
    for book, i, x, day, net in store.rows(asked):
        at = (day, name(book, "item", i), x)
        came[at] = came.get(at, 0) + net
    since = {(i, x): day for (day, i, x), net in sorted(came.items(), reverse=True) if net > 0}
    expires: dict[tuple[str, str], str] = {}
    asked = sa.select(nation, item, lot, sa.func.min(moved.c.expires)).where(*in_stock, moved.c.expires != "")
    for book, i, x, day in store.rows(asked.group_by(nation, item, lot)):
        at_lot = (name(book, "item", i), x)
        expires[at_lot] = min(day, expires.get(at_lot, day))
    graded = (
        sa.select(nation, holder, item, _Grade(kept.c.body)).distinct()
        .join_from(moved, kept, sa.and_(kept.c.nation == moved.c.nation, kept.c.number == moved.c.number)).where(*in_stock)
    )  # fmt: skip
    grades: dict[tuple[str, str], set[str]] = {}
    for book, h, i, said in store.rows(graded):
        grades.setdefault((name(book, "nation", h), name(book, "item", i)), set()).add(said)
    lying: dict[tuple[str, str, str, str], int] = {}
    places = (nation, holder, item, lot, condition)
    for book, h, i, x, c, net in store.rows(sa.select(*places, quantity).where(*in_stock).group_by(*places)):
        there = (name(book, "nation", h), name(book, "item", i), x, c)
        lying[there] = lying.get(there, 0) + net
    return [
        StockLot(h, i, x, c, q, since.get((i, x), on), expires.get((i, x), ""), tuple(sorted(grades[h, i])))
        for (h, i, x, c), q in sorted(lying.items())
    ]


def _as_at(on: str, known: int, nations: tuple[str, ...]) -> list[sa.ColumnElement[bool]]:
    """Entries that had happened by a day and were known at a moment; nothing is asked of a row where that is all of them."""
    happened = [] if on == ALWAYS else [moved.c.day <= on]
    return happened + ([] if known == ALWAYS_KNOWN else [moved.c.booked <= known]) + _of_nations(moved, nations)


def _of_nations(table: sa.Table, nations: tuple[str, ...]) -> list[sa.ColumnElement[bool]]:
    return [table.c.nation.in_(nations)] if nations else []
