"""What can be planned here, and the plans that were asked for, the newest first."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.web.asked_by import cases
from rampart.web.asking import Asked
from rampart.web.pages.job import OneJob, one_job
from rampart.web.pages.page import Fact, Page
from rampart.web.plans.job import Job

MOST = 60
"""Jobs that are listed."""


class Planning(BaseModel):
    """What the page shows."""

    cases: list[Fact]
    jobs: list[OneJob]
    left_out: int


def planning(asked: Asked) -> Planning:
    """The cases that can be planned, and the newest plans that were asked for."""
    jobs = Job.objects.order_by("-pk")
    return Planning(
        cases=[Fact(label=name, text="", link=f"/planning/cases/{name}") for name in cases().names()],
        jobs=[one_job(job, asked.words) for job in jobs[:MOST]],
        left_out=max(0, jobs.count() - MOST),
    )


PAGE = Page("planning", "planning", planning, "plan")
