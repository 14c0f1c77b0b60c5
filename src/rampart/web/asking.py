"""Who asks, in which language, of which shelf of results: all that the data function of a page knows of a request."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.web.people.roles import Reader
from rampart.web.plans.shelf import Shelf

T = TypeVar("T")


class NotThereError(LookupError):
    """There is no such thing, or the reader may not know of it: the answer is the same."""


class NotAllowedError(PermissionError):
    """The reader's role has no right to it."""


class WronglyAskedError(ValueError):
    """What was asked cannot be answered; the sentence says why, in the reader's language."""


@dataclass(frozen=True)
class Asked:
    """A question of a reader."""

    reader: Reader
    language: Language
    shelf: Shelf

    @cached_property
    def words(self) -> Words:
        """Words of pages that are about no case."""
        return Words(self.language)

    def plan(self, name: str) -> InWords:
        """A plan as far as the reader may see it. Raises NotThereError."""
        return self.of_kind("plan", name)

    def of_kind(self, kind: str, name: str) -> InWords:
        """A result of a kind as far as the reader may see it. Raises NotThereError."""
        answer = self.shelf.seen(name, self.reader, self.language)
        if answer is None or answer.result.kind != kind:
            raise NotThereError(name)
        return answer

    def kept(self, name: str, about: Hashable, make: Callable[[], T]) -> T:
        """What follows from a result and from what the reader may see of it: made once until the result changes."""
        return self.shelf.told(name, (self.reader.role, self.reader.nation, self.language, about), make)

    def sees(self, name: str) -> bool:
        """Whether the reader sees something of a result."""
        return self.kept(name, "seen", lambda: self.shelf.seen(name, self.reader, self.language) is not None)

    def kind(self, name: str) -> str:
        """Kind of a result that the reader may see something of. Raises NotThereError."""
        answer = self.shelf.seen(name, self.reader, self.language)
        if answer is None:
            raise NotThereError(name)
        return answer.result.kind
