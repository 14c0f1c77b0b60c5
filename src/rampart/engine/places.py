"""Where something may be written: nothing that a user made is given up without `force`, and never what is read.

All of it is looked at before the work, as far as it can be known then, and again when the work is done.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rampart.engine.manifest import home_of, kind_words, manifest_of
from rampart.engine.staging import PREFIX, Stage, recover
from rampart.engine.tree import entries, is_file
from rampart.findings import Finding, FindingsError, PlaceError, TakenError

if TYPE_CHECKING:
    import polars as pl

_PROBE = bytes(256 * 1024)  # a small plan needs as much
_OF_SYSTEM = re.compile(r"\(os error (\d+)\)")  # how writers in Rust end what the system said
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}
_THERE = {errno.EEXIST, errno.ENOTEMPTY}


@dataclass(frozen=True)
class Place:
    """A folder where results may be written.

    path     resolved: links followed, no ``..`` left
    dropped  relative names there that go when new results come
    kept     relative names there that are the user's
    """

    path: Path
    dropped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilePlace:
    """A file that may be written.

    path  resolved
    home  the folder of results that it belongs to, and its name there; None where it belongs to none
    """

    path: Path
    home: tuple[Path, str] | None


def require_place(path: Path, *, kind: str, force: bool = False, sources: Iterable[Path] = ()) -> Place:
    """Where a folder of results goes, or why it cannot.

    kind     of results: older ones of the same kind are replaced
    force    also results of another kind, and files of the user's that the new ones bear the name of; all else that the
             user has there is kept in either case
    sources  what is read: not the place itself, nor among what would be replaced there

    Raises TakenError or PlaceError. Nothing is left behind, and what a dead run left in the parent is put in order.
    """
    sources = tuple(sources)
    place = _require_folder(path, sources)
    if not _filled(place):
        return Place(place)
    found = manifest_of(place)
    kinds = {"kind": kind_words(kind)[0], "kind_fr": kind_words(kind)[1]}
    if found is None:
        if not force:
            raise TakenError([Finding("place-taken", file=str(path), details=kinds)])
        return Place(place, (), tuple(_names(place)))
    if found.kind != kind and not force:
        other = {"other": kind_words(found.kind)[0], "other_fr": kind_words(found.kind)[1]}
        raise TakenError([Finding("place-other-kind", file=str(path), details=kinds | other)])
    names = _names(place)
    ours = {name for name in names if found.unchanged(place, name)}
    changed = [name for name in names if name in found.files and name not in ours]
    if changed and not force:
        raise TakenError([_yours(path, changed)])
    dropped = (*sorted(ours), *changed)
    require_unread(path, place, dropped, sources)
    return Place(place, dropped, tuple(name for name in names if name not in dropped))


def require_tables(
    path: Path, *, is_table: Callable[[str], bool], force: bool = False, sources: Iterable[Path] = ()
) -> Place:
    """Where a folder of tables without a manifest goes, as a case, or why it cannot.

    is_table  tells by file name what is a table; with ``force`` all tables that are there are replaced

    Raises TakenError or PlaceError.
    """
    sources = tuple(sources)
    place = _require_folder(path, sources)
    if not _filled(place):
        return Place(place)
    found, names = manifest_of(place), _names(place)
    there = [name for name in names if "/" not in name and is_table(name) and is_file(place / name)]
    if not force and found is not None:
        case, held = kind_words("case"), kind_words(found.kind)
        details = {"kind": case[0], "kind_fr": case[1], "other": held[0], "other_fr": held[1]}
        raise TakenError([Finding("place-other-kind", file=str(path), details=details)])
    if not force:
        raise TakenError([Finding("tables-taken" if there else "place-no-tables", file=str(path))])
    if found is not None:
        there += [name for name in names if name not in there and found.unchanged(place, name)]
    require_unread(path, place, there, sources)
    return Place(place, tuple(there), tuple(name for name in names if name not in there))


def require_files(
    paths: Sequence[Path], *, force: bool = False, sources: Iterable[Path] = (), listed: bool = False
) -> tuple[FilePlace, ...]:
    """Where files go, or why they cannot.

    force    also over a file that is there
    sources  files and folders that are read: never replaced, nor is a file in one of these folders
    listed   also over what Rampart wrote there, where that is in a folder of results, listed and not changed since

    Raises TakenError or PlaceError.
    """
    sources = tuple(sources)
    return tuple(_require_file(path, force=force, sources=sources, listed=listed) for path in paths)


def _require_file(path: Path, *, force: bool, sources: Iterable[Path], listed: bool) -> FilePlace:
    with saying(path):
        place = Path(os.path.realpath(path))
        if path.exists() and not path.is_file():
            code = "place-is-folder" if path.is_dir() else "place-no-file"
            raise TakenError([Finding(code, file=str(path))])
        _writable(path, place)
        recover(place.parent)
        home = home_of(place)
        if not os.path.lexists(place):
            return FilePlace(place, home)
        for source in sources:
            inside = source.iterdir() if source.is_dir() else (source,)
            if any(one.is_file() and place.samefile(one) for one in inside):
                raise TakenError([Finding("place-is-source", file=str(path))])
        if not force:
            found = manifest_of(home[0]) if home and listed else None
            if home is None or found is None or home[1] not in found.files:
                raise TakenError([Finding("file-taken", file=str(path))])
            if not found.unchanged(*home):
                raise TakenError([_yours(path, [home[1]])])
        return FilePlace(place, home)


def _require_folder(path: Path, sources: Iterable[Path]) -> Path:
    with saying(path):
        place = Path(os.path.realpath(path))
        if os.path.lexists(place) and not place.is_dir():
            code = "place-is-file" if place.is_file() else "place-no-file"
            raise TakenError([Finding(code, file=str(path))])
        for source in sources:
            if source.exists() and place.exists() and place.samefile(source):
                raise TakenError([Finding("place-is-source", file=str(path))])
        if place.exists() and _holds(place, Path.cwd()):
            raise TakenError([Finding("place-in-use", file=str(path))])
        if _mounted(place):
            raise TakenError([Finding("place-mounted", file=str(path))])
        _writable(path, place)
        recover(place.parent)
        return place


def require_unread(path: Path, place: Path, dropped: Iterable[str], sources: Iterable[Path]) -> None:
    """Raise TakenError where what is read lies in a place, among what would be replaced there."""
    whole = [Path(os.path.realpath(source)) for source in sources if source.exists()]
    inside = [source.relative_to(place).as_posix() for source in whole if source.is_relative_to(place)]
    if any(name == source or name.startswith(f"{source}/") for name in dropped for source in inside):
        raise TakenError([Finding("place-is-source", file=str(path))])


def _mounted(place: Path) -> bool:
    """Whether a file system begins at this folder, which then cannot be moved."""
    if os.path.ismount(place):
        return True
    try:  # a folder mounted from the same disk is told by the system alone
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    points = (line.split()[4] for line in mounts)  # proc(5): spaces and the like are written as \\040
    return str(place) in {re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point) for point in points}


def _holds(folder: Path, inner: Path) -> bool:
    """Whether a folder is, or holds, what another path stands for."""
    whole = Path(os.path.realpath(inner))
    return any(folder.samefile(one) for one in (whole, *whole.parents) if one.exists())


def _filled(place: Path) -> bool:
    with saying(place):
        if not place.exists():
            return False
        with os.scandir(place) as inside:
            return any(True for _ in inside)


def _names(place: Path) -> list[str]:
    """What lies in a folder, after what dead runs left in it has been put in order."""
    with saying(place):
        for folder in {place, *(p.parent for p in place.rglob(f"{PREFIX}*"))}:
            recover(folder)
        return list(entries(place))


def _yours(path: Path, names: Sequence[str]) -> Finding:
    more = len(names) - 1
    return Finding("place-holds-yours", file=str(path), value=names[0], details={"more": more or ""})


def _writable(path: Path, place: Path) -> None:
    """Raise OSError or PlaceError where the place cannot be made: tried in the nearest folder that is there."""
    above = place.parent
    while not _seen(above):
        above = above.parent
    if not above.is_dir():
        raise PlaceError([Finding("place-is-file", file=str(above))])
    if hasattr(os, "pathconf"):
        most = os.pathconf(above, "PC_NAME_MAX")
        if most > 0 and any(len(os.fsencode(part)) > most for part in place.relative_to(above).parts):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), str(path))
    if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    with Stage(above) as stage:
        (stage.new / "room").write_bytes(_PROBE)


def _seen(path: Path) -> bool:
    """Whether something is there. Raises OSError where that may not be known."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """What the system says against writing there becomes a PlaceError with one finding in plain words."""
    try:
        yield
    except FindingsError:
        raise
    except Exception as fault:
        number, why = _said_by_system(fault)
        if why is None or (number == errno.ENOENT and not _concerns(fault, path)):
            raise
        if number in _FULL:
            raise PlaceError([Finding("place-full", file=str(path))]) from fault
        if number in _LOCKED:
            raise PlaceError([Finding("place-locked", file=str(path))]) from fault
        if number == errno.ENAMETOOLONG:
            raise PlaceError([Finding("name-too-long", file=str(path))]) from fault
        if number in _THERE:
            raise TakenError([Finding("file-taken", file=str(path))]) from fault
        raise PlaceError([Finding("not-written", file=str(path), details={"why": why})]) from fault


def _concerns(fault: Exception, path: Path) -> bool:
    """Whether what is missing is missing where something is written, and not elsewhere."""
    name = getattr(fault, "filename", None)
    above = Path(os.path.realpath(path)).parent
    return not isinstance(name, str) or Path(os.path.realpath(name)).is_relative_to(above)


def _said_by_system(fault: BaseException) -> tuple[int | None, str | None]:
    """Number and text of what the system said, also where a writer has wrapped it; (None, None) where it said nothing."""
    if isinstance(fault, OSError) and fault.errno is not None:
        return fault.errno, fault.strerror or str(fault)
    if found := _OF_SYSTEM.search(str(fault)):
        return int(found[1]), os.strerror(int(found[1]))
    inner = [arg for arg in fault.args if isinstance(arg, OSError)]
    if inner:
        return _said_by_system(inner[0])
    return None, str(fault) if isinstance(fault, OSError) else None


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file, made in memory first: a writer of its own tells a full disk as a fault of the file."""
    from io import BytesIO

    made = BytesIO()
    table.write_parquet(made)
    path.write_bytes(made.getbuffer())


def collisions(new: Path, place: Place) -> list[str]:
    """Names of the user's that a new folder bears as well, or cannot hold beside its own."""
    ours = set(entries(new))
    as_folders = {parent.as_posix() for name in ours for parent in Path(name).parents if parent.name}

    def clash(name: str) -> bool:
        below_a_file = any(parent.as_posix() in ours for parent in Path(name).parents)
        return name in ours or below_a_file or (name in as_folders and not (place.path / name).is_dir())

    return [name for name in place.kept if clash(name)]
