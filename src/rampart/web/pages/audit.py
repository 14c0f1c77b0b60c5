"""The audit trail, the newest first. It is read page by page from the store, however long it is."""

from __future__ import annotations

import json
import math

from django.db.models import Q
from pydantic import BaseModel

from rampart.language.words import Words, phrases
from rampart.web.asking import Asked
from rampart.web.audit import Entry
from rampart.web.pages.page import Page
from rampart.web.tables.asking import Cell, ColumnSeen, TableAsked, TableSeen

COLUMNS = ("when", "who", "role", "through", "address", "verb", "about", "facts", "outcome")

DONE_SO = "web.audit.do."
"""Before a verb: the key of what it is called."""


class Audit(BaseModel):
    """What the page shows."""

    table: TableSeen


def audit(asked: Asked, table: TableAsked) -> Audit:
    """Entries in which every word that is asked for stands in a name, a verb or what it was about."""
    words = asked.words
    found = Entry.objects.order_by("-pk")
    total = found.count()
    for word in table.q.split():
        called = [verb for verb, name in verbs(words).items() if word.casefold() in name.casefold()]
        found = found.filter(
            Q(who__icontains=word) | Q(verb__icontains=word) | Q(verb__in=called) | Q(about__icontains=word)
            | Q(outcome__icontains=word)
        )  # fmt: skip
    matching = found.count()
    pages = max(1, math.ceil(matching / table.size))
    page = min(table.page, pages)
    rows = [_row(entry, words) for entry in found[(page - 1) * table.size : page * table.size]]
    columns = [
        ColumnSeen(
            key=key,
            label=words(f"web.audit.{key}"),
            kind="text",
            unit="",
            shown=True,
            sorted="",
            choices=[],
            low="",
            high="",
        )
        for key in COLUMNS
    ]
    return Audit(
        table=TableSeen(
            key="audit", title=words("web.audit"), says=words("web.audit.says"), columns=columns, rows=rows, total=total,
            matching=matching, page=page, pages=pages, size=table.size,
        )
    )  # fmt: skip


def verbs(words: Words) -> dict[str, str]:
    """What is done, in words, by the verb that the store keeps."""
    return {key.removeprefix(DONE_SO): words(key) for key in phrases() if key.startswith(DONE_SO)}


def _row(entry: Entry, words: Words) -> list[Cell]:
    texts = {
        "when": words("web.at", date=words.date(entry.when.isoformat()), time=f"{entry.when:%H:%M:%S}"),
        "role": words(f"web.role.{entry.role}") if entry.role else words("none"),
        "facts": json.dumps(entry.facts, ensure_ascii=False) if entry.facts else words("none"),
        "outcome": words(f"web.audit.{entry.outcome}"),
    }
    values = [getattr(entry, key) for key in ("who", "through", "address", "verb", "about")]
    texts |= {
        key: value or words("none")
        for key, value in zip(("who", "through", "address", "verb", "about"), values, strict=True)
    }
    texts["verb"] = verbs(words).get(entry.verb, texts["verb"])
    exact = texts | {"verb": entry.verb} | {"when": entry.when.isoformat(timespec="seconds")}
    return [Cell(value=exact[key], text=texts[key]) for key in COLUMNS]


PAGE = Page("audit", "audit", audit, "audit")
