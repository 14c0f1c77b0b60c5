"""A case saved in any form loads back equal, and a save never leaves half a case."""

from __future__ import annotations

import math
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import strategies as st

from case.editing import SMALL
from drawn import drawn
from rampart.case.doors import read_case
from rampart.case.reading import read_draft
from rampart.case.tables import Case
from rampart.case.writing import csv_text
from rampart.catalogues.inputs import Column, tables
from rampart.findings import TakenError

FORMS = [("csv", "case"), ("xlsx", "case.xlsx"), ("parquet", "case")]


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_the_small_case_loads_back_equal(tmp_path: Path, form, name):
    case = read_case(SMALL)
    again = read_case(case.save(tmp_path / name, format=form))
    assert again == case
    assert again.hash() == case.hash()


texts = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"),
        min_size=1,
        max_size=12,
    )
    .map(lambda text: pl.Series([text]).str.normalize("NFC").str.strip_chars()[0])
    .filter(bool)
)
awkward = st.sampled_from(
    ["=1+1", "'quoted", "-5", "+x", "@x", "a;b", 'say "no"', "a\nb", "1,5", "_x000D_", "#REF!", "é"]
)
codes = (texts | awkward).filter(lambda text: not pl.Series([text]).str.contains(r"[\p{Cc}\p{Cf}\p{Co}]")[0])
months = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2199), st.integers(1, 12))
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9).map(float)


def values(column: Column) -> st.SearchStrategy:
    kinds = {
        "code": codes,
        "text": texts | awkward,
        "number": numbers,
        "limit": numbers | st.just(math.inf),
        "integer": st.integers(-(2**53), 2**53),
        "month": months,
        "flag": st.booleans(),
        "choice": st.sampled_from(column.values or ("-",)),
    }
    return kinds[column.kind]


@st.composite
def cases(draw) -> Case:
    """Any tables the catalogue allows, sound or not: saving must not depend on what the rows mean."""
    empty = read_draft(Path("nowhere"))[0].case_frames()
    frames = dict(empty)
    for name in draw(st.lists(st.sampled_from([n for n in tables() if n != "settings"]), max_size=3, unique=True)):
        columns = list(tables()[name].columns.values())
        height = draw(st.integers(1, 3))
        data = {
            column.name: [
                # The first column of a row is never blank: a wholly blank row is no row.
                draw(values(column) if j == 0 else st.none() | values(column))
                for _ in range(height)
            ]
            for j, column in enumerate(columns)
        }
        frames[name] = pl.DataFrame(data, schema=empty[name].schema)
    return Case(tables=frames)


@drawn(6, 25, case=cases())
def test_any_table_loads_back_equal_from_every_form(case: Case):
    with tempfile.TemporaryDirectory() as folder:
        for form, name in FORMS:
            path = case.save(Path(folder) / form / name, format=form)
            draft, findings = read_draft(path)
            assert findings == []
            again = Case(tables=draft.case_frames())
            assert again == case
            assert again.hash() == case.hash()


def test_the_hash_does_not_depend_on_the_order_of_rows():
    case = read_case(SMALL)
    shuffled = Case(tables={name: frame.reverse() for name, frame in case.tables.items()})
    assert shuffled.hash() == case.hash()
    assert shuffled != case


def test_the_hash_depends_on_every_cell():
    case = read_case(SMALL)
    hashes = {case.hash()}
    for column in ("quantity", "low", "lot"):
        stocks = case.tables["stocks"].with_columns(pl.lit(None, case.tables["stocks"].schema[column]).alias(column))
        hashes.add(Case(tables={**case.tables, "stocks": stocks}).hash())
    assert len(hashes) == 4


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "'a"])
def test_no_text_of_a_csv_begins_as_a_formula(text):
    assert csv_text(text, "text") == f"'{text}"
    assert csv_text(-1.0, "number") == "-1"


def test_a_workbook_holds_no_formula(tmp_path: Path):
    import openpyxl

    path = read_case(SMALL).save(tmp_path / "case.xlsx")
    cells = [cell for row in openpyxl.load_workbook(path)["items"].iter_rows() for cell in row]
    assert "=not a formula, a note" in [cell.value for cell in cells]
    # openpyxl takes any text that begins with = for a formula; what the file itself says is its type.
    with zipfile.ZipFile(path) as parts:
        assert not any(b"<f" in parts.read(name) for name in parts.namelist() if "worksheets" in name)


def test_saving_again_replaces_the_tables_and_keeps_other_files(tmp_path: Path):
    case = read_case(SMALL)
    path = case.save(tmp_path / "case")
    (path / "README.md").write_text("mine")
    smaller = Case(tables={**case.tables, "market": case.tables["market"].clear()})
    with pytest.raises(TakenError):
        smaller.save(path, format="parquet")
    assert read_case(path) == case
    smaller.save(path, format="parquet", force=True)
    assert sorted(f.suffix for f in path.iterdir() if f.stem in ("stocks", "market")) == [".parquet"]
    assert (path / "README.md").read_text() == "mine"
    assert read_case(path) == smaller
    assert [f.name for f in tmp_path.iterdir()] == ["case"]


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path):
    (tmp_path / "letters.txt").write_text("dear")
    case = read_case(SMALL)
    with pytest.raises(FileExistsError):
        case.save(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["letters.txt"]
    case.save(tmp_path, force=True)
    assert (tmp_path / "letters.txt").read_text() == "dear"
    assert read_case(tmp_path) == case


@pytest.mark.parametrize(("form", "name"), FORMS)
def test_a_save_that_fails_leaves_the_old_case(tmp_path: Path, form, name, monkeypatch: pytest.MonkeyPatch):
    case = read_case(SMALL)
    path = case.save(tmp_path / name, format=form)

    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("rampart.case.writing._written", fail)
    with pytest.raises(OSError, match="disk full"):
        case.save(path, format=form, force=True)
    with pytest.raises(TakenError):
        case.save(path, format=form)
    assert read_case(path) == case
    assert [f.name for f in tmp_path.iterdir()] == [name]
