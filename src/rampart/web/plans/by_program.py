"""Plans asked for by a program: the writing requests of the OpenAPI document, through the same door as the forms."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import NinjaAPI, Schema, Status
from pydantic import Field

from rampart.web.asked_by import asked_by, cases
from rampart.web.audit_trail import note
from rampart.web.pages.job import JobPage
from rampart.web.pages.job import job as job_page
from rampart.web.plans.ordering import ask, stop


class NewJob(Schema):
    """A plan to be made: of which case, with which named changes, saved under which name."""

    changes: list[str] = Field(default=[], max_length=100)
    name: str = Field(default="", max_length=100)


def add_planning(api: NinjaAPI) -> None:
    """Add the requests that ask for plans to the API."""

    @api.post(
        "/planning/cases/{case}/ask",
        response={201: JobPage},
        operation_id="plan_ask",
        summary="Ask for a plan of a case.",
    )
    def plan_ask(request: HttpRequest, case: str, given: NewJob) -> Status[JobPage]:
        note(request, "plan.ask", case, changes=given.changes, name=given.name)
        asked = asked_by(request)
        made = ask(asked, cases(), case, given.changes, given.name)
        note(request, "plan.ask", case, changes=made.overrides, name=made.name, job=made.pk)
        return Status(201, job_page(asked, made.pk))

    @api.post(
        "/planning/{job}/stop",
        response=JobPage,
        operation_id="plan_stop",
        summary="Ask that a plan in the making ends.",
    )
    def plan_stop(request: HttpRequest, job: int) -> JobPage:
        note(request, "plan.stop", str(job))
        asked = asked_by(request)
        return job_page(asked, stop(asked, job).pk)
