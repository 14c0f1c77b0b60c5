"""Returns filled in by a few rows, for the tests; read in this process, which is quicker than in one of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from places import ROOT
from rampart.case.doors import read_case
from rampart.case.laid_out import LaidOut, file_of, read_laid_out
from rampart.catalogues.inputs import layouts
from rampart.findings import Finding
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.returns import figures
from rampart.ledger.returns.checking import Checked, check_return, post_return
from rampart.ledger.returns.template import write_return_template

TINY = read_case(ROOT / "cases" / "tiny")
FIGURES = list(layouts()["return_figures"].columns)
Row = Mapping[str, Any]


def in_this_process(path: Path, names: Sequence[str]) -> tuple[dict[str, LaidOut], tuple[Finding, ...]]:
    return {name: read_laid_out(file_of(path, name), name) for name in names}, ()


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(figures, "layouts_outside", in_this_process)
    with open_ledger(tmp_path / "a.ledger", create=True) as made:
        yield made


def template(ledger: Ledger, path: Path, month: str = "2025-01", *, nation: str = "XAA", lang: Any = "en") -> Path:
    return write_return_template(path, ledger, TINY, nation=nation, month=month, language=lang, force=True)


def fill(path: Path, *rows: Row, clear: bool = True, **head: Any) -> Path:
    """Write head and rows over a template; with ``clear`` the prepared rows are taken out first."""
    with editing(path) as book:
        names = book.sheetnames
        top, sheet = book[names[1]], book[names[-1]]
        for name, value in {"author": "clerk", "source": "list", **head}.items():
            top.cell(2, 1 + list(layouts()["return_head"].columns).index(name)).value = value
        if clear:
            sheet.delete_rows(2, sheet.max_row)
        first = 2 if clear else sheet.max_row + 1
        for i, row in enumerate(rows, start=first):
            for name, value in row.items():
                sheet.cell(i, 1 + FIGURES.index(name)).value = value
    return path


@contextmanager
def editing(path: Path) -> Iterator[Any]:
    book = load_workbook(path)
    yield book
    book.save(path)


def row(kind: str, quantity: Any = None, item: str | None = "round", **said: Any) -> Row:
    return {"kind": kind, "item": item, "quantity": quantity, **said}


def hand_in(ledger: Ledger, path: Path, *rows: Row, month: str = "2025-01", **head: Any) -> Checked:
    """Check a return of these rows, and post it where it is sound."""
    nation = head.pop("nation", "XAA")
    checked = check_return(ledger, TINY, fill(template(ledger, path, month, nation=nation), *rows, **head))
    if checked.sound:
        post_return(ledger, checked)
    return checked


def codes(checked: Checked) -> list[str]:
    return [f.code for f in checked.findings]
