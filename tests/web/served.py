"""A store of its own that is served by a process of its own, as `rampart serve` does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.opened import PASSWORD


def rampart_says(*words: str, given: str = "", code: int = 0) -> str:
    """What the command line says."""
    ran = subprocess.run(
        [sys.executable, "-m", "rampart", *words], input=given, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def new_store(folder: Path, **people: tuple[str, str]) -> Path:
    """A store with accounts: role and nation by name."""
    rampart_says("db", "upgrade", "--store", str(folder))
    for name, (role, nation) in people.items():
        more = ("--nation", nation) if nation else ()
        rampart_says("people", "add", name, "--role", role, *more, "--store", str(folder), given=PASSWORD + "\n")
    return folder


@contextmanager
def served(store: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address at which a store is served, and the process."""
    command = [sys.executable, "-m", "rampart", "serve", "--store", str(store), "--port", "0"]
    told = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=told) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://\S+/", line)
            assert found, line + process.stdout.read()
            yield found[0].rstrip("/"), process
        finally:
            process.terminate()
            process.wait(timeout=30)
