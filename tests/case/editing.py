"""Hands for the tests: change one thing in a copy of the small case, as a planner would."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

from rampart.case.doors import check_case
from rampart.findings import Finding

SMALL = Path(__file__).parent / "small"


def copy_small(folder: Path) -> Path:
    target = folder / "case"
    shutil.copytree(SMALL, target)
    return target


class Sheets:
    """The CSV files of a case, open for changes; rows count as a spreadsheet shows them, header 1."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, table: str) -> list[list[str]]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def write(self, table: str, rows: Iterable[Iterable[str]], *, separator: str = ",") -> None:
        with (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)

    def set(self, table: str, row: int, column: str, value: str) -> None:
        rows = self.rows(table)
        if column not in rows[0]:
            rows = [[*r, column if i == 0 else ""] for i, r in enumerate(rows)]
        rows[row - 1][rows[0].index(column)] = value
        self.write(table, rows)

    def add(self, table: str, /, **cells: str) -> int:
        """Add a row and give its number."""
        rows = self.rows(table) if (self.folder / f"{table}.csv").exists() else [[]]
        # ``from_`` stands for the column ``from``, a word that Python keeps for itself.
        missing = [name.rstrip("_") for name in cells if name.rstrip("_") not in rows[0]]
        rows = [[*r, *(missing if i == 0 else [""] * len(missing))] for i, r in enumerate(rows)]
        values = {name.rstrip("_"): value for name, value in cells.items()}
        rows.append([values.get(name, "") for name in rows[0]])
        self.write(table, rows)
        return len(rows)

    def remove(self, table: str, row: int) -> None:
        rows = self.rows(table)
        del rows[row - 1]
        self.write(table, rows)


def found(path: Path, code: str | None = None, **overrides: list[str]) -> list[Finding]:
    """Findings of a case, all or those of one code."""
    findings = check_case(path, **overrides)[1]
    return [finding for finding in findings if code in (None, finding.code)]


def only(path: Path, code: str) -> Finding:
    """The one finding of a code; fails when there are none or several."""
    (finding,) = found(path, code)
    return finding
