"""The ledger beside ``sqlite3`` alone, which writes the same rows, hashes and indexes with the same commits.

``python -m benchmarks.ledger`` prints, each as the share of what ``sqlite3`` alone does: documents a second with a commit for
each, entries a second in one batch, and the time of all balances against the same SQL by hand.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rampart.ledger.chain import FIRST, canonical, content_hash, link
from rampart.ledger.documents import Document, Line
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.store.opening import connect
from rampart.ledger.store.tables import ACCOUNT


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
        batch = [document(10_000_000 + n, 50) for n in range(asked.batch // 100)]
        compare("one batch, entries", asked.batch, lambda: ours.post(*batch), lambda: alone.write(*batch))
        account = ", ".join(f'"{name}"' for name in ACCOUNT)
        sql = (
            f"SELECT nation, {account}, sum(quantity) FROM entries GROUP BY nation, {account} HAVING sum(quantity) <> 0"
        )
        compare("all balances, entries", asked.batch, ours.balances, lambda: alone.connection.execute(sql).fetchall())


def one_by_one(ledger: Ledger, documents: list[Document]) -> None:
    """A commit for each."""
    for d in documents:
        ledger.post(d)


def alone_each(alone: Alone, documents: list[Document]) -> None:
    """The same."""
    for d in documents:
        alone.write(d)


def compare(what: str, count: int, ours: Callable[[], object], alone: Callable[[], object]) -> None:
    """Print one line."""
    (wall, spent), (wall_alone, spent_alone) = timed(ours), timed(alone)
    print(
        f"{what}: {count / wall:,.0f}/s ({count / spent:,.0f} of processor), sqlite3 alone {count / wall_alone:,.0f}/s"
        f" ({count / spent_alone:,.0f}); {wall_alone / wall:.0%} of it ({spent_alone / spent:.0%})"
    )


if __name__ == "__main__":
    main()
