"""A case without its fleets, by the change of its own that takes them out: for where a plan cannot have them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rampart.case.tables import Case


def change_without_fleets(case: Case) -> str:
    """Name of the first change that removes every fleet of a case; blank where it states none."""
    from rampart.case.headers import match_table

    for row in case["overrides"].sort("step", maintain_order=True).iter_rows(named=True):
        if row["action"] == "remove" and not row["where"] and match_table(row["table"] or "") == "fleets":
            return str(row["override"])
    return ""


def without_fleets(case: Case) -> Case:
    """The case with that change applied, where its priorities name the availability of fleets; itself where they do not, or
    it states no such change. Raises CaseError where what is then left is not sound.
    """
    from rampart.case.draft import Draft
    from rampart.case.overrides import apply
    from rampart.case.soundness import require_sound
    from rampart.findings import CaseError

    change = change_without_fleets(case)
    if not change or "availability" not in case["priorities"]["objective"].to_list():
        return case
    draft, findings = apply(Draft.of(case.tables), [change])
    if wrong := [finding for finding in findings if finding.severity == "error"]:
        raise CaseError(wrong)
    found = replace(case.with_tables(draft.case_frames()), overrides=(*case.overrides, change))
    require_sound(found)
    return found
