"""A case that can be planned: what it is, what was found in it, its named changes."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.case.tables import Case
from rampart.findings import Language
from rampart.web.asked_by import cases
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Page
from rampart.web.plans.cases import changes_of

MOST = 100
"""Findings that are shown."""


class ChangeSaid(BaseModel):
    """A named change."""

    name: str
    says: str


class CasePage(BaseModel):
    """What the page shows.

    sound     whether it can be planned as it stands
    findings  what was found in it, errors first, in sentences
    """

    name: str
    title: str
    sound: bool
    findings: list[str]
    left_out: int
    changes: list[ChangeSaid]


def case(asked: Asked, case: str) -> CasePage:
    """A case as it stands now. Raises NotThereError."""
    if cases().path(case) is None:
        raise NotThereError(case)
    read, findings = cases().read(case)
    told = sorted(findings, key=lambda f: f.severity != "error")
    return CasePage(
        name=case,
        title=case if read is None else _title(read, asked.language),
        sound=read is not None,
        findings=[finding.sentence(asked.language) for finding in told[:MOST]],
        left_out=max(0, len(told) - MOST),
        changes=[] if read is None else [ChangeSaid(name=one.name, says=one.says) for one in changes_of(read)],
    )


def _title(read: Case, language: Language) -> str:
    french = language == "fr" and read.settings["title_fr"]
    return str(french or read.settings["title_en"])


PAGE = Page("case", "planning/cases/{case}", case, "plan")
