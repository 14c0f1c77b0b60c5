"""The folder of saved results: what lies there, and each read once until it changes."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rampart.findings import FindingsError, Language
from rampart.language.in_words import InWords
from rampart.results.folder import read_result
from rampart.results.result import Result
from rampart.web.people.roles import Reader
from rampart.web.sight import seen_in_words

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z")
KEPT = 6
"""Results that are kept in memory."""
TOLD = 1000
"""Pages and tables made of results that are kept."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A folder of results, by what its manifest says.

    created  ISO time at which it was worked out
    """

    name: str
    kind: str
    status: str
    created: str


@dataclass(slots=True)
class _Read:
    """A result that was read, and what was made of it for its readers: by nation ("" for all) and language."""

    result: Result
    seen: dict[tuple[str, str], InWords | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Told:
    """What was made of a result, and who is at it."""

    what: Any = None
    made: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)


@dataclass
class Shelf:
    """Folders of results in one folder."""

    folder: Path
    _read: OrderedDict[tuple[str, int, int], _Read] = field(default_factory=OrderedDict, repr=False)
    _told: OrderedDict[tuple[str, str, Hashable], _Told] = field(default_factory=OrderedDict, repr=False)
    _listed: dict[str, tuple[str, OnShelf]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def names(self) -> list[str]:
        """Names of the folders that hold a result, by name."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if NAME.match(p.name) and (p / "manifest.json").is_file())

    def results(self) -> list[OnShelf]:
        """What lies there, the newest first; folders whose manifest cannot be read are left out."""
        found = []
        for name in self.names():
            stamp = self.stamp(name)
            if name in self._listed and self._listed[name][0] == stamp:
                found.append(self._listed[name][1])
                continue
            try:
                said = json.loads((self.folder / name / "manifest.json").read_text(encoding="utf-8"))
                kind = str(said.get("kind", "plan"))
                one = OnShelf(name, kind, str(said.get("status", "")), str(said.get("created", "")))
                self._listed[name] = (stamp, one)
                found.append(one)
            except (OSError, ValueError, AttributeError):
                continue
        return sorted(found, key=lambda one: (one.created, one.name), reverse=True)

    def result(self, name: str) -> Result | None:
        """A result by the name of its folder; None where there is none that can be read."""
        read = self._reading(name)
        return None if read is None else read.result

    def stamp(self, name: str) -> str:
        """What changes with a result: of its manifest the time and the number of the file; "" where there is none."""
        manifest = self.folder / name / "manifest.json"
        if not NAME.match(name) or not manifest.is_file():
            return ""
        return f"{manifest.stat().st_mtime_ns} {manifest.stat().st_ino}"

    def seen(self, name: str, reader: Reader, language: Language) -> InWords | None:
        """A result in words as far as a reader may see it; None where there is none, or nothing of it may be seen."""
        read = self._reading(name)
        if read is None:
            return None
        key = ("" if reader.sees_all else reader.nation if reader.may("read") else "nothing", language)
        if key not in read.seen:
            read.seen[key] = seen_in_words(read.result, reader, language)
        return read.seen[key]

    def told(self, name: str, about: Hashable, make: Callable[[], T]) -> T:
        """What is made of a result once until it changes, by whoever asks first: others wait for it."""
        key = (name, self.stamp(name), about)
        with self._lock:
            place = self._told.setdefault(key, _Told())
            self._told.move_to_end(key)
            while len(self._told) > TOLD:
                self._told.popitem(last=False)
        with place.lock:
            if not place.made:
                place.what, place.made = make(), True
        found: T = place.what
        return found

    def _reading(self, name: str) -> _Read | None:
        manifest = self.folder / name / "manifest.json"
        if not NAME.match(name) or not manifest.is_file():
            return None
        stamp = manifest.stat()
        key = (name, stamp.st_mtime_ns, stamp.st_ino)
        with self._lock:
            if key in self._read:
                self._read.move_to_end(key)
                return self._read[key]
            try:
                found = _Read(read_result(self.folder / name))
            except FindingsError:
                return None
            for old in [k for k in self._read if k[0] == name]:
                del self._read[old]
            self._read[key] = found
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
            return found

    def nations(self, language: Language) -> dict[str, str]:
        """Codes and names of the nations of every plan that lies there."""
        found: dict[str, str] = {}
        for one in self.results()[:KEPT]:
            result = self.result(one.name)
            if result is not None:
                found |= dict(result.case.names("nations", language))
        return dict(sorted(found.items()))
