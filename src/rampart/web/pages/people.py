"""Accounts, for who keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rampart.web.asked_by import names
from rampart.web.asking import Asked
from rampart.web.pages.page import Page
from rampart.web.people.person import Person
from rampart.web.people.roles import ALLIANCE, RIGHTS
from rampart.web.tables.asking import Choice, TableAsked, TableSeen, table_seen
from rampart.web.tables.sheet import Sheet, SheetCell, SheetColumn


class People(BaseModel):
    """What the page shows."""

    table: TableSeen
    roles: list[Choice]
    nations: list[Choice]


def people(asked: Asked, table: TableAsked) -> People:
    """Every account: name, role, nation, whether it is active, when it last signed in."""
    words = asked.words
    roles = [Choice(value=role, text=words(f"web.role.{role}"), chosen=False) for role in RIGHTS]
    nations = [Choice(value=ALLIANCE, text=words("web.alliance"), chosen=False)]
    nations += [Choice(value=code, text=f"{code} – {name}", chosen=False) for code, name in nation_names(asked).items()]
    return People(table=table_seen(people_sheet(asked), table, words), roles=roles, nations=nations)


def nation_names(asked: Asked) -> dict[str, str]:
    """Nations by code, as the plans of the store and the catalogue call them."""
    return dict(sorted({**asked.shelf.nations(asked.language), **names("nations", asked.language)}.items()))


def people_sheet(asked: Asked) -> Sheet:
    """The accounts."""
    words, nations = asked.words, nation_names(asked)
    columns = [
        SheetColumn("name", words("web.name"), "text"),
        SheetColumn("role", words("web.role"), "code"),
        SheetColumn("nation", words("web.nation"), "code"),
        SheetColumn("is_active", words("web.active"), "flag"),
        SheetColumn("last_login", words("web.last_sign_in"), "text"),
    ]
    rows = list(Person.objects.order_by("name").values("name", "role", "nation", "is_active", "last_login"))

    def cell(column: SheetColumn, row: Mapping[str, Any]) -> SheetCell:
        value = row[column.key]
        if column.key == "role":
            return SheetCell(value, words(f"web.role.{value}"))
        if column.key == "nation":
            said = words("web.alliance") if value == ALLIANCE else nations.get(value, value) or words("none")
            return SheetCell(value or None, said)
        if column.key == "is_active":
            return SheetCell(value, words("web.yes" if value else "web.no"))
        if column.key == "last_login":
            if value is None:
                return SheetCell(None, words("web.never"))
            text = words("web.at", date=words.date(value.isoformat()), time=f"{value:%H:%M}")
            return SheetCell(value.isoformat(timespec="minutes"), text)
        return SheetCell(value, value)

    return Sheet("people", words("web.people"), words("web.people.says"), columns, rows, cell)


PAGE = Page("people", "people", people, "people")
