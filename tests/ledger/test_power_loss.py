"""Power is lost: the files are rebuilt from what had been flushed at a moment; everything acknowledged by then is there.

A kill proves nothing of this, since what a process wrote is in the system's memory. Here every write and flush of a process
that posts is recorded (strace). At a moment taken at random each file is as it was when it was last flushed, and nothing that
came later. With less than synchronous FULL documents are missing: else the test would not be one.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rampart.ledger.ledger import open_ledger

POSTS = 25
MOMENTS = 20
SCRIPT = """
import os, sys
sys.path[:0] = {paths!r}
from ledger.small_ledgers import doc
from rampart.ledger.ledger import open_ledger
with open_ledger({ledger!r}) as ledger:
    ledger._store.driver.execute("PRAGMA synchronous = {synchronous}")
    for n in range({posts}):
        ledger.post(doc(f"k{{n}}", "production", "2024-01-10", 5))
        os.write(1, f"told k{{n}}\\n".encode())
    os.write(1, b"done\\n")
    os._exit(0)  # nothing is put in order on the way out
"""
CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += +(-?\d+)")
traced = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed here")


def unescaped(text: str) -> bytes:
    """A string that strace wrote in hexadecimal."""
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class Disk:
    """Files as they are in memory, and as they were when they were last flushed."""

    folder: Path
    now: dict[str, bytearray] = field(default_factory=dict)
    flushed: dict[str, bytes] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)

    def take(self, call: str, said: str, result: int) -> str:
        """A call of the process: what it was told, where it told anything."""
        if call == "openat" and result >= 0:
            path = unescaped(re.findall(r'"([^"]*)"', said)[0]).decode()
            if Path(path).parent == self.folder and not path.endswith("-shm"):
                self.names[result], self.places[result] = Path(path).name, 0
                self.now.setdefault(Path(path).name, bytearray())
            else:
                self.names.pop(result, None)
            return ""
        number = re.match(r"\d+", said)
        at = int(number[0]) if number else -1
        if call == "write" and at == 1:
            return unescaped(re.findall(r'"([^"]*)"', said)[0]).decode()
        if at not in self.names:
            return ""
        content = self.now[self.names[at]]
        if call in ("pwrite64", "write"):
            data = unescaped(re.findall(r'"([^"]*)"', said)[0])
            where = int(said.rsplit(",", 1)[1]) if call == "pwrite64" else self.places[at]
            content.extend(bytes(max(0, where + len(data) - len(content))))
            content[where : where + len(data)] = data
            self.places[at] = where + len(data)
        elif call == "ftruncate":
            length = int(said.rsplit(",", 1)[1])
            del content[length:]
            content.extend(bytes(length - len(content)))
        elif call in ("fsync", "fdatasync"):
            self.flushed[self.names[at]] = bytes(content)
        elif call == "close":
            del self.names[at]
        return ""


def lost(tmp_path: Path, synchronous: str, *, seed: int = 17) -> int:
    """How many moments of a run there are at which something acknowledged would be missing; the rest verifies."""
    folder = tmp_path / "disk"
    folder.mkdir()
    ledger = folder / "a.ledger"
    open_ledger(ledger, create=True).close()
    before = ledger.read_bytes()
    script = SCRIPT.format(paths=[p for p in sys.path if p], ledger=str(ledger), synchronous=synchronous, posts=POSTS)
    log = tmp_path / "calls"
    calls = "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,close"
    subprocess.run(
        ["strace", "-f", "-xx", "-s", "1000000", "-e", calls, "-o", log, sys.executable, "-c", script], check=True,
        capture_output=True,
    )  # fmt: skip
    disk = Disk(folder, {"a.ledger": bytearray(before)}, {"a.ledger": before})
    told: list[tuple[int, str]] = []
    states: list[dict[str, bytes]] = []
    for line in log.read_text().splitlines():
        if found := CALL.match(line):
            said = disk.take(found[1], found[2], int(found[3]))
            told += [(len(states), key.split()[1]) for key in said.splitlines() if key.startswith("told")]
            states.append(dict(disk.flushed))
    assert len(told) == POSTS
    rng, missing = random.Random(seed), 0
    for n in range(MOMENTS):
        moment = rng.randrange(told[0][0], len(states))
        place = tmp_path / f"{synchronous}{n}"
        place.mkdir()
        for name, content in states[moment].items():
            (place / name).write_bytes(content)
        with open_ledger(place / "a.ledger") as again:
            assert again.verify() == []
            there = {d.key for d in again.documents()}
        missing += not {key for at, key in told if at <= moment} <= there
    return missing


@traced
def test_nothing_acknowledged_is_lost_with_the_power(tmp_path: Path) -> None:
    assert lost(tmp_path, "FULL") == 0


@traced
@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_with_less_than_that_it_is(tmp_path: Path, synchronous: str) -> None:
    assert lost(tmp_path, synchronous) > MOMENTS / 2
