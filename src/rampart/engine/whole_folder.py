"""A folder that appears whole or not at all, whatever happens while it is written, and never takes a user's files away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rampart.engine.manifest import write_manifest
from rampart.engine.places import Place, collisions, require_place, require_tables, require_unread, saying
from rampart.engine.staging import Stage
from rampart.findings import Finding, TakenError


@contextmanager
def whole_folder(
    target: Path, *, kind: str, manifest: Mapping[str, Any], force: bool = False, sources: Iterable[Path] = ()
) -> Iterator[Path]:
    """A folder to write results in; when all is written it takes its place with a ``manifest.json`` that lists it all.

    target    where the results go; parents are made, links followed
    kind      of results: "plan", "war", "fleet"; older results of the same kind are replaced
    manifest  what else the manifest says; ``rampart`` (the version), ``kind`` and ``files`` are put in
    force     also replace results of another kind, and files of the user's of the same name as new ones
    sources   what was read for it; never replaced

    What the user has laid into an older folder is in the new one as well. Raises TakenError where something is there that
    is not given up, PlaceError where nothing can be written; the older folder is then as it was.
    """
    sources = tuple(sources)
    place = require_place(target, kind=kind, force=force, sources=sources)
    with _moved_in(target, place, force=force, sources=sources) as new:
        yield new
        write_manifest(new, manifest, kind=kind)


@contextmanager
def whole_tables(
    target: Path, *, is_table: Callable[[str], bool], force: bool = False, sources: Iterable[Path] = ()
) -> Iterator[Path]:
    """A folder to write tables in that has no manifest, as a case; when all are written it takes its place.

    is_table  tells by file name which files there are tables: with ``force`` they are replaced; all else is kept
    """
    sources = tuple(sources)
    place = require_tables(target, is_table=is_table, force=force, sources=sources)
    with _moved_in(target, place, force=force, sources=sources) as new:
        yield new


@contextmanager
def _moved_in(target: Path, place: Place, *, force: bool, sources: Iterable[Path]) -> Iterator[Path]:
    with saying(target):
        place.path.parent.mkdir(parents=True, exist_ok=True)
        with Stage(place.path.parent) as stage:
            yield stage.new
            taken = collisions(stage.new, place)
            if taken and not force:
                value, more = taken[0], len(taken) - 1
                raise TakenError(
                    [Finding("place-holds-yours", file=str(target), value=value, details={"more": more or ""})]
                )
            require_unread(target, place.path, taken, sources)
            kept = [name for name in place.kept if name not in taken]
            stage.move_in(place.path, dropped=[*place.dropped, *taken], kept=kept)
