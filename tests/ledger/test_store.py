"""The store: killed at every statement, out of room at every page, written by many, tampered with, copied, brought up."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.small_ledgers import doc, refused, stock
from rampart.findings import PlaceError, TakenError
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.store import copies, opening, writing
from rampart.ledger.store.opening import LedgerError
from rampart.ledger.verifying import read_seal, seal_text

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are made by fork here")


def child(work: Callable[[], None]) -> int:
    """Run something in a process of its own; 0 where it ended well, else its exit status or -signal."""
    process = os.fork()
    if process == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # the parent looks at the file, not at this
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


class Counted(sqlite3.Connection):
    """A connection that kills its process at a statement."""

    left = 10**9

    def execute(self, *said):  # type: ignore[no-untyped-def]
        type(self).left -= 1
        if type(self).left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(*said)

    def executemany(self, *said):  # type: ignore[no-untyped-def]
        type(self).left -= 1
        if type(self).left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().executemany(*said)


def post_and_tell(path: Path, told: Path, first: int) -> None:
    """Post one document after the other; each is written down once it was acknowledged."""
    with open_ledger(path) as ledger, told.open("a") as out:
        for n in range(first, first + 3):
            ledger.post(doc(f"k{n}", "production", "2024-01-10", 5), doc(f"l{n}", "use", "2024-01-11", 2))
            print(f"k{n} l{n}", file=out, flush=True)


@forks
@pytest.mark.parametrize("turns", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_killed_at_any_statement_nothing_acknowledged_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    path, told = tmp_path / "a.ledger", tmp_path / "told"
    told.touch()
    open_ledger(path, create=True).close()
    rng, connects, killed = random.Random(17), sqlite3.connect, 0
    monkeypatch.setattr(opening.sqlite3, "connect", lambda *a, **k: connects(*a, factory=Counted, **k))
    for turn in range(turns):
        Counted.left = rng.randint(0, 45)
        killed += child(lambda turn=turn: post_and_tell(path, told, 10 * turn)) == -signal.SIGKILL
    Counted.left = 10**9
    assert killed > turns / 2
    with open_ledger(path) as ledger:
        there = {d.key for d in ledger.documents()}
        assert set(told.read_text().split()) <= there
        assert {k[1:] for k in there if k[0] == "k"} == {k[1:] for k in there if k[0] == "l"}, "half a posting"
        assert ledger.verify() == []
        assert stock(ledger) == {"": 3 * len(there) // 2}


@forks
def test_no_room_at_any_write_is_one_finding_and_the_ledger_verifies(tmp_path: Path) -> None:
    """The limit on the size of files stands for a full disk: each write past it fails, wherever in a posting it falls."""
    path = tmp_path / "a.ledger"
    open_ledger(path, create=True).close()
    codes: list[str] = []
    for room in range(0, 90_000, 3000):
        told = tmp_path / f"{room}"

        def work(room: int = room, told: Path = told) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            size = max(p.stat().st_size for p in tmp_path.glob("a.ledger*"))
            ledger = open_ledger(path)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            found = "posted"
            try:
                ledger.post(*(doc(f"{room}-{n}", "production", "2024-01-10", 5, note="x" * 500) for n in range(20)))
            except PlaceError as wrong:
                found = " ".join(f.code for f in wrong.findings)
            resource.setrlimit(resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)[1:] * 2)
            told.write_text(f"{found} {size}")

        assert child(work) == 0
        codes.append(told.read_text().split()[0])
        with open_ledger(path) as ledger:
            assert ledger.verify() == []
            posted = sum(code == "posted" for code in codes)
            assert len(ledger.documents()) == 20 * posted
    assert set(codes) == {"posted", "ledger-cannot-write"}


def test_a_full_file_is_one_finding(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        pages = ledger._store.driver.execute("PRAGMA page_count").fetchone()[0]
        ledger._store.driver.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(PlaceError) as wrong:
            for n in range(200):
                ledger.post(doc(f"p{n}", "production", "2024-01-10", 5, note="x" * 500))
        assert [f.code for f in wrong.value.findings] == ["ledger-cannot-write"]
        assert ledger.verify() == []
        assert len(ledger.documents()) == n


def test_every_commit_is_flushed(tmp_path: Path) -> None:
    """With synchronous FULL, acknowledged documents outlive a loss of power; NORMAL and OFF lose them (measured before)."""
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        assert ledger._store.driver.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._store.driver.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def at_once(path: Path, works: list[Callable[[Ledger], None]]) -> list[int]:
    """Processes that start together; their exit statuses: 0 posted, 1 refused by findings, 2 anything else."""
    gate, go = os.pipe()
    processes = []
    for work in works:
        process = os.fork()
        if process == 0:
            os.close(go)
            code = 2
            try:
                os.read(gate, 1)  # returns when the parent opens the gate
                with open_ledger(path) as ledger:
                    work(ledger)
                code = 0
            except LedgerError as wrong:
                code = 1 if {f.code for f in wrong.findings} <= REFUSALS else 2
            finally:
                os._exit(code)
        processes.append(process)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
    os.close(gate)
    return codes


REFUSALS = {"ledger-below-zero", "ledger-key-taken", "ledger-reversed", "ledger-lots-short"}


@forks
def test_twenty_at_once_exactly_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with open_ledger(path, create=True) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 5, lot="L"), doc("q", "production", "2024-01-10", 5, lot="M"))
    takes = [lambda ledger, n=n: ledger.post(doc(f"u{n}", "use", "2024-01-11", 5, lot="L")) for n in range(20)]
    assert sorted(at_once(path, takes)) == [0] + [1] * 19
    keys = [lambda ledger, n=n: ledger.post(doc("same", "production", "2024-01-11", n + 1)) for n in range(20)]
    assert sorted(at_once(path, keys)) == [0] + [1] * 19
    backs = [lambda ledger, n=n: ledger.post(doc(f"r{n}", "reversal", "2024-01-12", reverses="q")) for n in range(20)]
    assert sorted(at_once(path, backs)) == [0] + [1] * 19
    with open_ledger(path) as ledger:
        assert ledger.verify() == []
        assert len(ledger.documents()) == 5


def test_threads_share_a_ledger(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        threads = [
            threading.Thread(target=lambda n=n: ledger.post(doc(f"p{n}", "production", "2024-01-10", 1)))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert stock(ledger) == {"": 8} and ledger.verify() == []


def test_postings_of_threads_share_a_flush_and_one_refused_takes_none_along(tmp_path: Path) -> None:
    """Threads that wait for their turn are posted together; 50 of them, two of which are refused, each its own way."""
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        ledger.post(doc("p", "production", "2024-01-10", 100, lot="L"))
        groups, write_group = [], writing.write_group

        def counted(connection, postings):  # type: ignore[no-untyped-def]
            groups.append(len(postings))
            return write_group(connection, postings)

        told: dict[int, list[str]] = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "write_group", counted)
            ledger._lock.acquire()  # all come while somebody else is at work
            wanted = [doc(f"u{n}", "use", "2024-01-11", 2, lot="L") for n in range(48)]
            wanted += [doc("much", "use", "2024-01-11", 999, lot="L"), doc("form", "use", "soon", 1)]
            threads = [
                threading.Thread(target=lambda n=n, d=d: told.update({n: refused(ledger, d)}))
                for n, d in enumerate(wanted)
            ]
            for thread in threads:
                thread.start()
            while len(ledger._waiting) < len(threads):
                pass
            ledger._lock.release()
            for thread in threads:
                thread.join()
        assert groups == [50]
        assert [told[n] for n in range(48)] == [[]] * 48
        assert (told[48], told[49]) == (["ledger-below-zero"], ["ledger-day"])
        assert stock(ledger) == {"L": 4} and ledger.verify() == []


def test_who_is_interrupted_before_it_posts_leaves_those_who_wait_to_do_so(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        opened, leads = ledger._open, threading.Event()

        def interrupted() -> Any:
            ledger._open = opened  # type: ignore[method-assign]
            leads.set()
            while len(ledger._waiting) < 2:
                time.sleep(0.001)
            raise KeyboardInterrupt

        def leader() -> None:
            with contextlib.suppress(KeyboardInterrupt):
                ledger.post(doc("gone", "production", "2024-01-10", 1))

        ledger._open = interrupted  # type: ignore[method-assign]
        thread = threading.Thread(target=leader)
        thread.start()
        leads.wait()
        ledger.post(doc("stays", "production", "2024-01-10", 2))
        thread.join()
        assert [d.key for d in ledger.documents()] == ["stays"] and ledger._leader is None and ledger._waiting == []


def test_a_store_that_fails_tells_every_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:

        def fails(*_: object) -> None:
            wrong = sqlite3.OperationalError("disk I/O error")
            wrong.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise wrong

        told: list[str] = []

        def work(n: int) -> None:
            nonlocal told
            try:
                ledger.post(doc(f"p{n}", "production", "2024-01-10", 1))
            except PlaceError as wrong:
                told += [f.code for f in wrong.findings]

        with monkeypatch.context() as patch:
            patch.setattr(writing, "_write", fails)
            ledger._lock.acquire()
            threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
            for thread in threads:
                thread.start()
            while len(ledger._waiting) < len(threads):
                pass
            ledger._lock.release()
            for thread in threads:
                thread.join()
        assert told == ["ledger-cannot-write"] * 5 and ledger.documents() == []
        assert refused(ledger, doc("p", "production", "2024-01-10", 1)) == []


def test_a_ledger_in_use_for_too_long_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.05)
    path = tmp_path / "a.ledger"
    with open_ledger(path, create=True) as ledger, open_ledger(path) as other:
        other._store.driver.execute("BEGIN IMMEDIATE")
        assert refused(ledger, doc("p", "production", "2024-01-10", 1)) == ["ledger-busy"]
        other._store.driver.execute("ROLLBACK")
        assert refused(ledger, doc("p", "production", "2024-01-10", 1)) == []


@pytest.fixture
def booked(tmp_path: Path) -> Path:
    path = tmp_path / "a.ledger"
    with open_ledger(path, create=True) as ledger:
        for n in range(4):
            ledger.post(doc(f"p{n}", "production", f"2024-01-1{n}", 5 + n, lot="00123"))
        ledger.post(doc("p", "production", "2024-01-10", 5, nation="XBB"))
    return path


def tamper(path: Path, *statements: str) -> list[str]:
    """Codes of what ``verify`` names after somebody wrote to the file by hand."""
    raw = sqlite3.connect(path, isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    raw.close()
    with open_ledger(path) as ledger:
        return [f"{f.code} {f.table} {f.row}" for f in ledger.verify()]


@pytest.mark.parametrize("table", ["documents", "entries"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET day = '2020-01-01'"])
def test_the_file_is_only_added_to(booked: Path, table: str, verb: str) -> None:
    raw = sqlite3.connect(booked)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        raw.execute(verb.format(table))
    raw.close()


def test_a_tampered_ledger_is_named(booked: Path) -> None:
    two = "WHERE nation = 'XAA' AND number = 2"
    assert tamper(booked, f"UPDATE entries SET quantity = quantity * 2 {two}") == ["ledger-entries XAA 2"]


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("UPDATE entries SET booked = booked - 1", ["ledger-entries XAA 2"]),
        ("UPDATE documents SET body = replace(body, ':6', ':9')", ["ledger-chain XAA 2", "ledger-entries XAA 2"]),
        ("UPDATE documents SET day = '2020-01-01'", ["ledger-chain XAA 2"]),
        ("UPDATE documents SET body = '{\"nation\": \"XAA\"}'", ["ledger-chain XAA 2"] * 2),
        ("UPDATE documents SET booked = booked + 60000000",
         ["ledger-chain XAA 2", "ledger-entries XAA 2", "ledger-order XAA 3"]),
        ("DELETE FROM entries", ["ledger-entries XAA 2"]),
    ],
)  # fmt: skip
def test_a_tampered_row_is_named(booked: Path, what: str, named: list[str]) -> None:
    assert tamper(booked, f"{what} WHERE nation = 'XAA' AND number = 2") == named


def test_a_missing_document_and_a_reordered_chain_are_named(booked: Path) -> None:
    found = tamper(booked, "DELETE FROM documents WHERE nation = 'XAA' AND number = 2")
    assert found == ["ledger-missing XAA 3", "ledger-missing XAA 2"]
    moved = ["UPDATE documents SET number = 9 WHERE nation = 'XAA' AND number = 3",
             "UPDATE documents SET number = 2 WHERE nation = 'XAA' AND number = 4"]  # fmt: skip
    assert "ledger-chain XAA 2" in tamper(booked, *moved)


def test_a_rewritten_chain_shows_against_the_seal(booked: Path, tmp_path: Path) -> None:
    with open_ledger(booked) as ledger:
        file = tmp_path / "seal.json"
        file.write_text(seal_text(ledger.heads(), path=booked, at=1))
        kept = read_seal(file)
        assert kept["XAA"][0] == 4
        ledger.post(doc("later", "production", "2024-02-01", 1))
        assert ledger.verify(seal=kept) == []
    with open_ledger(
        tmp_path / "b.ledger", create=True
    ) as other:  # the same with one quantity changed, all hashes right
        for n in range(4):
            other.post(doc(f"p{n}", "production", f"2024-01-1{n}", 50 + n, lot="00123"))
        assert other.verify() == []
        assert [f"{f.code} {f.table}" for f in other.verify(seal=kept)] == ["ledger-seal XAA", "ledger-seal XBB"]
    for text in ("{}", "no", '{"heads": {"XAA": 3}}'):
        file.write_text(text)
        with pytest.raises(LedgerError, match="no seal"):
            read_seal(file)


def test_a_copy_taken_while_writing_restores(booked: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        n = 0
        with open_ledger(booked) as busy:
            while not stop.is_set():
                busy.post(doc(f"w{n}", "production", "2024-02-01", 1))
                n += 1

    thread = threading.Thread(target=write)
    thread.start()
    with open_ledger(booked) as ledger:
        ledger.backup(tmp_path / "copy")
    stop.set()
    thread.join()
    copies.restore(tmp_path / "copy", tmp_path / "back.ledger")
    with open_ledger(tmp_path / "back.ledger") as back:
        assert back.verify() == [] and len(back.documents()) >= 5
        assert refused(back, doc("more", "production", "2024-02-01", 1)) == []
    with pytest.raises(TakenError):
        copies.restore(tmp_path / "copy", booked)


def test_a_damaged_copy_is_not_restored(booked: Path, tmp_path: Path) -> None:
    tamper(booked, "UPDATE entries SET quantity = 7 WHERE nation = 'XAA' AND number = 2")
    with pytest.raises(LedgerError):
        copies.restore(booked, tmp_path / "back.ledger")
    assert not (tmp_path / "back.ledger").exists()


def test_damage_of_the_file_is_said(booked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = sqlite3.connect(booked, isolation_level=None)
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("DELETE FROM sqlite_schema WHERE name = 'entries_by_account'")  # the index is lost, its pages are not
    raw.close()
    with open_ledger(booked) as ledger:
        assert {f.code for f in ledger.verify()} == {"ledger-damaged"}


def test_files_that_are_no_ledger(tmp_path: Path) -> None:
    def code(path: Path, **how: bool) -> str:
        with pytest.raises((LedgerError, PlaceError)) as wrong:
            open_ledger(path, **how)
        return wrong.value.findings[0].code

    assert code(tmp_path / "none") == "ledger-none"
    (tmp_path / "text").write_text("no ledger at all, but long enough to be read as one" * 90)
    assert code(tmp_path / "text", create=True) == "ledger-not-one"
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE t (x)")
    other.close()
    assert code(tmp_path / "other", create=True) == "ledger-not-one"
    assert code(tmp_path / "no folder" / "x", create=True) == "ledger-cannot-write"


def test_two_ledgers_are_open_at_once(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "a", create=True) as a, open_ledger(tmp_path / "b", create=True) as b:
        a.post(doc("p", "production", "2024-01-10", 5))
        assert stock(b) == {} and json.dumps(a.heads()) != json.dumps(b.heads())


def test_the_library_loads_no_heavy_library() -> None:
    import subprocess

    code = "import sys, rampart.ledger.ledger; print(sorted({'polars', 'numpy', 'django'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
