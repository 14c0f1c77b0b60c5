"""The ledger: ``open_ledger(path)``, then ``post``, ``balances``, ``deliveries``, ``counts``, ``audit``, ``verify``, ``seal``.

It is a plain library: it works in a notebook cell, and with two ledgers open at once. A moment K at which something was
known is text: a day (``2024-03-31``: what was booked by its end, UTC) or a time (``2024-03-31T12:00:00``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from rampart.findings import Finding
from rampart.ledger import counts as counting
from rampart.ledger import deliveries as delivering
from rampart.ledger import verifying
from rampart.ledger.documents import Document
from rampart.ledger.names import Names
from rampart.ledger.store import copies, reading, writing
from rampart.ledger.store.connection import Store, is_url
from rampart.ledger.store.opening import FileStore, LedgerError, bring_up, connect
from rampart.ledger.store.opening import saying as file_saying
from rampart.ledger.store.tables import VERSION

Saying = Callable[[], AbstractContextManager[None]]
"""What turns troubles of a store into findings."""


def moment(text: str | None) -> int:
    """Microseconds, UTC, of a day's end or of a time; None: whatever is known. Raises LedgerError for other text."""
    if text is None:
        return reading.ALWAYS_KNOWN
    try:
        when = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise LedgerError([Finding("ledger-moment", value=text)]) from wrong
    if len(text) <= 10:
        when += timedelta(days=1, microseconds=-1)
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def written(booked: int) -> str:
    """A moment of the store as text."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=booked)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


GROUP = 50
"""Most postings of threads that share one flush to the disk."""


@dataclass(eq=False)
class _Turn:
    """What a thread wants posted, and what became of it; ``called`` when that is known, or when it leads."""

    documents: Sequence[Document]
    at: int | None
    result: list[writing.Receipt] | BaseException | None = None
    called: threading.Event = field(default_factory=threading.Event)


class Ledger:
    """An open ledger. ``nations`` limits what it reads and posts; on SQLite only this program guards that.

    One thread at a time uses it: others wait.
    """

    def __init__(
        self, path: Path, store: Store, nations: tuple[str, ...] = (), *, saying: Saying | None = None
    ) -> None:
        self.path = path
        self._saying = saying or (lambda: file_saying(path))
        self.nations = nations
        self._store = store
        self._lock = threading.Lock()
        self._queue = threading.Lock()
        self._waiting: list[_Turn] = []
        self._leader: _Turn | None = None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close it; what was posted is on the disk already."""
        self._store.close()

    @contextmanager
    def _open(self) -> Iterator[Store]:
        with self._lock, self._saying():
            yield self._store

    @contextmanager
    def _at_one_moment(self) -> Iterator[Store]:
        """A transaction that sees no writing of others between its queries."""
        with self._open() as store, store.reading():
            yield store

    def post(self, *documents: Document, at: int | None = None) -> list[writing.Receipt]:
        """Post documents together: all of them, or none. The same key and content again changes nothing.

        at  moment of booking (microseconds, UTC), for replaying what was recorded; the store moves it past the last one

        Raises LedgerError with every finding where one is refused.
        """
        self._own(documents)
        turn = _Turn(documents, at)
        with self._queue:
            self._waiting.append(turn)
            waits, self._leader = self._leader is not None, self._leader or turn
        try:
            if waits:
                turn.called.wait()
            if turn.result is None:
                with self._open() as store:
                    self._post_waiting(store)
        finally:
            self._leave(turn)
        if isinstance(turn.result, BaseException):
            with self._saying():
                raise turn.result
        return turn.result or []

    def _post_waiting(self, store: Store) -> None:
        """Post what threads wait for, in a group that is flushed to the disk once; each learns what became of its own."""
        with self._queue:
            turns, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
        try:
            results = writing.write_group(store, [(turn.documents, turn.at) for turn in turns])
            for turn, result in zip(turns, results, strict=True):
                turn.result = result
        except BaseException as wrong:
            for turn in turns:
                turn.result = wrong
            raise
        finally:
            for turn in turns:
                turn.called.set()

    def _leave(self, turn: _Turn) -> None:
        """Who led has the one who waits longest lead: it posts for all who wait by then, so that groups are large."""
        with self._queue:
            if turn.result is None and turn in self._waiting:  # interrupted before anything was posted
                self._waiting.remove(turn)
            if self._leader is turn:
                self._leader = next(iter(self._waiting), None)
                if self._leader is not None:
                    self._leader.called.set()

    def rehearse(self, *documents: Document) -> list[counting.Counted]:
        """Post documents and take all of it back: every count of their nations beside the book as it would be.

        Raises LedgerError as ``post`` does; nothing is posted either way.
        """
        self._own(documents)
        nations = tuple(sorted({d.nation for d in documents}))
        with self._open() as store, writing.taken_back(store, documents):
            writing.write_inside(store, documents)
            return counting.counts(store, nations)

    def _own(self, documents: Sequence[Document]) -> None:
        strange = [d for d in documents if self.nations and d.nation not in self.nations]
        if strange:
            found = [Finding("ledger-foreign", table=d.key, column="nation", value=d.nation) for d in strange]
            raise LedgerError(found)

    def balances(
        self, *, on: str = "9999-12-31", known: str | None = None, called_on: str = ""
    ) -> list[reading.Balance]:
        """Every account that is not empty, at the end of a day (YYYY-MM-DD), as known at a moment; what was renamed by its name
        on the day ``called_on``, blank: on the same day.
        """
        with self._at_one_moment() as store:
            return reading.balances(store, self.nations, on=on, known=moment(known), called_on=called_on)

    def stock_lots(self, *, on: str, known: str | None = None, called_on: str = "") -> list[reading.StockLot]:
        """What each holder has, lot by lot, at the end of a day, as known at a moment; 0 where nothing is left. Names as
        ``balances`` has them.
        """
        with self._at_one_moment() as store:
            return reading.stock_lots(store, self.nations, on=on, known=moment(known), called_on=called_on)

    def deliveries(self, *, on: str = "9999-12-31", known: str | None = None) -> list[delivering.Delivery]:
        """Deliveries by nation, recipient and item: pledged, contracted, in transit and delivered."""
        with self._at_one_moment() as store:
            return delivering.deliveries(store, self.nations, on=on, known=moment(known))

    def names(self, *, known: str | None = None) -> dict[str, Names]:
        """What items, sites and nations are called on each day, by book; books in which nothing was renamed are left out."""
        with self._at_one_moment() as store:
            return reading.names(store, self.nations, known=moment(known))

    def counts(self, *, known: str | None = None) -> list[counting.Counted]:
        """Every counted lot beside what the book says."""
        with self._at_one_moment() as store:
            return counting.counts(store, self.nations, known=moment(known))

    def documents(self, *, known: str | None = None) -> list[reading.Booked]:
        """The documents of the chains, in their order."""
        with self._at_one_moment() as store:
            return list(reading.documents(store, self.nations, known=moment(known)))

    def newest(self, *, most: int, skip: int = 0, known: str | None = None) -> tuple[list[reading.Booked], int]:
        """Documents, the last booked first, ``most`` of them after the first ``skip``; and how many there are."""
        with self._at_one_moment() as store:
            return reading.newest(store, self.nations, most=most, skip=skip, known=moment(known))

    def about(self, *of: str, kinds: Sequence[str], most: int) -> list[reading.Booked]:
        """Documents of these kinds that name one of these codes (``of``), the last booked first, ``most`` of them."""
        with self._at_one_moment() as store:
            return reading.about(store, self.nations, of=of, kinds=kinds, most=most)

    def document(self, nation: str, key: str) -> reading.Booked | None:
        """A document by its key; None where there is none that may be seen."""
        if self.nations and nation not in self.nations:
            return None
        with self._at_one_moment() as store:
            return reading.one(store, nation, key)

    def audit(self, *, known: str | None = None) -> list[Finding]:
        """What stands in the book and needs somebody: counts that differ, deliveries on the way for more than 90 days."""
        found = []
        for c in self.counts(known=known):
            if c.difference:
                place = " / ".join(part for part in c.account[1:] if part)
                said = {"counted": c.counted, "booked": c.booked, "place": place, "day": c.day}
                found.append(Finding("ledger-count-differs", table=c.key, value=str(c.difference), details=said))
        today = datetime.now(UTC).strftime("%Y-%m-%d") if known is None else known[:10]
        for d in self.deliveries(known=known):
            if d.in_transit_since and _days(d.in_transit_since, today) > LONG_ON_THE_WAY:
                said = {"quantity": d.in_transit, "item": d.item, "to": d.to, "days": _days(d.in_transit_since, today)}
                found.append(Finding("ledger-long-on-the-way", table=d.nation, value=d.in_transit_since, details=said))
        return found

    def verify(self, *, seal: verifying.Seal | None = None) -> list[Finding]:
        """Everything that is not as it was booked; see ``verifying.verify``."""
        with self._at_one_moment() as store:
            return verifying.verify(store, self.nations, seal=seal)

    def heads(self) -> dict[str, tuple[int, str]]:
        """Number and hash of the last document of every chain: what a seal holds."""
        with self._at_one_moment() as store:
            return verifying.heads(store, self.nations)

    def backup(self, target: Path, *, force: bool = False) -> None:
        """A copy as it stands now, whatever others write meanwhile."""
        with self._open() as store:
            if not isinstance(store, FileStore):
                raise LedgerError([Finding("ledger-of-a-server", file=str(self.path))])
            copies.copy(store, self.path, target, force=force)


