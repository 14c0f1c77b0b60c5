"""What each role may do, and of which nation it may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Right = Literal["read", "return", "approve", "plan", "people", "audit"]

VIEWER, EDITOR, APPROVER = "viewer", "nation_editor", "nation_approver"
PLANNER, ADMINISTRATOR, AUDITOR = "alliance_planner", "administrator", "auditor"

RIGHTS: Mapping[str, frozenset[Right]] = {
    VIEWER: frozenset({"read"}),
    EDITOR: frozenset({"read", "return"}),
    APPROVER: frozenset({"read", "approve"}),
    PLANNER: frozenset({"read", "plan"}),
    ADMINISTRATOR: frozenset({"people", "audit"}),
    AUDITOR: frozenset({"read", "audit"}),
}
"""Who keeps the accounts reads no plan, and who reads everything changes nothing."""

ALLIANCE = "*"
"""In place of a nation: the whole alliance."""
NO_NATION = ""

OF_ONE_NATION = frozenset({EDITOR, APPROVER})
"""Roles that always belong to one nation."""
OF_THE_ALLIANCE = frozenset({PLANNER, AUDITOR})
"""Roles that always see the whole alliance. A viewer is of either."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks.

    name    of the account
    role    one of ``RIGHTS``
    nation  code of the nation whose rows are seen; ``ALLIANCE`` for all, ``NO_NATION`` for none
    """

    name: str
    role: str
    nation: str

    def may(self, right: Right) -> bool:
        """Whether the role has a right."""
        return right in RIGHTS.get(self.role, frozenset())

    @property
    def sees_all(self) -> bool:
        """Whether every nation's rows are seen."""
        return self.may("read") and self.nation == ALLIANCE


def nation_of(role: str, nation: str) -> str:
    """The nation of a role where only one will do."""
    return ALLIANCE if role in OF_THE_ALLIANCE and nation == NO_NATION else nation


def fits(role: str, nation: str) -> bool:
    """Whether a role goes with a nation: a code, ``ALLIANCE`` or ``NO_NATION``."""
    if role in OF_ONE_NATION:
        return nation not in (ALLIANCE, NO_NATION)
    if role in OF_THE_ALLIANCE:
        return nation == ALLIANCE
    return nation == NO_NATION if role == ADMINISTRATOR else nation != NO_NATION
