"""A book read as a stream with the standard library's expat: rows of each table, nothing lost, nothing fetched.

A document type declaration ends the reading at once: books have none, and without one there are no entities to
expand (billion laughs) and none to fetch. Size, depth and length of text are bounded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from rampart.findings import Finding
from rampart.sources.jbook.layout import EXHIBITS, FAMILY, RECORDS, ROOTS, YEARS, Record

# The largest real books have some 40,000 elements in 4 MB; a master book of a service has a few hundred thousand.
MOST_BYTES = 100_000_000
MOST_ELEMENTS = 600_000
# A zip may hold many books, each within these limits: what it may hold in all.
MOST_BYTES_IN_FILE = 400_000_000
MOST_ELEMENTS_IN_FILE = 1_000_000
MOST_DEPTH = 60
MOST_TEXT = 2_000_000
# Expat reads an unfinished tag or comment again with every piece: without an end to it, time grows with its square.
MOST_MARK = 1_000_000
MOST_MONTHS = 12


def without_places(path: str) -> str:
    """A path without the places of elements that repeat: ``A[2]/B`` is ``A/B``."""
    return re.sub(r"\[\d+\]", "", path) if "[" in path else path


class Refused(Exception):
    """The document is not one to go on reading; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass
class Parsed:
    """What one document holds.

    rows      by table, each row a mapping with ``record`` (its number), ``parent``, ``element``, ``exhibit``
    amounts   yearly figures: record, table, exhibit, block, year column, measure, text
    rest      leaves without a column of their own: record, table, path, text
    elements  how many elements the document has; ``landed`` those whose value lies in a table, ``empty`` those
              without a value (containers and blanks)
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    amounts: list[tuple[int, str, str, str, str, str, str]] = field(default_factory=list)
    rest: list[tuple[int, str, str, str]] = field(default_factory=list)
    elements: int = 0
    landed: Counter[str] = field(default_factory=Counter)
    unnamed: Counter[str] = field(default_factory=Counter)
    containers: int = 0
    blanks: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Taken:
    """What the documents of one file have held so far."""

    size: int = 0
    elements: int = 0

    @property
    def all_of_it(self) -> bool:
        """Whether nothing more of the file is to be read."""
        return self.size >= MOST_BYTES_IN_FILE or self.elements >= MOST_ELEMENTS_IN_FILE


class _Open:
    """An element that is being read: the row it belongs to, and its path below that row's element."""

    __slots__ = ("children", "exhibit", "name", "path", "record", "row", "seen", "text", "year")

    def __init__(self, name: str, above: _Open | None) -> None:
        self.name = name
        self.text: list[str] = []
        self.children = 0
        self.exhibit: str = EXHIBITS.get(name, above.exhibit if above else "")
        self.record: Record | None = above.record if above else None
        self.row: dict[str, Any] | None = above.row if above else None
        self.seen: dict[str, int] = {}
        # Of elements of one name beside each other the second is told apart: its values are not those of the first.
        step = name if above is None else above.step(name)
        self.path: str = "" if above is None else f"{above.path}/{step}" if above.path else step
        self.year: str = "" if above is None else self.path if name in YEARS else above.year

    def step(self, name: str) -> str:
        """The name of a child, with its place among those of its name from the second on."""
        times = self.seen[name] = self.seen.get(name, 0) + 1
        return name if times == 1 else f"{name}[{times}]"


