"""Progress of long work on a terminal: the pass, its value, the gap and the time left."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rampart.findings import Language

log = logging.getLogger("rampart.plan")

if TYPE_CHECKING:
    from rampart.plan.solving.passes_in_turn import Step


class Watch:
    """A live line on standard error while the passes run, silent where nobody watches; or a line of JSON for each step, for
    a program that watches.
    """

    def __init__(self, language: Language = "en", *, quiet: bool = False, lines: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from rampart.language.words import Words

        self.words = Words(language)
        self.lines = lines
        quiet = quiet or lines
        console = Console(stderr=True, quiet=quiet)
        self.bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TextColumn("{task.fields[value]}", markup=False), TimeElapsedColumn(), TimeRemainingColumn(), console=console,
            transient=True, disable=quiet or not console.is_terminal,
        )  # fmt: skip
        self.task: Any = None

    def __enter__(self) -> Watch:
        self.bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.bar.stop()

    @property
    def callback(self) -> Callable[[Step], None]:
        """What ``plan`` calls as each pass starts and ends."""
        return self._show

    def _show(self, step: Step) -> None:
        if step.done:
            told = "%s (%s/%s) after %.1f s: value %s, gap %s"
            log.info(told, step.name, step.number, step.total, step.elapsed, step.value, step.gap)
        if self.lines:
            sys.stderr.write(json.dumps({"progress": asdict(step)}) + "\n")
            sys.stderr.flush()
        name = self.words.choice("objective", step.name)
        if self.task is None:
            self.task = self.bar.add_task(name, total=step.total, value="")
        value = ""
        if step.value is not None and step.gap is not None:
            value = f"{self.words.number(step.value)} ({self.words('progress.gap', gap=self.words.share(step.gap, digits=2))})"
        done = step.number if step.done else step.number - 1
        self.bar.update(self.task, description=name, completed=done, total=step.total, value=value)
