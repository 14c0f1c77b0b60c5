"""Power is lost on a server: its folder is rebuilt from what had been flushed at a moment, and it recovers from that.

Every write and flush of all its processes is recorded (strace), and the answers that tell a client of a commit. What was told
by a moment is there after recovery; with ``fsync`` off it is not: else the test would not be one.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.servers import BINARIES, Server
from ledger.small_ledgers import doc
from ledger.test_power_loss import traced, unescaped
from rampart.ledger.ledger import open_ledger

POSTS = 12
CALLS = "trace=openat,write,pwrite64,pwritev,ftruncate,fallocate,rename,fsync,fdatasync,close,sendto"
LINE = re.compile(r"^(?P<process>\d+) +(?P<text>.*)$")
BEGUN = re.compile(r"^(?P<text>.*) <unfinished \.\.\.>$")
ENDED = re.compile(r"^<\.\.\. \w+ resumed>(?P<text>.*)$")
CALL = re.compile(r"^(\w+)\((.*)\) += +(-?\d+)")
TOLD = b"COMMIT\0"


def calls(log: Path) -> Iterator[tuple[str, str, str, int]]:
    """Calls in the order in which they ended: process, name, what was said, result."""
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        if not (found := LINE.match(line)):
            continue
        process, text = found["process"], found["text"]
        if half := BEGUN.match(text):
            begun[process] = half["text"]
            continue
        if rest := ENDED.match(text):
            text = begun.pop(process, "") + rest["text"]
        if call := CALL.match(text):
            yield process, call[1], call[2], int(call[3])


@dataclass
class Disk:
    """Files of a folder as its processes see them, and as they were when they were last flushed; ``before``: at the start."""

    folder: Path
    before: Path
    now: dict[str, bytearray] = field(default_factory=dict)
    flushed: dict[str, bytes] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    places: dict[tuple[str, int], int] = field(default_factory=dict)

    def take(self, process: str, call: str, said: str, result: int) -> bool:
        """A call; whether it told a client of a commit."""
        number = re.match(r"\d+", said)
        at = (process, int(number[0]) if number else -1)
        texts = [unescaped(text) for text in re.findall(r'"([^"]*)"', said)]
        if call == "openat" and result >= 0:
            self.opened((process, result), texts[0].decode(), new="O_TRUNC" in said)
        elif call == "sendto":
            return any(TOLD in text for text in texts)
        elif call == "rename":
            if (old := texts[0].decode()) in self.now:
                self.now[texts[1].decode()] = self.now.pop(old)
        elif at in self.names:
            self.changed(at, call, said, b"".join(texts))
        return False

    def opened(self, at: tuple[str, int], path: str, *, new: bool) -> None:
        """A file is open; what it held before anybody wrote to it is what the folder has."""
        self.names.pop(at, None)
        path = path.removeprefix(f"{self.folder}/")
        there = self.before / path
        if path.startswith(("/", "pg_stat", "pg_dynshmem")) or there.is_dir():
            return
        if path not in self.now:
            self.now[path] = bytearray(there.read_bytes() if there.is_file() else b"")
        if new:
            self.now[path].clear()
        self.names[at], self.places[at] = path, 0

    def changed(self, at: tuple[str, int], call: str, said: str, data: bytes) -> None:
        """An open file is written to, cut, flushed, closed."""
        content = self.now.setdefault(self.names[at], bytearray())
        if call in ("pwrite64", "pwritev", "write"):
            where = self.places[at] if call == "write" else int(said.rsplit(",", 1)[1])
            content.extend(bytes(max(0, where + len(data) - len(content))))
            content[where : where + len(data)] = data
            self.places[at] = where + len(data)
        elif call in ("ftruncate", "fallocate"):
            numbers = [int(n) for n in said.split(",") if n.strip().isdigit()]
            length = numbers[-1] if call == "ftruncate" else max(len(content), sum(numbers[-2:]))
            del content[length:]
            content.extend(bytes(length - len(content)))
        elif call in ("fsync", "fdatasync"):
            self.flushed[self.names[at]] = bytes(content)
        elif call == "close":
            del self.names[at]


def recorded(server: Server, log: Path, fsync: str) -> None:
    """The server runs under strace while a client posts, and is stopped as if it were killed."""
    assert BINARIES is not None
    said = {"listen_addresses": "", "fsync": fsync, "autovacuum": "off", "checkpoint_timeout": "1h"}
    words = [word for name, value in said.items() for word in ("-c", f"{name}={value}")]
    whose = ["-u", server.user] if server.user else []
    process = subprocess.Popen(
        ["strace", "-f", "-xx", "-s", "1000000", "-e", CALLS, "-o", str(log), *whose, str(BINARIES / "postgres"),
         "-D", str(server.folder / "data"), "-k", str(server.folder), *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=server.folder,
    )  # fmt: skip
    try:
        while subprocess.run(  # the socket is there before it lets anybody in
            [BINARIES / "pg_isready", "-q", "-h", str(server.folder)], check=False
        ).returncode:
            assert process.poll() is None
            time.sleep(0.05)
        with open_ledger(server.url("clerk")) as ledger:
            for n in range(POSTS):
                ledger.post(doc(f"k{n}", "production", "2024-01-10", 5))
        server.stop("immediate")
    finally:
        process.wait(60)


def lost(folder: Path, fsync: str, moments: int) -> int:
    """At how many moments of a run something that was told is missing after recovery; what is there verifies."""
    server = Server(folder / "s", durable=True)
    try:
        server.login("clerk", "XAA", database=server.fresh("ledger"))
    finally:
        server.stop()
    before = folder / "before"
    shutil.copytree(server.folder / "data", before)
    log = folder / "calls"
    recorded(server, log, fsync)
    disk, told, states = Disk(server.folder / "data", before), list[int](), list[dict[str, bytes]]()
    for call in calls(log):
        if disk.take(*call):
            told.append(len(states))
        states.append(dict(disk.flushed))
    assert len(told) == POSTS
    rng, missing = random.Random(17), 0
    for _ in range(moments):
        moment = rng.randrange(told[0], told[-1] + 1)
        shutil.rmtree(server.folder / "data")
        shutil.copytree(before, server.folder / "data")
        for name, content in states[moment].items():
            place = server.folder / "data" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        (server.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        if server.user:
            for place in (server.folder / "data", *(server.folder / "data").rglob("*")):
                shutil.chown(place, server.user)
        server.start()
        with open_ledger(server.url("clerk")) as ledger:
            assert ledger.verify() == []
            there = {d.key for d in ledger.documents()}
        server.stop("immediate")
        assert there == {f"k{n}" for n in range(len(there))}, "a chain without holes"
        missing += not {f"k{n}" for n, at in enumerate(told) if at <= moment} <= there
    return missing


@traced
@pytest.mark.skipif(BINARIES is None, reason="PostgreSQL is not installed here")
@pytest.mark.parametrize(
    ("fsync", "moments"),
    [pytest.param("on", 4, marks=pytest.mark.docs), pytest.param("off", 2, marks=pytest.mark.docs),
     pytest.param("on", 100, marks=pytest.mark.slow)],
)  # fmt: skip
def test_what_was_told_outlives_a_loss_of_power_unless_nothing_is_flushed(fsync: str, moments: int) -> None:
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path must be short
        assert lost(Path(folder), fsync, moments) == (0 if fsync == "on" else moments)
