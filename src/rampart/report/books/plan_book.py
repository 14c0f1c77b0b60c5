"""The workbook of a plan as an object."""

from __future__ import annotations

from pathlib import Path

from rampart.language.names import Subject
from rampart.report.books.book import Book


class PlanBook(Book):
    """The workbook of a plan."""

    def __init__(self, path: Path, subject: Subject, *, banner: str = "") -> None:
        super().__init__(
            path, subject.words, title=subject.title, created=str(subject.plan.manifest["created"]), banner=banner
        )
        self.subject = subject
