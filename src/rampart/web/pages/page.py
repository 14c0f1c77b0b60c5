"""A page: where it is, which right it asks for, and the one function that gives its data."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from pydantic import BaseModel

from rampart.web.asking import Asked
from rampart.web.people.roles import Right
from rampart.web.tables.asking import TableAsked

SMALL = 100
"""Rows of a page of a table up to which it is kept."""


@dataclass(frozen=True)
class Page:
    """One page and its JSON twin.

    key    name of its template, and of its operation in the OpenAPI document
    path   from the root, with the places of what it is about in braces
    data   from ``Asked``, the places and the query to a Schema: what the template shows and the twin says
    right  that the reader must have
    of     place that names the result from which alone its data follow; "" where they hang on more
    """

    key: str
    path: str
    data: Callable[..., BaseModel]
    right: Right = "read"
    of: str = ""

    def told(self, asked: Asked, **given: Any) -> BaseModel:
        """The data; those that follow from a result alone are made once until it changes."""
        sizes = [one.size for one in given.values() if isinstance(one, TableAsked)]
        if not self.of or any(size > SMALL for size in sizes):
            return self.data(asked, **given)
        texts = {name: one.model_dump_json() if isinstance(one, TableAsked) else one for name, one in given.items()}
        about = (self.data, *sorted(texts.items()))
        return asked.kept(given[self.of], about, lambda: self.data(asked, **given))

    @cached_property
    def hints(self) -> dict[str, Any]:
        """Types of what the function takes beside ``Asked``, by name, and of what it gives."""
        return {name: kind for name, kind in get_type_hints(self.data).items() if kind is not Asked}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Defaults of what the function takes, for what may be left out."""
        found = inspect.signature(self.data).parameters.values()
        return {p.name: p.default for p in found if p.default is not inspect.Parameter.empty}


class Fact(BaseModel):
    """What a thing is, in a word and a value."""

    label: str
    text: str
    link: str = ""


class Step(BaseModel):
    """A link of the way back to the start."""

    text: str
    link: str
