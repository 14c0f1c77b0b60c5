"""A run that is killed, at whatever step, leaves the older folder or the new one; the next run leaves no trace of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.folders import PLAN, held, names, save
from rampart.engine import staging
from rampart.engine.manifest import read_manifest, require_whole
from rampart.engine.places import require_place
from rampart.engine.staging import PREFIX, Stage, recover
from rampart.engine.whole_file import whole_files

SOURCE = Path(staging.__file__).parents[2]

# Saves into a folder again and again, each time another text. With a number it kills itself before that many steps on
# the disk: Python tells of each (audit events), and what happens between two of them is one step of the system.
CHILD = """
import itertools, os, signal, sys
from pathlib import Path
from rampart.engine import staging
from rampart.engine.whole_file import whole_files
from rampart.engine.whole_folder import whole_folder

target, ways, steps = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
swap = staging.exchange
if ways == "in two steps":
    staging.exchange = lambda *_: False

def save(text):
    with whole_folder(target, kind="plan", manifest={"case": text}) as folder:
        (folder / "orders.parquet").write_text(text)
        (folder / "case").mkdir()
        (folder / "case" / "items.parquet").write_text(text)

def pages(text):
    with whole_files([target / "report" / "a.html", target / "report" / "a.xlsx"], listed=True) as parts:
        for part in parts:
            part.write_text(text)

save("warm")  # what is imported or looked up once is so now
pages("warm")
count = 0
def step(event, arguments):
    global count
    if event.startswith(("os.", "shutil.", "tempfile.")) or event == "open":
        count += 1
        if count == steps:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(step)
print("ready", flush=True)
for n in itertools.count() if steps == 0 else range(1):
    save(f"text {n}")
    pages(f"text {n}")
