"""Returns by a program: the writing requests of the OpenAPI document, through the same door as the forms.

Which version a save or a submission builds on is said by ``If-Match``, the number of the version in double quotes; where
another one stands by now the answer is 412 with both, merged cell by cell, and the cells in conflict.
"""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI, Schema, Status
from pydantic import Field

from rampart.web.asked_by import asked_by
from rampart.web.asking import WronglyAskedError
from rampart.web.audit_trail import UNCHANGED, note, written
from rampart.web.pages.one_return import CheckTold, OneReturn, check_told, one_return
from rampart.web.returns import handing_in
from rampart.web.returns.content import COLUMNS, entered
from rampart.web.returns.forms import approve_and_post
from rampart.web.returns.handing_in import OutOfDateError, own

Cells = dict[str, str]
BEGUN = {"operationId": "one_return", "parameters": {"number": "$response.body#/number"}}
"""A return that was begun is read by the number that is answered."""


class NewReturn(Schema):
    """A return to begin: of which month, YYYY-MM."""

    month: str = Field(pattern="^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")


class RowGiven(Schema):
    """A row of a return. ``number``: as it was read; left out for a new row."""

    number: int | None = Field(default=None, ge=1, le=999_999)
    cells: Cells


class ReturnGiven(Schema):
    """What is entered, whole. Columns are those of the layout ``return_figures``."""

    source: str = Field(default="", max_length=200)
    grade: Literal["", "published", "derived", "assumed"] = ""
    release: Literal["", "partners", "public"] = ""
    rows: list[RowGiven] = Field(max_length=1000)
    why: str = Field(default="", max_length=200)


class Approval(Schema):
    """What is approved: the hash of what was submitted."""

    hash: str = Field(max_length=64)


class GivenBack(Schema):
    """Why a return is given back."""

    why: str = Field(default="", max_length=200)


class Conflicting(Schema):
    """Another version stands: what it and the given one make, cell by cell, and the cells that both changed."""

    detail: str
    version: int
    rows: list[RowGiven]
    conflicts: list[dict[str, str | None]]


def _base(request: HttpRequest, given: str) -> int:
    text = given.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise WronglyAskedError(asked_by(request).words("web.return.if_match"))
    return int(text)


def _late(request: HttpRequest, late: OutOfDateError) -> Status[Conflicting]:
    words = asked_by(request).words
    return Status(
        412,
        Conflicting(
            detail=words("web.return.late", who=late.by),
            version=late.staged.version,
            rows=[RowGiven(number=n, cells=dict(cells)) for n, cells in late.content.rows.items()],
            conflicts=[
                {"row": str(int(c.key[0])) if c.key else "", "column": c.column, "was": c.base, "theirs": c.first,
                 "yours": c.second}
                for c in late.conflicts
            ],
        ),
    )  # fmt: skip


def add_returns(api: NinjaAPI) -> None:
    """Add the requests that change returns to the API."""

    @api.post(
        "/returns",
        response={201: OneReturn},
        operation_id="return_begin",
        summary="Begin the return of a month.",
        openapi_extra={"responses": {201: {"links": {"read": BEGUN}}}},
    )
    def return_begin(request: HttpRequest, given: NewReturn) -> Status[OneReturn]:
        asked = asked_by(request)
        note(request, "return.begin", f"{asked.reader.nation} {given.month}")
        with written(request):
            staged = handing_in.begin(asked, given.month)
            note(request, "return.begin", str(staged), number=staged.pk)
        return Status(201, one_return(asked, staged.pk))

    @api.put(
        "/returns/{number}",
        response={200: OneReturn, 412: Conflicting},
        operation_id="return_save",
        summary="Save what is entered of a return.",
    )
    def return_save(
        request: HttpRequest, response: HttpResponse, number: int, given: ReturnGiven, if_match: Header[str]
    ) -> Any:
        asked = asked_by(request)
        note(request, "return.save", str(number))
        staged = own(asked, number, "return")
        base = _base(request, if_match)
        if strange := sorted({c for row in given.rows for c in row.cells} - set(COLUMNS)):
            raise WronglyAskedError(asked.words("web.wrong.column", value=strange[0][:60], names=", ".join(COLUMNS)))
        following = handing_in.new_rows(staged, base)
        rows = [
            (row.number if row.number is not None else following + n, row.cells) for n, row in enumerate(given.rows)
        ]
        head = {"source": given.source, "grade": given.grade, "release": given.release}
        try:
            with written(request):
                saved = handing_in.save(asked, number, base, entered(head, rows), why=given.why)
                note(request, "return.save", str(saved), number=number, version=saved.version)
        except OutOfDateError as late:
            return _late(request, late)
        response["ETag"] = f'"{saved.version}"'
        return one_return(asked, number)

    @api.post(
        "/returns/{number}/check",
        response=CheckTold,
        operation_id="return_check",
        summary="Hold what stands in a return against case, ledger and plan. Nothing is changed.",
    )
    def return_check(request: HttpRequest, number: int) -> CheckTold:
        note(request, UNCHANGED)
        asked = asked_by(request)
        staged = own(asked, number)
        checked, found = handing_in.check(asked, staged)
        return check_told(asked, staged.content, checked, found)

    @api.post(
        "/returns/{number}/submit",
        response={200: OneReturn, 412: Conflicting},
        operation_id="return_submit",
        summary="Submit a return for approval.",
    )
    def return_submit(request: HttpRequest, number: int, if_match: Header[str]) -> Any:
        asked = asked_by(request)
        note(request, "return.submit", str(number))
        staged = own(asked, number, "return")
        base = _base(request, if_match)
        checked, found = handing_in.check(asked, staged)
        if not checked.sound:
            raise WronglyAskedError(
                " ".join(t.finding.sentence(asked.language) for t in found if t.finding.severity == "error")
            )
        try:
            with written(request):
                staged = handing_in.submit(asked, number, base)
                note(request, "return.submit", str(staged), number=number, hash=staged.submitted)
        except OutOfDateError as late:
            return _late(request, late)
        return one_return(asked, number)

    @api.post(
        "/returns/{number}/approve",
        response=OneReturn,
        operation_id="return_approve",
        summary="Approve what was submitted, by its hash, and post it to the ledger.",
    )
    def return_approve(request: HttpRequest, number: int, given: Approval) -> OneReturn:
        approve_and_post(request, number, given.hash)
        return one_return(asked_by(request), number)

    @api.post(
        "/returns/{number}/give-back",
        response=OneReturn,
        operation_id="return_give_back",
        summary="Give a submitted return back to its authors.",
    )
    def return_give_back(request: HttpRequest, number: int, given: GivenBack) -> OneReturn:
        asked = asked_by(request)
        note(request, "return.give_back", str(number), why=given.why)
        with written(request):
            staged = handing_in.give_back(asked, number, given.why)
            note(request, "return.give_back", str(staged), number=number, why=given.why)
        return one_return(asked, number)
