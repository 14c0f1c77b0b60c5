"""Two results of one kind side by side: what changed in the case, in decisions, in what they bring, in lateness."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.language.compared import Compared
from rampart.language.comparing import differences_told
from rampart.report.chapters.comparison import chapters
from rampart.report.pages.comparison import facts, title
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Page
from rampart.web.pages.told import ChapterTold, chapters_told
from rampart.web.tables.asking import Choice
from rampart.web.tables.result_sheets import result_path

FOR_NATIONS = ("plan", "fleet")
"""Kinds of results that a nation lays side by side."""


class BesidePage(BaseModel):
    """What the page shows.

    others  results of the same kind, from which one is chosen
    """

    name: str
    title: str
    back: str
    others: list[Choice]
    facts: str
    says: list[str]
    chapters: list[ChapterTold]


def beside(asked: Asked, result: str, other: str = "") -> BesidePage:
    """A result and what is otherwise in another of its kind; for a nation in its own rows of both. Raises NotThereError.

    other  name of the other result; "": none is chosen yet
    """
    kind = asked.kind(result)
    answer = asked.of_kind(kind, result)
    whole = asked.reader.sees_all
    if not whole and kind not in FOR_NATIONS:
        raise NotThereError(result)
    names = [
        one.name for one in asked.shelf.results() if one.kind == kind and one.name != result and asked.sees(one.name)
    ]
    if other and other not in names:
        raise NotThereError(other)
    others = [Choice(value=name, text=name, chosen=name == other) for name in names]
    back = result_path(kind, result)
    if not other:
        return BesidePage(name=result, title=answer.title, back=back, others=others, facts="", says=[], chapters=[])
    compared = Compared([answer.result, asked.of_kind(kind, other).result], [result, other], asked.language)
    return BesidePage(
        name=result,
        title=title(compared),
        back=back,
        others=others,
        facts=facts(compared),
        says=list(differences_told(compared)) if whole else [compared.words("web.beside.own")],
        chapters=chapters_told(chapters(compared)),
    )


PAGE = Page("beside", "results/{result}/beside", beside)
