"""A plan that was asked for: how far it is, what was said on the way, the way to the plan."""

from __future__ import annotations

from pydantic import BaseModel

from rampart.language.words import Words
from rampart.web.asking import Asked, NotThereError
from rampart.web.pages.page import Page
from rampart.web.plans.job import DONE, OPEN, RUNNING, Job, usual_seconds
from rampart.web.tables.result_sheets import plan_path


class OneJob(BaseModel):
    """A plan that was asked for, in a line."""

    number: int
    name: str
    case: str
    changes: str
    asked_by: str
    asked: str
    state: str
    state_text: str
    took: str
    link: str


class JobPage(BaseModel):
    """What the page shows.

    done, total  steps that are done, of how many; none before the first was told
    now          what it works at
    gap          how far the last value in whole numbers may be from the best; "" where nothing is whole
    left         how long it may still take, by the last plan of the case; "" where there was none
    open         whether it waits or runs
    plan         path of the plan; "" where there is none
    """

    job: OneJob
    done: int | None
    total: int | None
    now: str
    gap: str
    left: str
    stopping: bool
    open: bool
    said: list[str]
    plan: str


def job(asked: Asked, job: int) -> JobPage:
    """A plan that was asked for, as it stands now. Raises NotThereError."""
    words = asked.words
    found = Job.objects.filter(pk=job).first()
    if found is None:
        raise NotThereError(str(job))
    state, step = found.state_now, found.step
    gap = step.get("gap")
    usual, spent = usual_seconds(found), found.seconds
    left = max(0.0, usual - spent) if state == RUNNING and usual is not None and spent is not None else None
    return JobPage(
        job=one_job(found, words),
        done=(step["number"] if step["done"] else step["number"] - 1) if step else None,
        total=step["total"] if step else None,
        now=words.choice("objective", step["name"]) if step and state == RUNNING else "",
        gap=words("progress.gap", gap=words.share(gap, digits=2)) if gap else "",
        left="" if left is None else words("web.job.left", time=span(left, words)),
        stopping=found.stop_asked and state == RUNNING,
        open=state in OPEN,
        said=found.said.splitlines(),
        plan=plan_path(found.name) if state == DONE and asked.shelf.result(found.name) is not None else "",
    )


def one_job(job: Job, words: Words) -> OneJob:
    """A job as the list shows it."""
    seconds, state = job.seconds, job.state_now
    return OneJob(
        number=job.pk,
        name=job.name,
        case=job.case,
        changes=", ".join(job.overrides),
        asked_by=job.asked_by,
        asked=words("web.at", date=words.date(job.asked.isoformat()), time=f"{job.asked:%H:%M}"),
        state=state,
        state_text=words(f"web.job.state.{state}"),
        took="" if seconds is None else span(seconds, words),
        link=f"/planning/{job.pk}",
    )


def span(seconds: float, words: Words) -> str:
    """A time in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return words("web.minutes", m=minutes, s=rest) if minutes else words("web.seconds", s=rest)


PAGE = Page("job", "planning/{job}", job, "plan")
