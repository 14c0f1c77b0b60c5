"""Every table of the web store, under the name where Django looks for them."""

from __future__ import annotations

from rampart.web.audit import Entry
from rampart.web.editing.kept import CaseVersion
from rampart.web.people.person import Person
from rampart.web.people.tokens import Token
from rampart.web.plans.job import Job
from rampart.web.returns.staged import ReturnVersion, StagedReturn
from rampart.web.together.closed_month import ClosedMonth

__all__ = ["CaseVersion", "ClosedMonth", "Entry", "Job", "Person", "ReturnVersion", "StagedReturn", "Token"]
