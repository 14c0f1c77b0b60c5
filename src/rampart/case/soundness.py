"""Whether a case is sound, however it was made: what a program changes is checked like what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.findings import CaseError

if TYPE_CHECKING:
    from rampart.case.tables import Case


def require_sound(case: Case) -> None:
    """Raise CaseError with the errors of a case; warnings and notes stay with whoever read it."""
    from rampart.case.checking.checks import check
    from rampart.case.draft import Draft

    wrong = [finding for finding in check(Draft.of(case.tables)) if finding.severity == "error"]
    if wrong:
        raise CaseError(wrong)
