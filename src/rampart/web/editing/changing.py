"""Changing a kept case: one table at a time, cell by cell, from the version that somebody has seen.

What is saved has been read and checked as the command line reads and checks a case: a version can always be planned. Where
another version came in between, both are merged by the one function that merges editions of a case.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import IntegrityError, transaction

from rampart.case.doors import check_case
from rampart.case.draft import shown
from rampart.case.editions import rows_by_key
from rampart.case.headers import stored_column, stored_columns
from rampart.case.merging import Conflict, merge
from rampart.case.outside import check_outside
from rampart.case.tables import Case
from rampart.case.writing import csv_text
from rampart.catalogues.inputs import tables
from rampart.findings import CaseError, Finding
from rampart.web.asked_by import cases
from rampart.web.asking import Asked, NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.editing.kept import CaseVersion, lay_down, newest, version
from rampart.web.plans.shelf import NAME
from rampart.web.tables.typed_numbers import NUMBERS, pointed

Cells = Mapping[str, str]
FIRST_ROW = 2
MOST_ROWS = 20_000
"""Of a table that is edited on a page."""


class CaseNotSoundError(Exception):
    """What was entered makes no case that can be planned. ``rows``: what was entered, to be shown again."""

    def __init__(self, findings: Sequence[Finding], rows: Mapping[int, Cells]) -> None:
        super().__init__("; ".join(str(f) for f in findings[:3]))
        self.findings, self.rows = tuple(findings), rows


class CaseOutOfDateError(Exception):
    """Somebody else has saved in between. ``rows``: both, cell by cell; where both changed a cell it is as given."""

    def __init__(self, stands: CaseVersion, rows: Mapping[int, Cells], others: Mapping[tuple[int, str], str]) -> None:
        super().__init__(str(stands))
        self.stands, self.rows, self.others = stands, rows, others


@dataclass(frozen=True)
class TableGiven:
    """What a form or a program gives of a table, on top of a version of its case.

    base   number of the version
    rows   cells by the number of the row in that version (from 1), all that are to be changed; None takes a row out
    added  new rows
    """

    base: int
    rows: Mapping[int, Cells | None]
    added: Sequence[Cells] = ()


def require_planner(asked: Asked) -> None:
    """Raise NotAllowedError where the reader does not make plans, or figures are covered."""
    if not asked.reader.may("plan") or settings.OF_THE_STORE.masked:
        raise NotAllowedError("plan")


def require_kept(asked: Asked, name: str, number: int = 0) -> CaseVersion:
    """A version of a kept case; 0: the one that stands. Raises NotAllowedError, NotThereError."""
    require_planner(asked)
    found = version(name, number) if number else newest(name)
    if found is None:
        raise NotThereError(name)
    return found


def read_version(one: CaseVersion) -> Case:
    """The case of a version. It was sound when it was kept; raises CaseError where the folder was damaged since."""
    case, findings = cases().at(one.path)
    if case is None:
        raise CaseError(findings)
    return case


def rows_of(case: Case, table: str) -> dict[int, dict[str, str]]:
    """Cells of a table as a planner writes them, by the number of the row, from 1."""
    frame = case.tables[table]
    return {
        n: {name: text for name in frame.columns if (text := shown(row[name]))}
        for n, row in enumerate(frame.iter_rows(named=True), 1)
    }


def keep(asked: Asked, source: str, name: str, *, why: str = "") -> CaseVersion:
    """Take a copy of a case into editing under a name. Raises NotAllowedError, NotThereError, WronglyAskedError."""
    require_planner(asked)
    name = name.strip()
    if cases().path(source) is None:
        raise NotThereError(source)
    if not NAME.match(name):
        raise WronglyAskedError(asked.words("web.job.name"))
    if cases().path(name) is not None:
        raise WronglyAskedError(asked.words("web.case.taken", name=name))
    read, findings = cases().read(source)
    if read is None:
        raise WronglyAskedError(asked.words("web.job.not_sound", n=sum(f.severity == "error" for f in findings)))
    return add_version(asked, name, 0, read, why or asked.words("web.case.copied", name=source))


def restore(asked: Asked, name: str, number: int) -> CaseVersion:
    """Make an older version the one that stands, as a new one. Raises NotAllowedError, NotThereError."""
    old, stands = require_kept(asked, name, number), require_kept(asked, name)
    return add_version(asked, name, stands.number, read_version(old), asked.words("web.return.restored", n=number))


def of_workbook(asked: Asked, name: str, base: int, path: Path) -> tuple[Case, CaseVersion]:
    """The case of a workbook, and the version that it follows.

    Raises CaseNotSoundError, and CaseOutOfDateError where another version stands than was seen.
    """
    stands = require_kept(asked, name)
    if base != stands.number:
        raise CaseOutOfDateError(stands, {}, {})
    case, findings = check_outside(path)
    if case is None:
        raise CaseNotSoundError(findings, {})
    return Case(case.tables), stands


def entered(case: Case, table: str, given: TableGiven) -> dict[int, Cells]:
    """The rows of a table with what was given in their place; new ones come last. Numbers are those of the version seen."""
    rows: dict[int, Cells] = dict(rows_of(case, table))
    for number, cells in given.rows.items():
        if number not in rows:
            continue
        if cells is None:
            del rows[number]
        else:
            rows[number] = _as_kept(table, {**rows[number], **cells})
    first = max(rows, default=0) + 1
    news = [_as_kept(table, cells) for cells in given.added]
    return rows | dict(enumerate([cells for cells in news if cells], max(first, case.tables[table].height + 1)))


def _as_kept(table: str, cells: Cells) -> dict[str, str]:
    """Cells without blanks, numbers with a decimal dot, also those of a setting or of what an override puts into a column."""
    columns = tables()[table].columns
    counted = {name for name in cells if name in columns and stored_column(table, name).kind in NUMBERS}
    if table in ("overrides", "settings"):
        changed = tables().get(cells.get("table", table).strip())
        column = changed.columns.get(cells.get("column", cells.get("setting", "")).strip()) if changed else None
        counted |= {"value"} if column is not None and column.kind in NUMBERS else set()
    return {name: pointed(bare) if name in counted else bare for name, text in cells.items() if (bare := text.strip())}


def check(case: Case, table: str, rows: Mapping[int, Cells]) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case with these rows in a table, read and checked as from its files."""
    with TemporaryDirectory(prefix="rampart-editing-") as scratch:
        folder = Path(scratch) / "case"
        case.save(folder, format="csv")
        columns = stored_columns(tables()[table])
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            kinds = {name: stored_column(table, name).kind for name in columns}
            for row in rows.values():
                writer.writerow([csv_text(row.get(name, ""), kind) for name, kind in kinds.items()])
        made, findings = check_case(folder)
    return (None if made is None else Case(made.tables, overrides=made.overrides, findings=made.findings)), findings