LONG_ON_THE_WAY = 90
"""Days on the way after which somebody should ask."""


def _days(first: str, last: str) -> int:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days


def open_ledger(path: str | Path, *, create: bool = False, nations: Sequence[str] = ()) -> Ledger:
    """Open a ledger.

    path     a file (SQLite), or the URL of a server (``postgresql://login@host/database``)
    create   make it where there is none; on a server its owner does so (``upgrade``)
    nations  whose books are read and posted to; all where none is named

    Raises LedgerError where it is none, or is of another version; PlaceError where it cannot be opened.
    """
    if is_url(path):
        from rampart.ledger.store import postgres

        url = str(path)
        served = postgres.connect(url, tuple(nations))
        name = postgres.shown(url)
        spoken_for = () if "*" in served.nations else served.nations
        return Ledger(Path(name.rsplit("/", 1)[-1]), served, spoken_for, saying=lambda: postgres.saying(name))
    where = Path(path)
    return Ledger(where, connect(where, create=create), tuple(nations))


def upgrade(path: str | Path) -> tuple[int, int]:
    """Bring a ledger to the version of this program, whole or not at all: the version that it had, and that it has.

    On a server as the owner of the tables; there it also makes them.
    """
    if is_url(path):
        from rampart.ledger.store import postgres

        return postgres.migrate(str(path))
    where = Path(path)
    store = connect(where, any_version=True)
    try:
        with file_saying(where):
            return bring_up(store), VERSION
    finally:
        store.close()
