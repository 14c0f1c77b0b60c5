"""Where something is written before it takes its place: a folder beside the place, and what becomes of it.

Beside ``out/plan`` stands, while it is written, ``out/.rampart-abcd1234``:

    lock        says whose folder this is; locked as long as the run that made it lives
    new         what is being written; after an exchange, what stood in the place before
    old         what stood in the place before, where the system cannot exchange two folders in one step
    state.json  written when ``new`` is whole: the name of the place, and which names may be removed

A run that ends in the middle, however hard, leaves such a folder. The next run that works in the same parent finds the
lock free, brings back what was moved away, moves over what the user laid in meanwhile, and removes the rest.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rampart.engine.exchange import exchange
from rampart.engine.locks import one_at_a_time, take
from rampart.engine.tree import entries, same

PREFIX = ".rampart-"
_NAME = re.compile(r"\.rampart-[a-z0-9_]{8}")
_MARK = b"Rampart writes here. The next run removes this folder if this one is cut short.\n"


class Stage:
    """A folder to write in beside a place, in the same parent so that moving is renaming.

    new  the folder that becomes the place, or holds the files that do
    """

    def __init__(self, parent: Path) -> None:
        with one_at_a_time(parent):  # nobody sweeps between the making of the folder and its lock
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self.new = self.folder / "new"
            self.handle = -1
            try:
                self.handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                os.write(self.handle, _MARK)
                with suppress(OSError):  # without locks nothing is ever swept
                    take(self.handle)
                self.new.mkdir()
            except BaseException:  # a disk without room for a folder
                if self.handle >= 0:
                    os.close(self.handle)
                shutil.rmtree(self.folder, ignore_errors=True)
                raise

    def move_in(self, place: Path, *, dropped: Collection[str], kept: Collection[str]) -> None:
        """Let ``new`` take a place of the same parent, at once where the system can, else so that it can be brought back.

        dropped  names below the place that go with what stood there
        kept     names below the place that the user has there: they are in the new folder before it takes the place
        """
        wrote = list(entries(self.new))
        _carry(place, self.new, kept)
        state = json.dumps({"place": place.name, "dropped": sorted({*dropped, *wrote})})
        (self.folder / "state.part").write_text(state, encoding="utf-8")
        (self.folder / "state.part").replace(self.folder / "state.json")
        if not os.path.lexists(place):
            self.new.rename(place)
        elif not exchange(self.new, place):
            old = self.folder / "old"
            place.rename(old)  # from here until the next move nothing stands there: ``_finish`` brings the old one back
            self.new.rename(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # what cannot be removed now is tried again by the next run
            _finish(self.folder, self.handle)


def recover(parent: Path) -> None:
    """Undo or finish what dead runs left in a folder. A folder that looks alike but is not marked is left alone."""
    try:
        left = [Path(e.path) for e in os.scandir(parent) if _NAME.fullmatch(e.name)]
    except OSError:
        return
    if not left:
        return
    with one_at_a_time(parent) as held:
        for folder in left:
            with suppress(OSError):
                _recover(folder, held)


def _recover(folder: Path, held: bool) -> None:
    if not stat.S_ISDIR(folder.lstat().st_mode):
        return
    try:
        handle = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        if held:  # cut short before its lock was made; nobody is making one now
            folder.rmdir()  # which fails where anything is in it
        return
    dead = False
    with suppress(OSError):
        mark = os.read(handle, len(_MARK) + 1)
        alone = held and [e.name for e in os.scandir(folder)] == ["lock"]
        dead = (mark == _MARK or (alone and _MARK.startswith(mark))) and take(handle)
    if dead:
        _finish(folder, handle)
    else:
        os.close(handle)


def _finish(folder: Path, handle: int) -> None:
    """Bring back, move over, remove: the same for a run that ends and for one that was cut short."""
    try:
        new, old = folder / "new", folder / "old"
        state = _state(folder / "state.json")
        if state is None:
            _remove(new)
        else:
            place = folder.parent / state["place"]
            if old.exists() and not os.path.lexists(place):
                old.rename(place)
            for left in (old, new):
                if left.exists():
                    _drop(left, frozenset(state["dropped"]), place)
        if not new.exists() and not old.exists():
            for name in ("state.part", "state.json"):
                (folder / name).unlink(missing_ok=True)
    finally:
        os.close(handle)
    if [e.name for e in os.scandir(folder)] == ["lock"]:
        (folder / "lock").unlink()
        folder.rmdir()


def _state(path: Path) -> dict[str, Any] | None:
    """What is to become of the folder. None where nothing was moved yet; OSError where Rampart did not write this."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as fault:
        raise OSError(f"{path} is not what was written") from fault
    if set(found) != {"place", "dropped"} or Path(found["place"]).name != found["place"]:
        raise OSError(f"{path} is not what was written")
    return dict(found)


def _carry(place: Path, new: Path, names: Collection[str]) -> None:
    """Give the new folder what is to be kept: by a second name for the same file, else as a copy.

    The place keeps all of it until the new folder stands there.
    """
    folders: set[str] = set()
    for name in names:
        source, target = place / name, new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        folders |= {p.as_posix() for p in Path(name).parents if p.name}
        if stat.S_ISDIR(source.lstat().st_mode):
            target.mkdir(exist_ok=True)
            folders.add(name)
            continue
        try:
            os.link(source, target, **({"follow_symlinks": False} if os.link in os.supports_follow_symlinks else {}))
        except OSError:
            shutil.copy2(source, target, follow_symlinks=False)
    for name in sorted(folders, reverse=True):  # the inner ones first, whose making changes the dates of the outer
        _look_alike(place / name, new / name)
    if place.is_dir():
        _look_alike(place, new)
        os.utime(new)


def _look_alike(old: Path, new: Path) -> None:
    with suppress(OSError):
        shutil.copystat(old, new)
        had = old.stat()
        if hasattr(os, "chown") and (had.st_uid, had.st_gid) != (new.stat().st_uid, new.stat().st_gid):
            os.chown(new, had.st_uid, had.st_gid)


def _drop(folder: Path, names: Collection[str], place: Path, below: str = "") -> None:
    """Remove from a folder what may go and what stands in the place as well; move there what the user has laid in."""
    _open_up(folder)
    for entry in list(os.scandir(folder)):
        name, path = f"{below}{entry.name}", Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            _drop(path, names, place, f"{name}/")
        elif name in names or same(path, place / name):
            path.unlink()
        elif _free(place, name):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            path.rename(place / name)
    with suppress(OSError):
        folder.rmdir()


def _free(place: Path, name: str) -> bool:
    """Whether a name below the place can be given a file: nothing is there, and no link leads elsewhere."""
    straight = (place / name).parent.resolve() == (place.resolve() / name).parent
    return place.is_dir() and straight and not os.path.lexists(place / name)


def _remove(folder: Path) -> None:
    """Remove a folder of Rampart's own with all that is in it; links are removed, not followed."""
    if not folder.exists():
        return
    _open_up(folder)
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            _remove(Path(entry.path))
        else:
            Path(entry.path).unlink()
    folder.rmdir()


def _open_up(folder: Path) -> None:
    with suppress(OSError):
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o700)
