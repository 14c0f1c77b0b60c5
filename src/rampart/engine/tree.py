"""What lies in a folder, by relative name; links are never followed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path


def entries(folder: Path, below: str = "") -> Iterator[str]:
    """Relative names, with ``/``, of all that is no folder, and of folders that are empty; in order."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        name = f"{below}{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            yield name
        elif inside := list(entries(Path(entry.path), f"{name}/")):
            yield from inside
        else:
            yield name


def is_file(path: Path) -> bool:
    """Whether a plain file stands there itself, not a link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same(first: Path, second: Path) -> bool:
    """Whether two names stand for the same file, for files with the same content, or for links to the same place."""
    try:
        one, other = first.lstat(), second.lstat()
        if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
            return True
        if stat.S_ISLNK(one.st_mode) and stat.S_ISLNK(other.st_mode):
            return first.readlink() == second.readlink()
        plain = stat.S_ISREG(one.st_mode) and stat.S_ISREG(other.st_mode) and one.st_size == other.st_size
        return plain and digest(first) == digest(second)
    except OSError:
        return False
