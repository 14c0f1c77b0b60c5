"""Why something is short: how much, what would relieve it, proved by planning again, and the rows behind the sentences."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.language.explaining_plan import explain_plan
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Fact, Page
from rampart.web.pages.sections import Section, section, sections
from rampart.web.tables.result_sheets import plan_path


class Sentence(BaseModel):
    """A sentence; deeper ones belong to the one above."""

    text: str
    depth: int


class Why(BaseModel):
    """What the page shows."""

    plan: str
    title: str
    about: list[Fact]
    sentences: list[Sentence]
    sections: list[Section]


def why(asked: Asked, plan: str, holder: str = "", item: str = "") -> Why:
    """Why a holder is short of an item; of all holders or items where none is given."""
    answer = asked.plan(plan)
    case, own = answer.result.case, asked.reader.nation
    if holder and (holder not in set(case["nations"]["nation"]) or not (asked.reader.sees_all or holder == own)):
        raise NotThereError(holder)
    if item and item not in {*case["items"]["item"], *case["fleets"]["fleet"]}:
        raise NotThereError(item)
    only = {name: code for name, code in (("holder", holder), ("item", item)) if code}
    about = []
    if holder:
        about.append(
            Fact(label=answer.words("web.nation"), text=answer.nation(holder), link=plan_path(plan, "nations", holder))
        )
    if item:
        page = plan_path(plan, "items", item) if item in set(case["items"]["item"]) else ""
        about.append(Fact(label=answer.words("head.item"), text=answer.name(item), link=page))
    return Why(
        plan=plan,
        title=answer.title,
        about=about,
        sentences=[_sentence(line) for line in explain_plan(answer, holder or None, item or None) if line.strip()],
        sections=sections(
            section(answer, plan, "short", only=only, sort=("year",)),
            section(answer, plan, "reasons", only=only, sort=("-relief",)),
            section(answer, plan, "shortages", only=only, sort=("month",)),
        ),
    )


def _sentence(line: str) -> Sentence:
    depth = 0 if not line.startswith(" ") else 1 if line.startswith("  –") else 2
    return Sentence(text=line.strip().removeprefix("–").strip(), depth=depth)


PAGE = Page("why", "plans/{plan}/why", why, of="plan")