def examined(asked: Asked, name: str, table: str, given: TableGiven) -> tuple[Case, CaseVersion]:
    """The case that would be kept, and the version that it follows: what stands against it is raised.

    Raises CaseNotSoundError, CaseOutOfDateError, NotAllowedError, NotThereError, WronglyAskedError.
    """
    stands, seen = require_kept(asked, name), require_kept(asked, name, given.base)
    if table not in tables():
        raise NotThereError(table)
    base = read_version(seen)
    rows = entered(base, table, given)
    if len(rows) > MOST_ROWS:
        raise WronglyAskedError(asked.words("web.return.too_many", n=MOST_ROWS))
    made, findings = check(base, table, rows)
    if made is None:
        raise CaseNotSoundError(findings, rows)
    if seen.number != stands.number:
        raise CaseOutOfDateError(stands, *_merged(base, read_version(stands), made, table))
    return made, stands


def _merged(base: Case, theirs: Case, mine: Case, table: str) -> tuple[dict[int, Cells], dict[tuple[int, str], str]]:
    """Rows that two made of a table, under the numbers of theirs, and what theirs says where both changed a cell."""
    found = merge(base, theirs, mine)
    conflicts: dict[tuple[str, ...], dict[str, Conflict]] = {}
    for one in found.conflicts:
        if one.table == table:
            conflicts.setdefault(one.key, {})[one.column] = one
    by_key = rows_by_key(table, found.tables[table])
    own = rows_by_key(table, mine.tables[table])
    there = {key: n for n, key in enumerate(rows_by_key(table, theirs.tables[table]), 1)}
    following = theirs.tables[table].height + 1
    rows: dict[int, Cells] = {}
    others: dict[tuple[int, str], str] = {}
    for key in dict.fromkeys([*there, *by_key, *(k for k in conflicts if k in own)]):
        row = by_key.get(key) or own.get(key) if key in conflicts else by_key.get(key)
        if row is None:
            continue
        number = there.get(key, following)
        following += key not in there
        cells = {name: shown(value) for name, value in row.items()}
        for column, one in conflicts.get(key, {}).items():
            cells[column] = one.second or ""
            others[number, column] = one.first or ""
        rows[number] = {name: text for name, text in cells.items() if text}
    return rows, others


def add_version(asked: Asked, name: str, after: int, case: Case, why: str) -> CaseVersion:
    """Keep a case as the version that follows another. Raises WronglyAskedError where somebody was faster."""
    folder = lay_down(name, case)
    try:
        with transaction.atomic():
            return CaseVersion.objects.create(
                case=name, number=after + 1, who=asked.reader.name, why=why[:200], folder=folder, hash=case.hash()
            )
    except IntegrityError as wrong:
        raise WronglyAskedError(asked.words("web.case.faster")) from wrong
