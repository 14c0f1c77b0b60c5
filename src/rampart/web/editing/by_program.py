"""Cases changed by a program: the writing requests of the OpenAPI document, through the same door as the forms.

Which version a change builds on is said by ``If-Match``, its number in double quotes; where another one stands by now the
answer is 412 with the rows that both make, and the cells in conflict.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI, Schema, Status
from pydantic import Field

from rampart.case.headers import stored_columns
from rampart.catalogues.inputs import tables
from rampart.web.asked_by import asked_by
from rampart.web.asking import NotThereError, WronglyAskedError
from rampart.web.audit_trail import note, written
from rampart.web.editing import changing
from rampart.web.editing.changing import CaseNotSoundError, CaseOutOfDateError, TableGiven
from rampart.web.pages.case import CasePage
from rampart.web.pages.case import case as case_page
from rampart.web.pages.case_table import CaseChecked, CaseTable, case_table, checked

Cells = dict[str, str]


class NewKept(Schema):
    """Under which name a copy of the case is kept."""

    name: str = Field(max_length=100)


class TableChanged(Schema):
    """What is to change in a table.

    rows   cells by the number of the row in the version that ``If-Match`` names; null takes the row out
    added  new rows
    """

    rows: dict[int, Cells | None] = Field(default={}, max_length=1000)
    added: list[Cells] = Field(default=[], max_length=1000)
    why: str = Field(default="", max_length=200)


class BothMade(Schema):
    """Another version stands: the rows that it and the given one make, under its numbers, and the cells that both changed."""

    detail: str
    version: int
    rows: dict[int, Cells]
    conflicts: list[dict[str, str | int]]


def add_editing(api: NinjaAPI) -> None:
    """Add the requests that change cases to the API."""

    @api.post(
        "/editing/{case}/keep",
        response={201: CasePage},
        operation_id="case_keep",
        summary="Keep a copy of a case to edit.",
    )
    def case_keep(request: HttpRequest, case: str, given: NewKept) -> Status[CasePage]:
        note(request, "case.keep", given.name, of=case[:100])
        asked = asked_by(request)
        with written(request):
            kept = changing.keep(asked, case, given.name)
        return Status(201, case_page(asked, kept.case))

    @api.post(
        "/editing/{case}/restore/{number}",
        response=CasePage,
        operation_id="case_restore",
        summary="Make an older version of a case the one that stands.",
    )
    def case_restore(request: HttpRequest, case: str, number: int) -> CasePage:
        note(request, "case.restore", case, version=number)
        asked = asked_by(request)
        with written(request):
            kept = changing.restore(asked, case, number)
            note(request, "case.restore", case, of=number, version=kept.number, hash=kept.hash)
        return case_page(asked, case)

    @api.patch(
        "/editing/{case}/tables/{table}",
        response={200: CaseTable, 412: BothMade, 422: CaseChecked},
        operation_id="case_save",
        summary="Change rows of a table of a kept case.",
    )
    def case_save(
        request: HttpRequest, response: HttpResponse, case: str, table: str, given: TableChanged, if_match: Header[str]
    ) -> Any:
        asked = asked_by(request)
        note(request, "case.save", case, table=table[:60])
        text = if_match.strip().removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise WronglyAskedError(asked.words("web.return.if_match"))
        changing.require_kept(asked, case)
        if table not in tables():
            raise NotThereError(table)
        columns = stored_columns(tables()[table])
        if strange := {c for row in (*given.rows.values(), *given.added) for c in row or {}} - set(columns):
            said = asked.words("web.wrong.column", value=min(strange)[:60], names=", ".join(columns))
            raise WronglyAskedError(said)
        change = TableGiven(int(text), {n: row for n, row in given.rows.items()}, list(given.added))
        try:
            made, stands = changing.examined(asked, case, table, change)
        except CaseNotSoundError as wrong:
            return Status(422, checked(asked, table, wrong.rows, wrong.findings, sound=False))
        except CaseOutOfDateError as late:
            both = BothMade(
                detail=asked.words("web.case.late", who=late.stands.who, n=late.stands.number),
                version=late.stands.number,
                rows={n: dict(cells) for n, cells in late.rows.items()},
                conflicts=[{"row": n, "column": c, "theirs": v} for (n, c), v in late.others.items()],
            )
            return Status(412, both)
        with written(request):
            kept = changing.add_version(asked, case, stands.number, made, given.why)
            note(request, "case.save", case, table=table, version=kept.number, why=given.why, hash=kept.hash)
        response["ETag"] = f'"{kept.number}"'
        return case_table(asked, case, table)
