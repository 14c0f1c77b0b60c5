"""Files that appear whole or not at all, and take the place of nothing that a user made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rampart.engine.manifest import enlist
from rampart.engine.places import FilePlace, require_files, saying
from rampart.engine.staging import Stage
from rampart.engine.tree import digest


@contextmanager
def whole_files(
    targets: Sequence[Path], *, force: bool = False, sources: Iterable[Path] = (), listed: bool = False
) -> Iterator[tuple[Path, ...]]:
    """Files to write beside their places, of which they take all when all are written.

    targets  where they go; parents are made, links followed
    force    also over files that are there
    sources  files and folders that were read: never replaced, nor is a file in one of these folders
    listed   whether they belong to the folder of results that they lie in: then they may be renewed, and go with it

    Raises TakenError where a file is there, PlaceError where none can be written; what was there is then as it was.
    """
    places = require_files(targets, force=force, sources=sources, listed=listed)
    with ExitStack() as stages:
        parts = []
        for target, place in zip(targets, places, strict=True):
            with saying(target):
                place.path.parent.mkdir(parents=True, exist_ok=True)
                parts.append(stages.enter_context(Stage(place.path.parent)).new / place.path.name)
        with saying(targets[0]):
            yield tuple(parts)
        for target, place, part in zip(targets, places, parts, strict=True):
            with saying(target):
                _move_in(part, place, force=force, listed=listed)


@contextmanager
def whole_file(target: Path, *, force: bool = False, sources: Iterable[Path] = ()) -> Iterator[Path]:
    """A file to write beside its place; see ``whole_files``."""
    with whole_files([target], force=force, sources=sources) as (part,):
        yield part


def _move_in(part: Path, place: FilePlace, *, force: bool, listed: bool) -> None:
    if listed and place.home is not None:
        enlist(place.home[0], {place.home[1]: digest(part)})  # first: a page that is not there yet is no harm
    there = place.path.exists()
    if there:
        part.chmod(place.path.stat().st_mode & 0o777)
    if there and (force or (listed and place.home is not None)):
        part.replace(place.path)
        return
    try:
        os.link(part, place.path)  # fails where something has come there meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if place.path.exists():
            raise
        part.rename(place.path)