print(count)
"""


def child(target: Path, way: str, steps: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(target), way, str(steps)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )  # fmt: skip


def assert_whole(target: Path, killed_at: str) -> None:
    """One whole folder with the notes, nothing beside it, and it can be saved to again."""
    assert names(target.parent) == [target.name], killed_at
    assert not list(target.rglob(f"{PREFIX}*")), killed_at
    found = read_manifest(target)
    require_whole(target, found, PLAN)
    texts = {text for name, text in held(target).items() if name in PLAN}
    assert texts == {found.said["case"]}, killed_at
    assert held(target)["report/notes.txt"] == "mine", killed_at
    assert held(target)["mine/deep/table.csv"] == "mine too", killed_at


def with_notes(target: Path) -> None:
    save(target, "first")
    (target / "report").mkdir()
    (target / "report" / "notes.txt").write_text("mine")
    (target / "mine" / "deep").mkdir(parents=True)
    (target / "mine" / "deep" / "table.csv").write_text("mine too")


@pytest.mark.parametrize("way", ["at once", "in two steps"])
def test_a_run_killed_before_any_of_its_steps(tmp_path: Path, way: str) -> None:
    """Killed before every twelfth of its steps; with RAMPART_KILL_STRIDE=1 in the environment before each."""
    target = tmp_path / "parent" / "plan"
    with_notes(target)
    counting = child(target, way, 10**9)
    steps = int(counting.communicate(timeout=60)[0].split()[-1])
    assert counting.returncode == 0
    assert steps > 100
    stride = int(os.environ.get("RAMPART_KILL_STRIDE", "12"))
    dead = 0
    for first in range(1, steps + 1, stride * 2):
        runs = [(tmp_path / f"{n}" / "plan", n) for n in range(first, min(first + stride * 2, steps + 1), stride)]
        for place, _ in runs:  # two at a time
            shutil.copytree(target.parent, place.parent)
        running = [(place, n, child(place, way, n)) for place, n in runs]
        for place, n, run in running:
            said = run.communicate(timeout=60)
            assert run.returncode == -signal.SIGKILL, said
            dead += 1
            if way == "at once":  # at every moment, without any repair
                require_whole(place, read_manifest(place), PLAN)
                assert (place / "report" / "notes.txt").read_text() == "mine"
            recover(place.parent)
            for inner in (place, place / "report"):
                recover(inner)
            assert_whole(place, f"before step {n}, {way}")
            require_place(place, kind="plan", force=True)
            save(place, "after", force=True)
            assert held(place)["mine/deep/table.csv"] == "mine too"
            assert held(place)["orders.parquet"] == "after"
            assert_whole(place, f"saved after step {n}, {way}")
            shutil.rmtree(place.parent)
    assert dead >= steps // stride


@pytest.mark.parametrize("way", ["at once", "in two steps"])
def test_runs_killed_at_any_time(tmp_path: Path, way: str) -> None:
    target = tmp_path / "parent" / "plan"
    with_notes(target)
    draw = random.Random(10)
    for n in range(12):
        run = child(target, way, 0)
        try:
            assert run.stdout is not None
            assert run.stdout.readline() == "ready\n"
            time.sleep(draw.uniform(0, 0.05))
        finally:
            run.kill()
            run.communicate()
        recover(target.parent)
        require_place(target, kind="plan", force=True)
        assert_whole(target, f"run {n}, {way}")
        for page in (target / "report").glob("a.*"):  # one page may be of the save before the other's
            page.unlink()


def test_a_run_that_lives_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "plan"
    run = subprocess.Popen(
        [sys.executable, "-c", "import sys, time; from pathlib import Path\n"
         "from rampart.engine.whole_folder import whole_folder\n"
         "with whole_folder(Path(sys.argv[1]), kind='plan', manifest={}) as folder:\n"
         "    (folder / 'orders.parquet').write_text('slow')\n"
         "    print('ready', flush=True)\n"
         "    sys.stdin.readline()\n", str(target)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert run.stdout is not None
    assert run.stdout.readline() == "ready\n"
    recover(tmp_path)
    save(tmp_path / "other")
    assert len(names(tmp_path)) == 2
    run.communicate("go on\n", timeout=60)
    assert run.returncode == 0
    assert held(target) == {"orders.parquet": "slow"}
    assert names(tmp_path) == ["other", "plan"]


@pytest.mark.parametrize(
    "inside", [{}, {"lock": "not ours"}, {"new/letter.txt": "mine"}, {"lock": "", "letter.txt": "mine"}]
)
def test_a_folder_that_only_looks_alike_is_left_alone(tmp_path: Path, inside: dict[str, str]) -> None:
    """Known by the mark in it, never by its name alone; one without anything in it is nothing to anybody."""
    folder = tmp_path / f"{PREFIX}abcd1234"
    folder.mkdir()
    for name, text in inside.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / f"{PREFIX}notes").mkdir()
    recover(tmp_path)
    assert (held(folder) if inside else {}) == inside
    assert folder.exists() == bool(inside)
    assert (tmp_path / f"{PREFIX}notes").exists()


def test_a_note_laid_in_while_the_folder_is_exchanged_is_moved_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save(tmp_path / "plan", "old")
    real = staging.exchange

    def late(new: Path, place: Path) -> bool:
        (place / "late").mkdir()
        (place / "late" / "note.txt").write_text("mine")
        return real(new, place)

    monkeypatch.setattr(staging, "exchange", late)
    save(folder)
    assert held(folder) == PLAN | {"late/note.txt": "mine"}
    assert names(tmp_path) == ["plan"]


class Stopped(BaseException):
    """Stands for Ctrl-C, which is no Exception either."""


@pytest.mark.parametrize("move", [1, 2])
def test_a_stop_between_two_moves_brings_the_older_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int
) -> None:
    folder = save(tmp_path / "plan", "old")
    monkeypatch.setattr(staging, "exchange", lambda *_: False)
    real, calls = Path.rename, []

    def stops(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == move:
            raise Stopped
        return real(path, target)

    monkeypatch.setattr(Path, "rename", stops)
    with pytest.raises(Stopped):
        save(folder)
    assert held(folder) == dict.fromkeys(PLAN, "old")
    assert names(tmp_path) == ["plan"]


def test_where_folders_have_no_locks_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> bool:
        raise OSError("no locks here")

    monkeypatch.setattr(staging, "take", none)
    monkeypatch.setattr("rampart.engine.locks.take", none)
    with Stage(tmp_path) as stage:
        recover(tmp_path)
        assert stage.new.exists()
    assert names(tmp_path) == []
    with whole_files([tmp_path / "a.csv"]) as (part,):
        part.write_text("new")
    save(save(tmp_path / "plan"))
    assert names(tmp_path) == ["a.csv", "plan"]
