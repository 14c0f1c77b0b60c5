"""Workbooks that come from a browser."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from rampart.web.asking import Asked, WronglyAskedError

ENDINGS = (".xlsx", ".ods")
MOST_BYTES = 10_000_000
"""Of a workbook that is handed in."""


def stored(asked: Asked, given: object, folder: Path) -> Path:
    """An uploaded workbook under a name of its own. Raises WronglyAskedError where it is none, or too large."""
    if not isinstance(given, UploadedFile) or not given.name:
        raise WronglyAskedError(asked.words("web.return.no_file"))
    ending = Path(given.name).suffix.lower()
    if ending not in ENDINGS:
        raise WronglyAskedError(asked.words("web.return.ending", endings=", ".join(ENDINGS)))
    if given.size is None or given.size > MOST_BYTES:
        raise WronglyAskedError(asked.words("web.return.too_large", n=MOST_BYTES // 1_000_000))
    stem = "".join(sign for sign in Path(given.name).stem if sign.isalnum() or sign in "-_ ")[:80] or "return"
    file = folder / f"{stem}{ending}"
    with file.open("wb") as out:
        for chunk in given.chunks():
            out.write(chunk)
    return file
