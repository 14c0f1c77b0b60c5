"""A folder of results that appears whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write in, beside its place; when all is written it is moved there.

    An older folder of results of the same name is replaced as a whole; anything else there is refused (``require_place``).
    """
    require_place(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield part
        part.chmod(0o755)
        old = target.with_name(f".{target.name}-old-{os.getpid()}")
        if target.exists():
            target.rename(old)
        try:
            part.rename(target)
        finally:
            if old.exists() and not target.exists():  # stopped in between: the older folder stays
                old.rename(target)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def require_place(path: Path) -> None:
    """Raise FileExistsError where results must not be written: something else than a folder of results is there."""
    taken = path.is_file() or (path.is_dir() and any(path.iterdir()))
    if taken and not (path / "manifest.json").exists():
        raise FileExistsError(f"{path} exists and is not a plan folder; choose another name or remove it")
