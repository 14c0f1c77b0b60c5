"""Every row of a catalogue has the fields of its head: a comma outside quotes would cut a sentence short unseen."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

CATALOGUES = sorted(f.name for f in files("rampart").joinpath("data").iterdir() if f.name.endswith(".csv"))


@pytest.mark.parametrize("name", CATALOGUES)
def test_each_row_has_its_fields(name: str) -> None:
    text = files("rampart").joinpath("data", name).read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines())
    assert rows
    assert [(n, row) for n, row in enumerate(rows, start=2) if len(row) != len(head)] == []
