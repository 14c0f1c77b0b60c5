"""A case that can be planned: what it is, what was found in it, its named changes."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.case.tables import Case
from rampart.catalogues.inputs import tables
from rampart.findings import Language, curly
from rampart.web.asked_by import cases
from rampart.web.asking import Asked, NotThereError
from rampart.web.editing.kept import CaseVersion, newest
from rampart.web.pages.page import Fact, Page
from rampart.web.plans.cases import changes_of

MOST = 100
"""Findings that are shown."""


class ChangeSaid(BaseModel):
    """A named change."""

    name: str
    says: str


class VersionSaid(BaseModel):
    """A version of a kept case."""

    number: int
    who: str
    when: str
    why: str
    link: str


class CasePage(BaseModel):
    """What the page shows.

    sound     whether it can be planned as it stands
    findings  what was found in it, errors first, in sentences
    kept      whether it is kept in versions, and can be edited
    """

    name: str
    title: str
    sound: bool
    findings: list[str]
    left_out: int
    changes: list[ChangeSaid]
    kept: bool
    tables: list[Fact]
    versions: list[VersionSaid]


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
        kept=newest(case) is not None,
        tables=[] if read is None or newest(case) is None else _tables(asked, case, read),
        versions=_versions(asked, case),
    )


def _tables(asked: Asked, name: str, read: Case) -> list[Fact]:
    """Every table of the catalogue with its number of rows, those that have some first."""
    found = [
        (read.tables[key].height, Fact(
            label=table.label[asked.language], text=asked.words("web.rows", n=read.tables[key].height),
            link=f"/planning/cases/{name}/tables/{key}",
        ))
        for key, table in tables().items()
    ]  # fmt: skip
    return [fact for rows, fact in found if rows] + [fact for rows, fact in found if not rows]


def _versions(asked: Asked, name: str) -> list[VersionSaid]:
    words = asked.words
    return [
        VersionSaid(
            number=one.number, who=one.who, why=one.why, link=f"/planning/cases/{name}/versions/{one.number}",
            when=words("web.at", date=words.date(one.when.isoformat()), time=f"{one.when:%H:%M}"),
        )
        for one in CaseVersion.objects.filter(case=name).order_by("-number")
    ]  # fmt: skip


def _title(read: Case, language: Language) -> str:
    french = language == "fr" and read.settings["title_fr"]
    return curly(str(french)) if french else str(read.settings["title_en"])


PAGE = Page("case", "planning/cases/{case}", case, "plan")