class Reader:
    """Takes the bytes of one document in pieces, gives what it holds.

    taken   what other documents of the same file have held; this one is added to it
    """

    def __init__(self, document: str, taken: Taken | None = None) -> None:
        self.document = document
        self.taken = taken or Taken()
        self.parsed = Parsed()
        self._stack: list[_Open] = []
        self._records = 0
        self._bytes = 0
        self._length = 0
        self._strangers: set[str] = set()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, pieces: Iterable[bytes]) -> Parsed:
        """All pieces in order. What was read before a fault stays; the fault is a finding."""
        try:
            for piece in pieces:
                self._bytes += len(piece)
                self.taken.size += len(piece)
                if self.taken.all_of_it:
                    raise Refused(self._finding("jbook-too-large", limit=f"{MOST_BYTES_IN_FILE:,}"))
                if self._bytes > MOST_BYTES:
                    raise Refused(self._finding("jbook-too-large", limit=f"{MOST_BYTES:,}"))
                self._parser.Parse(piece, False)
                if self._bytes - max(self._parser.CurrentByteIndex, 0) > MOST_MARK:
                    raise Refused(self._finding("jbook-too-large", limit=f"{MOST_MARK:,}"))
            self._parser.Parse(b"", True)
        except Refused as refused:
            self.parsed.findings.append(refused.finding)
        except expat.ExpatError as fault:
            what = expat.errors.messages.get(fault.code, "") if fault.code else ""
            found = self._finding("jbook-broken", row=fault.lineno, why=what or "the document is not well-formed")
            self.parsed.findings.append(found)
        except (EOFError, OSError, ValueError, LookupError) as fault:
            self.parsed.findings.append(self._finding("jbook-broken", why=str(fault) or "the file ends too early"))
        return self.parsed

    def _finding(self, code: str, *, row: int | None = None, value: str = "", **details: Any) -> Finding:
        line = row or self._parser.CurrentLineNumber
        return Finding(code, file=self.document, row=line, value=value, details=details)

    def _doctype(self, name: str, *_: Any) -> None:
        raise Refused(self._finding("jbook-doctype", value=name))

    def _start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        space, _, name = qualified.rpartition(" ")
        stack = self._stack
        if not stack:
            if name not in ROOTS or not space.startswith(FAMILY):
                raise Refused(self._finding("jbook-not-a-book", value=f"{name} ({space or 'no namespace'})"))
            above = None
        else:
            above = stack[-1]
            above.children += 1
            if len(stack) >= MOST_DEPTH:
                raise Refused(self._finding("jbook-too-deep", limit=MOST_DEPTH))
        self.parsed.elements += 1
        self.taken.elements += 1
        if self.parsed.elements > MOST_ELEMENTS or self.taken.all_of_it:
            raise Refused(self._finding("jbook-too-large", limit=f"{MOST_ELEMENTS:,}"))
        self._length = 0
        here = _Open(name, above)
        record = RECORDS.get(name)
        if not space.startswith(FAMILY):
            record = None
            if space not in self._strangers:
                self._strangers.add(space)
                self.parsed.findings.append(self._finding("jbook-namespace", value=space or "no namespace", name=name))
        if record is not None:
            self._records += 1
            parent = above.row if above else None
            here.record, here.path, here.year = record, "", ""
            here.row = {
                "record": self._records,
                "parent": parent["record"] if parent else None,
                "element": name,
                "exhibit": here.exhibit,
                "within": above.path if above else "",
                "position": self._parser.CurrentLineNumber,
            }
            self.parsed.rows.setdefault(record.table, []).append(here.row)
        stack.append(here)
        for key, value in attributes.items():
            attribute = key.rpartition(" ")[2]
            path = f"{here.path}@{attribute}" if here.path else f"@{attribute}"
            self._put(here.record, here.row, path, value)

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise Refused(self._finding("jbook-too-large", limit=f"{MOST_TEXT:,}"))
        self._stack[-1].text.append(text)

    def _end(self, _: str) -> None:
        here = self._stack.pop()
        text = "".join(here.text).strip() if here.text else ""
        parsed = self.parsed
        if not text:
            if here.children:
                parsed.containers += 1
            else:
                parsed.blanks[here.name] += 1
            return
        if here.year and here.row is not None and here.record is not None and not here.children:
            block, _, column = here.year.rpartition("/")
            column, again, place = column.partition("[")
            block += again + place
            measure = here.path[len(here.year) + 1 :] or "Amount"
            table = here.record.table
            parsed.amounts.append((here.row["record"], table, here.exhibit, block, column, measure, text))
            parsed.landed["amounts"] += 1
            return
        self._put(here.record, here.row, here.path or here.name, text, element=True)

    def _put(
        self, record: Record | None, row: dict[str, Any] | None, path: str, text: str, *, element: bool = False
    ) -> None:
        """A value into the column of its name, or into the rest; a second value of one name also goes there."""
        if record is not None and row is not None:
            known = record.fields.get(path)
            if known is not None and known[0] not in row:
                row[known[0]] = text
                if element:
                    self.parsed.landed[record.table] += 1
                return
        table = record.table if record else ""
        self.parsed.rest.append((row["record"] if row else 0, table, path, text))
        self.parsed.unnamed[f"{table or 'document'}: {without_places(path)}"] += 1
        if element:
            self.parsed.landed["rest"] += 1
