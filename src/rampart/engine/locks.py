"""Locks that end with the process that holds them, however it ends: so a dead process is told from a slow one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 5.0  # seconds for another run to be done with a folder; it needs the fraction of one
_PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    def take(handle: int) -> bool:
        """Take the lock on an open file; False where another process holds it. Raises OSError where there are no locks."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def take(handle: int) -> bool:
        """Take the lock on an open file; False where another process holds it. Raises OSError where there are no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[bool]:
    """While it is entered no other run of Rampart works on the entries of the folder; False where that cannot be had."""
    held = False
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # no folder can be opened on Windows
        yield False
        return
    try:
        deadline = time.monotonic() + _PATIENCE
        with suppress(OSError):
            while not (held := take(handle)) and time.monotonic() < deadline:
                time.sleep(_PAUSE)
        yield held
    finally:
        os.close(handle)
