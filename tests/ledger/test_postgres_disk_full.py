"""The disk of a server fills up, and its connections are cut, at one write after the other: one finding, the ledger verifies.

The server keeps the ledger, or its log, on a file system of its own of a few megabytes, which a file is let grow on.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psycopg
import pytest

from ledger.servers import Server, server
from ledger.small_ledgers import doc
from rampart.findings import FindingsError
from rampart.ledger.ledger import open_ledger
from rampart.ledger.store import postgres

__all__ = ["server"]
BLOCK = 8192
LENGTHS = (6000, 400, 1800)
"""Characters of the notes of a turn."""


@contextmanager
def small_disk(folder: Path, megabytes: int, user: str | None) -> Iterator[Path]:
    """A file system of so many megabytes; skipped where none may be mounted."""
    folder.mkdir()
    told = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
    )
    if told.returncode:
        pytest.skip(f"no file system can be mounted here: {told.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes of a disk, or none where the server takes them meanwhile."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for _ in range(max(0, shutil.disk_usage(disk).free - left) // BLOCK):
            file.write(b"x" * BLOCK)
    return filler


def post_until_refused(url: str, turn: int, most: int) -> tuple[set[str], list[list[str]]]:
    """Keys of what was acknowledged, and the findings of what was not: twice in a row ends it.

    Notes are long and short by turn, so that now one table or index is full first and now another; they do not compress.
    """
    posted, refused = set[str](), list[list[str]]()
    chance, length = Random(turn), LENGTHS[turn % len(LENGTHS)]
    for n in range(most):
        try:
            with open_ledger(url) as ledger:
                ledger.post(
                    doc(f"k{turn}-{n}", "production", "2024-01-10", 5, note=chance.randbytes(length // 2).hex())
                )
            posted.add(f"k{turn}-{n}")
        except FindingsError as wrong:
            refused.append([f.code for f in wrong.findings])
            if len(refused) == 2:
                break
    return posted, refused


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("turns", [pytest.param(6, marks=pytest.mark.docs), pytest.param(60, marks=pytest.mark.slow)])
def test_the_disk_of_the_ledger_is_full(turns: int) -> None:
    """Whatever table or index it is that cannot grow: what is refused is one finding, and nothing of it is there."""
    acknowledged, failed = set[str](), 0
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        own = Server(Path(folder) / "s")
        with small_disk(Path(folder) / "disk", 48, own.user) as disk:
            own.sql("postgres", f"CREATE TABLESPACE small OWNER owner LOCATION '{place_in(disk, own)}'")
            own.sql("postgres", "ALTER DATABASE ledger SET TABLESPACE small")
            own_ledger(own)
            url = own.login("login_a", "XAA")
            for turn in range(turns):
                filler = fill(disk, left=BLOCK * (2 + 3 * (turn % 6)))
                posted, refused = post_until_refused(url, turn, most=400)
                filler.unlink()
                assert all(one == ["ledger-cannot-write"] for one in refused), refused
                acknowledged |= posted
                failed += bool(refused)
                with open_ledger(url) as again:
                    assert again.verify() == []
                    assert acknowledged == {d.key for d in again.documents()}
            own.stop("immediate")
    assert failed == turns


def place_in(disk: Path, own: Server) -> Path:
    """A folder on a disk that belongs to the server."""
    place = disk / "data"
    place.mkdir()
    if own.user:
        shutil.chown(place, own.user)
    return place


def own_ledger(own: Server) -> None:
    """The steps of the ledger in the database ``ledger``."""
    postgres.migrate(own.url("owner"))


@pytest.mark.docs
def test_the_disk_of_the_log_is_full() -> None:
    """The server gives up: one finding; once there is room again it comes back with all that was acknowledged."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        own = Server(Path(folder) / "s", durable=True)
        own_ledger(own)
        url = own.login("login_a", "XAA")
        own.stop()
        with small_disk(Path(folder) / "disk", 80, own.user) as disk:
            log = own.folder / "data" / "pg_wal"
            subprocess.run(["cp", "-a", str(log), str(disk / "log")], check=True)
            shutil.rmtree(log)
            log.symlink_to(disk / "log")
            own.start()
            filler = fill(disk, left=0)
            posted, refused = set[str](), list[list[str]]()
            for turn in range(6):
                more, refused = post_until_refused(url, turn, most=3)
                posted |= more
                if refused:
                    break
                with suppress(psycopg.Error):  # the next file of the log has no room
                    own.sql("ledger", "SELECT pg_switch_wal()")
            assert posted and refused and all(one == ["ledger-cannot-write"] for one in refused), refused
            filler.unlink()
            own.kill()
            own.start()
            with open_ledger(url) as again:
                assert again.verify() == []
                assert posted <= {d.key for d in again.documents()}
            own.stop("immediate")


def test_a_connection_is_cut_at_every_statement(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the server, at each statement of a posting in turn: one finding, and the document is there whole or not at all."""
    url = server.login("login_a", "XAA", database=server.fresh("cut"))
    with open_ledger(url) as ledger:
        ledger.post(doc("first", "production", "2024-01-10", 5))
    runs, left = psycopg.Connection.execute, [10**9]

    def cut(self: psycopg.Connection, *said: object, **how: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            server.sql("cut", f"SELECT pg_terminate_backend({self.info.backend_pid}, 5000)")
        return runs(self, *said, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Connection, "execute", cut)
    acknowledged, refused = {"first"}, 0
    for n in range(1, 200):
        left[0] = n
        try:
            with open_ledger(url) as ledger:
                ledger.post(doc(f"k{n}", "production", "2024-01-10", 5))
            acknowledged.add(f"k{n}")
        except FindingsError as wrong:
            refused += 1
            assert [f.code for f in wrong.findings] == ["ledger-cannot-write"], n
        if left[0] > 0:  # there were no more statements
            break
        left[0] = 10**9
        with open_ledger(url) as again:
            assert again.verify() == []
            assert acknowledged == {d.key for d in again.documents()}, n
    else:
        pytest.fail("a posting has no end")
    assert refused > 8
