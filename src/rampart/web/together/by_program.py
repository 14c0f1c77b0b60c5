"""Closing a month by a program, through the same door as the form."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import NinjaAPI, Schema, Status
from pydantic import Field

from rampart.web.asked_by import asked_by
from rampart.web.audit_trail import note
from rampart.web.pages.together import Together, together
from rampart.web.tables.asking import TableAsked
from rampart.web.together.closing import close


class MonthToClose(Schema):
    """A month that is over, YYYY-MM."""

    month: str = Field(max_length=20)


def add_together(api: NinjaAPI) -> None:
    """Add the request that closes a month to the API."""

    @api.post(
        "/together/close",
        response={201: Together},
        operation_id="month_close",
        summary="Close a month: what nations hold together at its end is frozen.",
    )
    def month_close(request: HttpRequest, given: MonthToClose) -> Status[Together]:
        note(request, "month.close", given.month)
        asked = asked_by(request)
        made = close(asked, given.month)
        return Status(201, together(asked, TableAsked(filter=[f"month:{made.month}..{made.month}"])))
