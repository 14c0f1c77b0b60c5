"""The workbook of a plan as an object."""

from __future__ import annotations

from pathlib import Path

from rampart.language.in_words import InWords
from rampart.report.books.book import Book


class PlanBook(Book):
    """The workbook of a plan."""

    def __init__(self, path: Path, answer: InWords, *, banner: str = "") -> None:
        super().__init__(
            path, answer.words, title=answer.title, created=str(answer.result.manifest["created"]), banner=banner
        )
        self.answer = answer
