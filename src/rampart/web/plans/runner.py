"""Looks after plans that were asked for: starts them as children, tells how far they are, ends them when it is asked.

One thread of the server that serves the store. What it knows stands in the rows of the jobs, so that a server that comes
after it can go on.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import OperationalError, connections
from django.utils import timezone

from rampart.findings import FindingsError
from rampart.language.words import Words
from rampart.web.plans.cases import Cases
from rampart.web.plans.job import DONE, FAILED, RUNNING, STOPPED, WAITING, Job
from rampart.web.plans.ordering import sweep
from rampart.web.returns.completing import complete

TICK = 1.0
"""Seconds between two looks."""
PATIENCE = 5.0
"""Seconds that a child has to end by itself."""
LINES = 200
"""Lines of what a child says that are kept, the last ones."""


@dataclass
class Child:
    """A job that runs, and the process that works at it."""

    job: int
    process: subprocess.Popen[str]
    step: dict[str, Any] = field(default_factory=dict)
    said: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    listener: threading.Thread | None = None

    def listen(self) -> None:
        """Take what it says: its steps, and all else."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith('{"progress"'):
                self.step = json.loads(line)["progress"]
            elif line.strip():
                self.said.append(line.rstrip())

    def end(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.close()

    def close(self) -> None:
        """Hear the last of a process that has ended, and let go of it."""
        if self.listener is not None:
            self.listener.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()


class Runner:
    """The thread that looks after the jobs of a store.

    plans    folder into which results are saved
    cases    folder from which cases are read
    at_once  how many plans are made side by side
    """

    def __init__(self, plans: Path, cases: Path, *, at_once: int = 1) -> None:
        self.plans, self.cases, self.at_once = plans, Cases(cases), at_once
        self.name = secrets.token_hex(16)
        self.children: list[Child] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look, name="plans", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, and every child too; what they worked at is told as failed."""
        self._closing.set()
        self._thread.join()

    def turn(self) -> None:
        """One look: what has ended, what is to end, what may begin."""
        sweep(timezone.now())
        for child in list(self.children):
            self._look_after(child)
        waiting = Job.objects.filter(state=WAITING).order_by("pk").values_list("pk", flat=True)
        for number in waiting[: self.at_once - len(self.children)] if len(self.children) < self.at_once else ():
            self._begin(number)

    def _look(self) -> None:
        with suppress(OperationalError, FindingsError):  # a ledger that cannot be reached: the next start will do
            complete()
        while not self._closing.wait(TICK):
            try:
                self.turn()
            except OperationalError:  # the store is busy: the next look will do
                continue
        for child in self.children:
            child.end()
            self._mine(child).update(state=FAILED, ended=timezone.now(), said="\n".join(child.said))
        connections.close_all()

    def _mine(self, child: Child) -> Any:
        return Job.objects.filter(pk=child.job, state=RUNNING, runner=self.name)

    def _begin(self, number: int) -> None:
        now = timezone.now()
        mine = Job.objects.filter(pk=number, state=WAITING)
        if not mine.update(state=RUNNING, runner=self.name, started=now, heard=now):
            return
        job = Job.objects.get(pk=number)
        case = self.cases.path(job.case)
        if case is None or (self.plans / job.name).exists():  # changed since it was asked for
            said = Words("fr" if job.language == "fr" else "en")("web.job.changed")
            Job.objects.filter(pk=number).update(state=FAILED, ended=now, said=said)
            return
        words = ["plan", str(case.resolve()), "-o", str((self.plans / job.name).resolve()), "--no-report"]
        words += [word for change in job.overrides for word in ("--with", change)]
        words += ["--progress", "lines", "--lang", job.language]
        process = subprocess.Popen(  # noqa: S603 - words are checked names and paths
            [sys.executable, "-m", "rampart.web.plans.child", *words],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        child = Child(number, process)
        child.listener = threading.Thread(target=child.listen, daemon=True)
        child.listener.start()
        self.children.append(child)

    def _look_after(self, child: Child) -> None:
        code = child.process.poll()
        now, mine = timezone.now(), self._mine(child)
        if code is None:
            told = {"heard": now, "step": child.step, "said": "\n".join(child.said)}
            if not mine.update(**told):  # swept: it was not heard of for too long
                child.end()
                self.children.remove(child)
            elif mine.filter(stop_asked=True).exists():
                child.end()
                mine.update(state=STOPPED, ended=timezone.now())
                self.children.remove(child)
            return
        child.close()
        job = Job.objects.get(pk=child.job)
        made = (self.plans / job.name / "manifest.json").is_file()
        state = DONE if made else STOPPED if job.stop_asked else FAILED
        mine.update(state=state, ended=now, heard=now, step=child.step, said="\n".join(child.said))
        self.children.remove(child)
