"""``manifest.json``: what a folder of results is, and which of its files Rampart wrote there.

A folder is known by what this file says, never by its name alone: many programs write a ``manifest.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rampart.engine.first_version import NAMES
from rampart.engine.locks import one_at_a_time
from rampart.engine.staging import Stage, recover
from rampart.engine.tree import digest, entries, is_file
from rampart.findings import Finding, NoResultError, ResultError

FILE = "manifest.json"
_OWN = ("kind", "files")  # keys that the folder adds to what its writer says
_FIRST = ("rampart", "created", "case_hash", "inputs", "versions")  # keys of every manifest of 0.1
_KINDS = {
    "plan": ("plan", "plan"), "war": ("war", "guerre"), "fleet": ("fleet", "parcs"), "case": ("case", "cas"),
}  # fmt: skip
_DEPTH = 3  # folders up from a file to the folder of results that it may belong to


@dataclass(frozen=True)
class Manifest:
    """What a folder of results says of itself.

    kind   "plan", "war", "fleet"
    said   what the writer gave: versions, hashes, solver and so on
    files  SHA-256 by relative name of what Rampart wrote into the folder; "" where 0.1 wrote it and kept no hash
    """

    kind: str
    said: Mapping[str, Any]
    files: Mapping[str, str]

    def unchanged(self, folder: Path, name: str) -> bool:
        """Whether a file is one that Rampart wrote, and still as it was written."""
        if name == FILE:
            return True
        if name not in self.files or not is_file(folder / name):
            return False
        return self.files[name] in ("", digest(folder / name))


def kind_words(kind: str) -> tuple[str, str]:
    """A kind of result in words, as in "a ... folder", « un dossier de ... »."""
    return _KINDS.get(kind, (kind, kind))


def manifest_of(folder: Path) -> Manifest | None:
    """The manifest of a folder of results; None where there is none, or one that Rampart did not write."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _understood(found)


def _understood(found: Any) -> Manifest | None:
    if not isinstance(found, dict) or not isinstance(found.get("rampart"), str):
        return None
    said = {key: value for key, value in found.items() if key not in _OWN}
    kind, files = found.get("kind"), found.get("files")
    if isinstance(kind, str) and isinstance(files, dict):
        return Manifest(kind, said, {str(name): str(value) for name, value in files.items()})
    if files is None and all(key in found for key in _FIRST):
        guessed = "war" if "nodes" in found and "objective" in found else "plan"
        kind = kind if isinstance(kind, str) else guessed
        return Manifest(kind, said, dict.fromkeys(NAMES.get(kind, ()), ""))
    return None


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder of results.

    Raises NoResultError where there is no such folder or no manifest in it, ResultError where it is damaged or written by
    something else. A folder that a killed run has moved away is brought back first.
    """
    if not folder.exists():
        recover(Path(os.path.realpath(folder)).parent)
    if not (folder / FILE).is_file():
        absent = {} if folder.exists() else {"absent": folder.absolute()}
        raise NoResultError([Finding("result-missing", file=str(folder), details=absent)])
    found = manifest_of(folder)
    if found is None:
        raise ResultError([Finding("result-damaged", file=str(folder), value=FILE)])
    return found


def is_result(folder: Path) -> bool:
    """Whether a path is meant as a folder of results, be it damaged, and not as a case that holds a ``manifest.json``."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except ValueError:
        return True
    except OSError:
        return False
    return _understood(found) is not None


def require_whole(folder: Path, manifest: Manifest, names: Iterable[str]) -> None:
    """Raise ResultError for each of these files that is missing, or is not what was written."""
    wrong = []
    for name in names:
        if not is_file(folder / name):
            wrong.append(Finding("result-incomplete", file=str(folder), value=name))
        elif name in manifest.files and not manifest.unchanged(folder, name):
            wrong.append(Finding("result-damaged", file=str(folder), value=name))
    if wrong:
        raise ResultError(wrong)


def write_manifest(folder: Path, said: Mapping[str, Any], *, kind: str) -> None:
    """Write the manifest of a folder that holds nothing but what Rampart has just written there."""
    files = {name: digest(folder / name) for name in entries(folder) if is_file(folder / name)}
    (folder / FILE).write_bytes(_text(said, kind, files))


def _text(said: Mapping[str, Any], kind: str, files: Mapping[str, str]) -> bytes:
    from importlib.metadata import version

    whole = {"rampart": version("rampart"), **said, "kind": kind, "files": dict(files)}
    return (json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def home_of(file: Path) -> tuple[Path, str] | None:
    """The folder of results that a file lies in, or would, and the file's name there."""
    for folder in list(file.parents)[:_DEPTH]:
        if manifest_of(folder) is not None:
            return folder, file.relative_to(folder).as_posix()
    return None


def enlist(folder: Path, written: Mapping[str, str]) -> None:
    """Add files to those that Rampart wrote into a folder of results; by name their SHA-256.

    Two runs that write pages of one plan at the same time both come into the list. The manifest of 0.1, which keeps no
    list, stays as it is.
    """
    with Stage(folder) as stage, one_at_a_time(folder):
        found = manifest_of(folder)
        if found is None or "" in found.files.values():
            return
        new = stage.new / FILE
        new.write_bytes(_text(found.said, found.kind, {**found.files, **written}))
        new.chmod((folder / FILE).stat().st_mode & 0o777)
        new.replace(folder / FILE)
