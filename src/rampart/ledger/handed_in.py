"""Documents from a file: CSV with a row a line, or JSON as ``rampart ledger export`` writes it. Read whole, or refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from itertools import chain
from pathlib import Path
from typing import Any

from rampart.case.headers import nearest
from rampart.findings import Finding
from rampart.ledger.book import MemoryBook
from rampart.ledger.checks import form
from rampart.ledger.documents import DOCUMENT_FIELDS, LINE_FIELDS, Document, Line
from rampart.ledger.packs import Factors, units
from rampart.ledger.store.opening import LedgerError

ROWS = tuple(name for name in (*DOCUMENT_FIELDS, *LINE_FIELDS))
"""Columns of a CSV file: those of the document, then those of its line. Rows with one nation and key are one document."""
_WHOLE = re.compile(r"\d{1,15}")
_NEEDED = {"nation", "key", "kind", "day", "author", "source"}


def read_documents(path: str | Path, *, factors: Factors | None = None) -> list[Document]:
    """The documents of a file, in its order. Raises LedgerError with every finding, cell by cell, where one is wrong.

    factors  units in the packs of a catalogue: what a CSV file says in packs need not say their factor then
    """
    file = Path(path)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as wrong:
        raise LedgerError([Finding("ledger-no-file", file=str(file))]) from wrong
    except (OSError, UnicodeError) as wrong:
        raise LedgerError([Finding("ledger-unreadable", file=str(file), details={"why": str(wrong)})]) from wrong
    if not text.strip():
        raise LedgerError([Finding("ledger-nothing", file=file.name)])
    findings: list[Finding] = []
    in_json = file.suffix.lower() == ".json" or text.lstrip().startswith("[")  # an export under any name
    documents = _json(text, file.name, findings) if in_json else _csv(text, file.name, findings, factors)
    if not documents and not findings:
        findings.append(Finding("ledger-nothing", file=file.name))
    if findings:
        raise LedgerError([*findings, *form.check(documents, MemoryBook())])
    return documents


def _csv(text: str, file: str, findings: list[Finding], factors: Factors | None) -> list[Document]:
    head = text.split("\n", 1)[0]
    try:
        rows = list(
            csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
        )
    except csv.Error as wrong:
        findings.append(Finding("ledger-unreadable", file=file, details={"why": str(wrong)}))
        return []
    names = [name.strip().lower() for name in rows[0]] if rows else []
    findings.extend(_headers(names, file))
    if findings:
        return []
    of_key: dict[tuple[str, str], tuple[dict[str, str], list[Line]]] = {}
    for n, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            findings.append(
                Finding("ledger-cells", file=file, row=n, value=str(len(cells)), details={"asked": len(names)})
            )
            continue
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
        said = {name: row[name] for name in DOCUMENT_FIELDS if row.get(name)}
        about, lines = of_key.setdefault((row["nation"], row["key"]), (said, []))
        findings.extend(
            Finding("ledger-two-words", file=file, row=n, column=name, value=row.get(name, ""))
            for name in DOCUMENT_FIELDS
            if said.get(name) != about.get(name)
        )
        line = _line({name: row[name] for name in LINE_FIELDS if row.get(name)}, file, n, findings, factors)
        lines.extend([line] if line else [])
    documents = []
    for said, lines in of_key.values():
        documents.append(Document(**({name: "" for name in _NEEDED} | said), lines=tuple(lines)))
    return documents


def _headers(names: list[str], file: str) -> Iterator[Finding]:
    for name in sorted(_NEEDED - set(names)):
        yield Finding("ledger-no-column", file=file, row=1, value=name)
    for n, name in enumerate(names):
        if name not in ROWS:
            said = {"near": nearest(name, ROWS), "known": ", ".join(ROWS)}
            yield Finding("ledger-strange-column", file=file, row=1, value=name, details=said)
        elif name in names[:n]:
            yield Finding("ledger-column-twice", file=file, row=1, value=name)


def _line(row: dict[str, str], file: str, n: int, findings: list[Finding], factors: Factors | None) -> Line | None:
    """The line of a row; None where the row has none. Of what cannot be read one unit stands for it, so that the rest of the
    row is told in the same round.
    """
    if not row:
        return None
    said: dict[str, Any] = dict(row)
    if "pack" in row:
        wrong = list(_packed(said, file, n, factors))
        findings.extend(wrong)
        said |= {"quantity": 1, "factor": 0} if wrong else {}
    counts = {}
    for name, usual in (("factor", "0"), ("quantity", "1" if "pack" in row else "")):
        told = str(said.get(name, usual))
        if not _WHOLE.fullmatch(told):
            findings.append(Finding("ledger-quantity", file=file, row=n, column=name, value=told))
        counts[name] = int(told) if _WHOLE.fullmatch(told) else 1
    return Line(**{"item": "", **said, **counts})


def _packed(said: dict[str, Any], file: str, n: int, factors: Factors | None) -> Iterator[Finding]:
    """Fill in what a row in packs leaves out: the factor of the catalogue, and the quantity; what stands against it."""
    item, pack, factor = said.get("item", ""), said["pack"], str(said.get("factor", ""))
    at: dict[str, Any] = {"file": file, "row": n}
    of = (factors or {}).get((item, pack))
    if factors is not None and of is None:
        yield Finding("ledger-pack-unknown", column="pack", value=pack, details={"item": item}, **at)
        return
    if of is not None and factor and factor != str(of):
        about = {"pack": pack, "item": item, "units": of}
        yield Finding("ledger-pack-other", column="factor", value=factor, details=about, **at)
        return
    factor = factor or str(of or "")
    if not factor:
        yield Finding("ledger-blank", column="factor", **at)
        return
    said["factor"] = factor
    if "quantity" in said or not _WHOLE.fullmatch(factor):
        return
    whole = units(said.get("packs", ""), int(factor))
    if whole is None:
        about = {"pack": pack, "factor": factor}
        yield Finding("ledger-pack-no-units", column="packs", value=said.get("packs", ""), details=about, **at)
        return
    said["quantity"] = whole


def _json(text: str, file: str, findings: list[Finding]) -> list[Document]:
    try:
        said = json.loads(text)
    except ValueError as wrong:
        findings.append(Finding("ledger-unreadable", file=file, details={"why": str(wrong)}))
        return []
    documents = []
    for n, one in enumerate(said if isinstance(said, list) else [said], 1):
        where = Finding("ledger-strange-value", file=file, row=n)
        if not isinstance(one, dict) or not isinstance(one.get("lines", []), list):
            findings.append(where)
            continue
        head = list(_wrong_values(one, Document, {"lines"}))
        of_lines = [list(_wrong_in_line(line)) for line in one.get("lines", [])]
        findings.extend(Finding(where.code, file=file, row=n, column=name) for name in (*head, *chain(*of_lines)))
        if not head:
            lines = tuple(_as_read(line, wrong) for line, wrong in zip(one.get("lines", []), of_lines, strict=True))
            documents.append(Document(**({k: v for k, v in one.items() if k != "lines"}), lines=lines))
    return documents


def _as_read(line: Any, wrong: list[str]) -> Line:
    """A line; for what cannot be read of it something stands that no rule minds, so that the rest is told in the same round."""
    said = {k: v for k, v in line.items() if k not in wrong} if isinstance(line, dict) else {}
    return Line(**{"item": "?", "quantity": 1, **said})


def _wrong_in_line(line: Any) -> Iterator[str]:
    """Names of what is wrong in a line."""
    numbers = {"quantity": None, "factor": 0}
    yield from _wrong_values(line, Line, set(numbers)) if isinstance(line, dict) else ["lines"]
    for name, usual in numbers.items():
        count = line.get(name, usual) if isinstance(line, dict) else 0
        if type(count) is not int or abs(count) >= 10**15:
            yield name


def _wrong_values(said: dict[str, Any], kind: type[Document] | type[Line], others: set[str]) -> Iterator[str]:
    """Names of fields that are no text, that nobody knows, or that must be there and are not."""
    known = {f.name for f in fields(kind)}
    needed = {f.name for f in fields(kind) if f.default is MISSING} - others
    yield from (k for k, v in said.items() if k not in others and (k not in known or not isinstance(v, str)))
    yield from sorted(needed - set(said))
