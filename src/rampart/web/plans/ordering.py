"""Asking for a plan, and for its end. Pages and programs come through here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from rampart.web.asking import Asked, NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.plans.cases import Cases, changes_of
from rampart.web.plans.job import FAILED, OPEN, RUNNING, STOPPED, WAITING, Job
from rampart.web.plans.shelf import NAME

MOST_WAITING = 20
"""Jobs that may be open at once, so that nobody fills the queue."""


def ask(asked: Asked, cases: Cases, case: str, overrides: Sequence[str] = (), name: str = "") -> Job:
    """Ask for the plan of a case with named changes.

    name  of the folder of results; "": named after the case and its changes

    Raises NotAllowedError, NotThereError where there is no such case, WronglyAskedError where it cannot be planned, where
    there is no such change, or where a result or another open job has the name: no result is ever written over.
    """
    words = asked.words
    if not asked.reader.may("plan"):
        raise NotAllowedError("plan")
    if cases.path(case) is None:
        raise NotThereError(case)
    read, findings = cases.read(case)
    if read is None:
        raise WronglyAskedError(words("web.job.not_sound", n=sum(f.severity == "error" for f in findings)))
    known = [change.name for change in changes_of(read)]
    if unknown := [one for one in overrides if one not in known]:
        raise WronglyAskedError(words("web.job.no_change", names=", ".join(unknown)))
    name = name.strip() or _new_name(asked, case, overrides)
    if not NAME.match(name):
        raise WronglyAskedError(words("web.job.name"))
    if _taken(asked, name):
        raise WronglyAskedError(words("web.job.taken", name=name))
    if Job.objects.filter(state__in=OPEN).count() >= MOST_WAITING:
        raise WronglyAskedError(words("web.job.too_many", n=MOST_WAITING))
    try:
        with transaction.atomic():
            return Job.objects.create(
                name=name, case=case, overrides=list(overrides), language=asked.language, asked_by=asked.reader.name
            )
    except IntegrityError as wrong:  # somebody else asked for the same name in between
        raise WronglyAskedError(words("web.job.taken", name=name)) from wrong


def stop(asked: Asked, number: int) -> Job:
    """Ask that a job ends without a plan. One that waits ends here; one that runs is ended by the server that looks after it.

    Raises NotAllowedError, NotThereError, WronglyAskedError where it has ended already.
    """
    if not asked.reader.may("plan"):
        raise NotAllowedError("plan")
    if not Job.objects.filter(pk=number).exists():
        raise NotThereError(str(number))
    now = timezone.now()
    waited = Job.objects.filter(pk=number, state=WAITING).update(state=STOPPED, stop_asked=True, ended=now)
    if not waited and not Job.objects.filter(pk=number, state=RUNNING).update(stop_asked=True):
        raise WronglyAskedError(asked.words("web.job.ended"))
    return Job.objects.get(pk=number)


def sweep(now: datetime) -> int:
    """End what a server that is gone has left behind; gives how many there were."""
    from rampart.web.plans.job import LEASE

    return Job.objects.filter(state=RUNNING, heard__lt=now - LEASE).update(state=FAILED, ended=now)


def _new_name(asked: Asked, case: str, overrides: Sequence[str]) -> str:
    stem = "-".join([case.rpartition(".")[0] or case, *overrides])[:90]
    names = (stem, *(f"{stem}-{n}" for n in range(2, 1000)))
    return next((name for name in names if not _taken(asked, name)), stem)


def _taken(asked: Asked, name: str) -> bool:
    return (asked.shelf.folder / name).exists() or Job.objects.filter(name=name, state__in=OPEN).exists()
