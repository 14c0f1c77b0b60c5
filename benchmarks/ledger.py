"""The ledger beside ``sqlite3`` alone, which writes the same rows, hashes and indexes with the same commits.

``python -m benchmarks.ledger`` prints, each as the share of the speed of ``sqlite3`` alone: documents with a commit for each,
documents from 50 threads of one process, entries in one batch, and all balances against the same SQL by hand. Both take turns,
round by round.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rampart.ledger.chain import FIRST, canonical, content_hash, link
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.store.opening import connect
from rampart.ledger.store.tables import ACCOUNT

THREADS = 50
MANY = 20_000_000
"""A number that no document of a round has."""


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
    parser.add_argument("--single", type=int, default=50, help="documents with a commit each, in a round")
    parser.add_argument("--batch", type=int, default=20_000, help="entries in one batch")
    parser.add_argument("--rounds", type=int, default=21, help="rounds of single documents; a third as many of batches")
    parser.add_argument(
        "--entries", type=int, default=0, help="entries that balances are worked out of; 0: those of the batches"
    )
    asked = parser.parse_args()
    few = max(1, asked.rounds // 3)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        ours, alone = open_ledger(Path(folder) / "ours", create=True), Alone(Path(folder) / "alone")
        numbers = itertools.count()

        def new(documents: int, lines: int = 1) -> list[Document]:
            return [document(next(numbers), lines) for _ in range(documents)]

        compare(
            f"a commit for each of {asked.single} documents",
            [partial(one_by_one, ours, new(asked.single)) for _ in range(asked.rounds)],
            [partial(alone_each, alone, new(asked.single)) for _ in range(asked.rounds)],
        )
        shared = 10 * asked.single
        compare(
            f"{shared} documents of {THREADS} threads, beside a commit for each document alone",
            [partial(by_threads, ours, new(shared)) for _ in range(few)],
            [partial(alone_each, alone, new(shared)) for _ in range(few)],
        )
        compare(
            f"a batch of {asked.batch:,} entries",
            [partial(ours.post, *new(asked.batch // 100, 50)) for _ in range(few)],
            [partial(alone.write, *new(asked.batch // 100, 50)) for _ in range(few)],
        )
        account = ", ".join(f'"{name}"' for name in ACCOUNT)
        sql = (
            f"SELECT nation, {account}, sum(quantity) FROM entries GROUP BY nation, {account} HAVING sum(quantity) <> 0"
        )
        fill(alone, asked.entries)
        fill_ours(ours, alone)
        count = alone.connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        by_hand = lambda: alone.connection.execute(sql).fetchall()  # noqa: E731
        compare(f"balances of all accounts, {count:,} entries", [ours.balances] * few, [by_hand] * few)


def fill(alone: Alone, entries: int) -> None:
    """Add documents until there are so many entries."""
    there = alone.connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    for n in range(0, (entries - there) // 100, 100):
        last = min(n + 100, (entries - there) // 100)
        alone.write(*(document(MANY + k, 50) for k in range(n, last)))


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


def compare(what: str, ours: Sequence[Callable[[], object]], alone: Sequence[Callable[[], object]]) -> None:
    """Print one line: of rounds in turn, since others use the machine too, the middle ones; shares are of round by round."""
    rounds = [(timed(one), timed(other)) for one, other in zip(ours, alone, strict=True)]
    (wall, spent), (wall_alone, spent_alone) = (
        tuple(statistics.median(each[side][which] for each in rounds) for which in (0, 1)) for side in (0, 1)
    )
    share, of_processor = (statistics.median(b[which] / a[which] for a, b in rounds) for which in (0, 1))
    print(
        f"{what}: {wall:.3f} s ({spent:.3f} of processor), sqlite3 alone {wall_alone:.3f} s ({spent_alone:.3f});"
        f" {share:.0%} of its speed ({of_processor:.0%}), {len(rounds)} rounds"
    )


if __name__ == "__main__":
    main()
