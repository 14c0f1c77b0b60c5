"""Report, paper and slides of a result, to download in either language."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.findings import Language
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Page
from rampart.web.plans.writing import FILES
from rampart.web.tables.result_sheets import result_path


class PaperFile(BaseModel):
    """A file: what it is, in which language, its name, where it is had."""

    kind: str
    label: str
    language: Language
    name: str
    link: str


class Papers(BaseModel):
    """What the page shows."""

    name: str
    title: str
    back: str
    files: list[PaperFile]


def papers(asked: Asked, result: str) -> Papers:
    """Files about a result of any kind, for who sees the whole alliance. Raises NotThereError."""
    kind = asked.kind(result)
    answer = asked.of_kind(kind, result)
    if not asked.reader.sees_all:
        raise NotThereError(result)
    languages: tuple[Language, ...] = ("en", "fr") if asked.language == "en" else ("fr", "en")
    return Papers(
        name=result,
        title=answer.title,
        back=result_path(kind, result),
        files=[
            PaperFile(
                kind=what,
                label=asked.words(f"web.papers.{what}", ending=ending),
                language=language,
                name=f"{result}-{what}.{language}{ending}",
                link=f"/results/{result}/papers/{what}.{language}{ending}",
            )
            for language in languages
            for what, ending in FILES
        ],
    )


PAGE = Page("papers", "results/{result}/papers", papers)
