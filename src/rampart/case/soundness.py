"""Whether a case is sound, however it was made: what a program changes is checked like what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.findings import CaseError

if TYPE_CHECKING:
    from rampart.case.tables import Case


def require_sound(case: Case) -> None:
    """Raise CaseError with the errors of a case; warnings and notes stay with whoever read it.

    A case found sound is not checked again while its tables say the same.
    """
    if _as_found(case):
        return
    from rampart.case.checking.checks import check
    from rampart.case.draft import Draft

    wrong = [finding for finding in check(Draft.of(case.tables)) if finding.severity == "error"]
    if wrong:
        raise CaseError(wrong)
    found_sound(case)


def found_sound(case: Case) -> None:
    """Remember that the tables of a case were checked and that nothing was wrong with them."""
    # A clone shares its memory until one of the two is changed in place.
    case._sound.update({name: frame.clone() for name, frame in case.tables.items()})


def _as_found(case: Case) -> bool:
    """Whether the tables are still those that were found sound."""
    found = case._sound
    return found.keys() == case.tables.keys() and all(
        frame.schema == found[name].schema and frame.equals(found[name]) for name, frame in case.tables.items()
    )
