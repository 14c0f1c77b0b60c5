"""A plan that was asked for: a row of the web store, from the moment it is asked to its end."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

WAITING, RUNNING, DONE, FAILED, STOPPED = "waiting", "running", "done", "failed", "stopped"
STATES = (WAITING, RUNNING, DONE, FAILED, STOPPED)
OPEN = (WAITING, RUNNING)
LEASE = timedelta(seconds=20)
"""A job that runs and was not heard of for so long has ended: the server that looked after it is gone."""


class Job(models.Model):
    """A plan to be made.

    name       of the folder of results that it makes; no other open job has it
    case       name of the case in the folder of cases
    overrides  named changes, in the order in which they are applied
    asked_by   name of the account
    runner     which server looks after it; "" while it waits
    heard      when that server last said so
    step       the last step that was told: name, number, total, value, gap, elapsed
    said       what the command line said, but for its steps
    """

    name = models.CharField(max_length=100)
    case = models.CharField(max_length=100)
    overrides = models.JSONField(default=list)
    language = models.CharField(max_length=2)
    asked_by = models.CharField(max_length=80)
    asked = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, default=WAITING)
    stop_asked = models.BooleanField(default=False)
    runner = models.CharField(max_length=32, blank=True)
    started = models.DateTimeField(null=True)
    heard = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    step = models.JSONField(default=dict)
    said = models.TextField(blank=True)

    class Meta:
        """Names of the table, and what never stands in it twice."""

        app_label = "web"
        db_table = "jobs"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(state__in=OPEN), name="jobs_one_open_for_a_name"
            ),
        ]

    @property
    def state_now(self) -> str:
        """Its state, also where the server that looked after it is gone and no other has seen that yet."""
        lost = self.state == RUNNING and self.heard is not None and timezone.now() - self.heard > LEASE
        return FAILED if lost else self.state

    @property
    def seconds(self) -> float | None:
        """How long it has run, or ran; None where it has not begun."""
        if self.started is None:
            return None
        return ((self.ended or timezone.now()) - self.started).total_seconds()


def usual_seconds(job: Job) -> float | None:
    """How long the last plan of the same case, with the same changes if there was one, took here; None where there was none."""
    made = Job.objects.filter(state=DONE, case=job.case).order_by("-pk")
    last = next((one for one in made[:50] if one.overrides == job.overrides), made.first())
    return None if last is None else last.seconds
