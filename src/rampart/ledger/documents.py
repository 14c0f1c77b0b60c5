"""Documents: what a nation says that happened. They are frozen, and a correction is another document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Grade = Literal["published", "derived", "assumed"]
GRADES = ("published", "derived", "assumed")
STANDS = ("before", "after")
OUTCOMES = ("received", "returned", "condemned", "lost")
RELEASES = ("partners", "public")
"""Whom a document may be shown to beside the nations that it is about; what is public partners see too."""
CHOSEN = "*"
"""A lot that the store is to choose: first expired, first out."""
COUNTERPART = "outcome:"
"""How keys of documents begin that the store books itself in the chain of who sent."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document.

    quantity   whole number in the item's smallest unit; above 0, in a count and a return also 0
    pack       what it was counted in, where it was in packs: ``packs`` of them (2, 2.5, 10/3), ``factor`` units in each
    lot        as written, never a number; "" where the item has no lots; "*" lets the store choose
    condition  "serviceable" unless said otherwise
    owner      who owns it; blank: the nation of the document. ``holder`` likewise: who has it
    expires    last day on which the lot may be issued (YYYY-MM-DD); blank: not known
    outcome    of a receipt: received, returned, condemned, lost; ``reason`` for all but the first
    about      of a national return: the kind of document whose figure is reported, also where it is 0
    told       of a national return: what else its row said, as JSON
    """

    item: str
    quantity: int
    lot: str = ""
    site: str = ""
    condition: str = "serviceable"
    owner: str = ""
    holder: str = ""
    expires: str = ""
    outcome: str = ""
    reason: str = ""
    about: str = ""
    told: str = ""
    pack: str = ""
    packs: str = ""
    factor: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What happened on a day, by whose word.

    nation    whose chain it is in; ``key`` its name there: the same key and content twice is one document
    kind      one of ``accounts.KINDS``
    day       when it happened (YYYY-MM-DD); when it was booked is set by the store
    author    who wrote it; ``source`` what it rests on; ``grade`` published, derived or assumed
    to        of a pledge, a contract, a dispatch: the nation that it is for
    sender    of a receipt: the nation that sent; ``of`` the key of what the document is about: the dispatch, the count
    reverses  of a reversal: the key of the document that it takes back
    stands    of a count: "before" or "after" the movements of its day
    witness   of a delivery that the sender books: who saw it, another than the author
    what      of a renaming or a split: item (blank too), site or nation; ``of`` is the old code, from the day on
    release   who else may see it: partners, or public (which partners see too); blank: nobody
    """

    nation: str
    key: str
    kind: str
    day: str
    author: str
    source: str
    grade: str = "assumed"
    lines: tuple[Line, ...] = ()
    to: str = ""
    sender: str = ""
    of: str = ""
    reverses: str = ""
    stands: str = ""
    witness: str = ""
    note: str = ""
    release: str = ""
    what: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Only what is said: blank fields and usual values are left out, so that a later field changes no hash."""
        said: dict[str, Any] = {name: value for name in DOCUMENT_FIELDS if (value := getattr(self, name)) != ""}
        lines = [{n: v for n, usual in _USUAL if (v := getattr(line, n)) != usual} for line in self.lines]
        return said | ({"lines": lines} if lines else {})

    def with_lines(self, lines: tuple[Line, ...]) -> Document:
        """The same document with other lines."""
        return replace(self, lines=lines)


DOCUMENT_FIELDS = tuple(f.name for f in fields(Document) if f.name != "lines")
LINE_FIELDS = tuple(f.name for f in fields(Line))
_USUAL = tuple((f.name, f.default) for f in fields(Line))


def document_of(said: Mapping[str, Any]) -> Document:
    """The document that ``as_dict`` wrote down."""
    lines = tuple(Line(**line) for line in said.get("lines", ()))
    return Document(**{k: v for k, v in said.items() if k != "lines"}, lines=lines)
