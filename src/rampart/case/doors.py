"""Reading and checking a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rampart.case.tables import Case

if TYPE_CHECKING:
    from rampart.findings import Finding


def read_case(path: str | Path, *, overrides: Sequence[str] = ()) -> Case:
    """Read and check a case. Raises ``CaseError`` with every finding when anything is wrong.

    path       folder of CSV or Parquet files, or a workbook (.xlsx, .ods)
    overrides  names from the case's ``overrides`` table, applied in this order; among them "known-by-YYYY-MM" and
               "said-by-YYYY-MM", which leave out rows that state, or were said to state, something later
    """
    from rampart.findings import CaseError

    case, findings = check_case(path, overrides=overrides)
    if case is None:
        raise CaseError(findings)
    return case


def check_case(path: str | Path, *, overrides: Sequence[str] = ()) -> tuple[Case | None, tuple[Finding, ...]]:
    """Read and check a case; the case is None when any finding is an error."""
    from rampart.case.reading import read

    case, findings = read(Path(path), overrides=overrides)
    return case, tuple(findings)
