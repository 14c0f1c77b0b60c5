"""The named change of a case that takes its fleets out, for where a plan cannot have them."""

from __future__ import annotations

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
