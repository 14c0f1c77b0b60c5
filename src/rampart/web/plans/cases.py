"""The cases that can be planned: those in a folder, and those that are kept in versions; each read once until it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from rampart.case.doors import check_case
from rampart.case.tables import Case
from rampart.findings import Finding
from rampart.web.editing.kept import kept_names, newest
from rampart.web.plans.shelf import NAME

WORKBOOKS = (".xlsx", ".ods")
KEPT = 6
"""Cases that are kept in memory."""


@dataclass(frozen=True, slots=True)
class Change:
    """A named change of a case.

    says  the first note of its steps, as it stands there; "" where none has one
    """

    name: str
    says: str


@dataclass
class Cases:
    """Cases in one folder: folders of tables, and workbooks."""

    folder: Path
    _read: OrderedDict[tuple[str, int], tuple[Case | None, tuple[Finding, ...]]] = field(
        default_factory=OrderedDict, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def in_folder(self) -> list[str]:
        """Names of what lies in the folder and may be a case."""
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(p.name for p in there if NAME.match(p.name) and _may_be_a_case(p))

    def names(self) -> list[str]:
        """Names of what lies in the folder, and of the kept cases."""
        return sorted({*self.in_folder(), *kept_names()})

    def path(self, name: str) -> Path | None:
        """Where a case lies, of a kept one the version that stands; None where there is none of this name."""
        if not NAME.match(name):
            return None
        path = self.folder / name
        if _may_be_a_case(path):
            return path
        kept = newest(name)
        return None if kept is None else kept.path

    def read(self, name: str) -> tuple[Case | None, tuple[Finding, ...]]:
        """A case as it stands now, and what was found in it; the case is None where it cannot be planned as it is."""
        path = self.path(name)
        return (None, ()) if path is None else self.at(path)

    def at(self, path: Path) -> tuple[Case | None, tuple[Finding, ...]]:
        """The case that lies somewhere."""
        name = str(path)
        files = [path] if path.is_file() else [p for p in path.iterdir() if p.is_file()]
        key = (name, max((p.stat().st_mtime_ns for p in files), default=0))
        with self._lock:
            if key not in self._read:
                for old in [k for k in self._read if k[0] == name]:
                    del self._read[old]
                self._read[key] = check_case(path)
                while len(self._read) > KEPT:
                    self._read.popitem(last=False)
            self._read.move_to_end(key)
            return self._read[key]


def changes_of(case: Case) -> list[Change]:
    """Named changes that a case offers, in the order in which they stand there."""
    rows = case["overrides"]
    if rows.is_empty():
        return []
    told = rows.group_by("override", maintain_order=True).agg(pl.col("note").drop_nulls().first())
    return [Change(name, says or "") for name, says in told.iter_rows()]


def _may_be_a_case(path: Path) -> bool:
    if path.suffix.lower() in WORKBOOKS:
        return path.is_file() and not path.name.startswith("~$")
    return path.is_dir() and any((path / f"settings{ending}").is_file() for ending in (".csv", ".parquet"))
