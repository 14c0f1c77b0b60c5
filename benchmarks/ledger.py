"""The ledger beside ``sqlite3`` alone, which writes the same rows, hashes and indexes with the same commits.

``python -m benchmarks.ledger`` prints, each as the share of what ``sqlite3`` alone does: documents a second with a commit for
each, the same from 50 threads of one process, entries a second in one batch, and the time of all balances against the same
SQL by hand.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rampart.ledger.chain import FIRST, canonical, content_hash, link
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.store.opening import connect
from rampart.ledger.store.tables import ACCOUNT

THREADS = 50


def document(n: int, lines: int) -> Document:
    """A production of so many lots."""
    lots = tuple(Line("round", 5, lot=f"L{n % 997}-{k}") for k in range(lines))
    return Document("XAA", f"k{n}", "production", "2024-01-10", "clerk", "voucher", "published", lots)


class Alone:
    """The same rows by ``sqlite3`` alone: no rule is asked."""

    def __init__(self, path: Path) -> None:
        open_ledger(path, create=True).close()
        self.store = connect(path)
        self.connection = self.store.driver
        self.number, self.hash = 0, FIRST

    def write(self, *documents: Document) -> None:
        """All of them in one transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        for d in documents:
            body = canonical(d.as_dict())
            booked, asked = time.time_ns() // 1000, content_hash(body)
            self.number += 1
            self.hash = link(self.hash, nation=d.nation, number=self.number, booked=booked, asked=asked, body=body)
            self.connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (d.nation, self.number, d.key, d.kind, d.day, booked, asked, body, self.hash, None),
            )
            rows = []
            for x in d.lines:
                for account, sign in (("stock", 1), ("made", -1)):
                    at = (
                        d.nation,
                        self.number,
                        len(rows),
                        account,
                        d.nation,
                        d.nation,
                        "",
                        x.item,
                        x.lot,
                        x.condition,
                        "",
                    )
                    rows.append((*at, d.day, booked, sign * x.quantity, ""))
            self.connection.executemany(f"INSERT INTO entries VALUES ({', '.join('?' * 15)})", rows)
        self.connection.execute("COMMIT")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the processor."""
    wall, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - spent


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger")
    parser.add_argument("--single", type=int, default=500, help="documents with a commit each")
    parser.add_argument("--batch", type=int, default=50_000, help="entries in one batch")
    parser.add_argument(
        "--entries", type=int, default=0, help="entries that balances are worked out of; 0: those of the batch"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        ours, alone = open_ledger(Path(folder) / "ours", create=True), Alone(Path(folder) / "alone")
        each = [document(n, 1) for n in range(asked.single)]
        compare(
            "a commit for each document, documents",
            asked.single,
            lambda: one_by_one(ours, each),
            lambda: alone_each(alone, each),
        )
        shared, one_each = ([document(first + n, 1) for n in range(asked.single)] for first in (5_000_000, 6_000_000))
        compare(
            f"{THREADS} threads beside a commit for each document alone, documents",
            asked.single,
            lambda: by_threads(ours, shared),
            lambda: alone_each(alone, one_each),
        )
        batch = [document(10_000_000 + n, 50) for n in range(asked.batch // 100)]
        compare("one batch, entries", asked.batch, lambda: ours.post(*batch), lambda: alone.write(*batch))
        account = ", ".join(f'"{name}"' for name in ACCOUNT)
        sql = (
            f"SELECT nation, {account}, sum(quantity) FROM entries GROUP BY nation, {account} HAVING sum(quantity) <> 0"
        )
        if asked.entries:
            fill(alone, asked.entries)
            fill_ours(ours, alone)
        count = alone.connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        by_hand = lambda: alone.connection.execute(sql).fetchall()  # noqa: E731
        compare(f"all balances of {count:,} entries, entries", count, ours.balances, by_hand, rounds=3)


def fill(alone: Alone, entries: int) -> None:
    """Add documents until there are so many entries."""
    there = alone.connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    for first in range(20_000_000, 20_000_000 + (entries - there) // 100, 100):
        last = min(first + 100, 20_000_000 + (entries - there) // 100)
        alone.write(*(document(n, 50) for n in range(first, last)))


def fill_ours(ours: Ledger, alone: Alone) -> None:
    """The same rows in both, so that the same is summed."""
    from rampart.ledger.store.opening import FileStore

    assert isinstance(ours._store, FileStore)
    alone.connection.backup(ours._store.driver)


def one_by_one(ledger: Ledger, documents: list[Document]) -> None:
    """A commit for each."""
    for d in documents:
        ledger.post(d)


def by_threads(ledger: Ledger, documents: list[Document]) -> None:
    """Threads that each post their share one by one; those that wait share a commit."""

    def work(first: int) -> None:
        one_by_one(ledger, documents[first::THREADS])

    threads = [threading.Thread(target=work, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def alone_each(alone: Alone, documents: list[Document]) -> None:
    """The same."""
    for d in documents:
        alone.write(d)


def compare(what: str, count: int, ours: Callable[[], object], alone: Callable[[], object], *, rounds: int = 1) -> None:
    """Print one line; of several rounds, in turn, the quickest of each, since others use the machine too."""
    best, best_alone = timed(ours), timed(alone)
    for _ in range(rounds - 1):
        again, again_alone = timed(ours), timed(alone)
        best = min(best[0], again[0]), min(best[1], again[1])
        best_alone = min(best_alone[0], again_alone[0]), min(best_alone[1], again_alone[1])
    (wall, spent), (wall_alone, spent_alone) = best, best_alone
    print(
        f"{what}: {count / wall:,.0f}/s ({count / spent:,.0f} of processor), sqlite3 alone {count / wall_alone:,.0f}/s"
        f" ({count / spent_alone:,.0f}); {wall_alone / wall:.0%} of it ({spent_alone / spent:.0%})"
    )


if __name__ == "__main__":
    main()
