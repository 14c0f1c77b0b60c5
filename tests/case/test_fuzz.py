"""Whatever is done to its files, a case is read rightly or refused: never a traceback or a misread number."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from pathlib import Path

import pytest

from case.editing import SMALL
from case.mutations import mutated_copies
from rampart.case.doors import check_case
from rampart.case.headers import fold, match_column, match_table
from rampart.case.tables import Case
from rampart.catalogues.inputs import tables

SPACES = " \u00a0\u202f\u2009"


def reading(text: str, language: str) -> float:
    """What a strict reader of one language makes of a number; raises ValueError on what it would not write.

    Written apart from the program: a grammar of digits, groups of three and one decimal mark.
    """
    decimal, group = {"en": (".", ","), "fr": (",", ".")}[language]
    t = text.replace("\u2212", "-")
    digits = rf"\d{{1,3}}(?:[{SPACES}]\d{{3}})+|[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+|\d+|"
    match = re.fullmatch(rf"([+-]?)({digits})(?:{re.escape(decimal)}(\d+))?([eE][+-]?\d+)?", t, re.ASCII)
    if not match or not (match[2] or match[3]):
        raise ValueError(text)
    whole = re.sub(rf"[{SPACES}{re.escape(group)}]", "", match[2]) or "0"
    return float(f"{match[1]}{whole}.{match[3] or '0'}{match[4] or ''}")


def may_be_read_as(text: str, value: float, language: str) -> bool:
    """Whether the value is the reading of the file's language, or the only reading there is."""
    readings = {}
    for each in ("en", "fr"):
        try:
            readings[each] = reading(text, each)
        except ValueError:
            continue
    if language == "mixed":
        return set(readings.values()) == {value} or (len(readings) == 1 and value in readings.values())
    if language in readings and len(set(readings.values())) == 2:
        # Two readings: only the decimal one of the file's own language will do.
        return value == readings[language] and {"en": ".", "fr": ","}[language] in text
    return value in readings.values()


def language_of(table: str, headers: list[str], separator: str) -> str:
    words = {name: {fold(label) for label in [name, c.label["en"]]} for name, c in tables()[table].columns.items()}
    names = [(match_column(table, header), header) for header in headers]
    english = {h for n, h in names if n in words and fold(h) in words[n]}
    french = {h for n, h in names if n in words and fold(h) not in words[n]}
    only_english = {h for n, h in names if h in english and fold(h) != fold(tables()[table].columns[n].label["fr"])}
    if separator == ";" or (french and not only_english):
        return "fr"
    return "mixed" if french else "en"


def cells_of(path: Path) -> dict[str, tuple[str, list[list[object]]]]:
    """Non-blank rows by table, and the separator, read in the plainest way."""
    found = {}
    if path.is_dir():
        for file in path.iterdir():
            table = match_table(file.stem)
            if table is None or file.suffix != ".csv" or file.name.startswith("#"):
                continue
            text = file.read_bytes().decode("utf-8-sig")
            split = {s: list(csv.reader(io.StringIO(text, newline=""), delimiter=s)) for s in ",;"}
            known = {s: sum(match_column(table, h) is not None for h in next(filter(any, r))) for s, r in split.items()}
            separator = max(",;", key=lambda s: known[s])
            found[table] = separator, [row for row in split[separator] if any(cell.strip() for cell in row)]
        return found
    import openpyxl

    book = openpyxl.load_workbook(path)
    for sheet in book:
        table = match_table(sheet.title)
        # A sheet without any cell is said to be empty, and is no table.
        if table is not None and sheet.max_row > 1:
            rows = [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
            found[table] = "", [row for row in rows if any(str(v).strip() for v in row)]
    return found


def assert_read_rightly(case: Case, path: Path) -> int:
    """Every cell of the case is the cell of the file; gives the number of number cells compared."""
    compared = 0
    for table, (separator, (headers, *rows)) in cells_of(path).items():
        if table == "settings":
            continue
        headers = [str(header) for header in headers]
        frame = case.tables[table]
        assert frame.height == len(rows)
        language = language_of(table, headers, separator)
        seen = set()
        for j, header in enumerate(headers):
            name = match_column(table, header)
            if name is None or header.lstrip().startswith("#"):
                assert header.lstrip().startswith("#") or not any(str(row[j]).strip() for row in rows)
                continue
            seen.add(name)
            kind = tables()[table].columns[name].kind
            for row, value in zip(rows, frame[name], strict=True):
                compared += compare(row[j], value, kind, language)
        assert all(frame[name].is_null().all() for name in frame.columns if name not in seen)
    return compared


def compare(cell: object, value: object, kind: str, language: str) -> int:
    text = unicodedata.normalize("NFC", str(cell)).strip()
    if value is None:
        assert text == ""
    elif isinstance(value, bool):
        assert text.lower() in (("yes", "oui", "true", "vrai") if value else ("no", "non", "false", "faux"))
    elif isinstance(value, float | int):
        if isinstance(cell, float | int):
            assert value == cell
        elif value == math.inf:
            assert kind == "limit"
            assert fold(text) in ("unlimited", "illimite", "illimitee")
        else:
            assert may_be_read_as(text, value, language), (text, value, language)
        return 1
    elif kind == "choice":
        assert value == text.lower()
    else:
        assert value in (text, text[1:] if text.startswith("'") else text, text.removesuffix("-01"))
    return 0


def run(folder: Path, count: int, seed: int) -> tuple[int, int]:
    """Cases read and number cells compared over many damaged copies."""
    read = compared = 0
    for path in mutated_copies(SMALL, folder, count=count, seed=seed):
        case, findings = check_case(path)
        assert (case is None) == any(f.severity == "error" for f in findings), path.name
        for finding in findings:
            assert finding.sentence("en"), path.name
            assert finding.sentence("fr"), path.name
        if case is not None:
            read += 1
            compared += assert_read_rightly(case, path)
    return read, compared


@pytest.mark.parametrize("count", [16, pytest.param(60, marks=pytest.mark.docs)])
def test_damaged_copies_are_read_rightly_or_refused(tmp_path: Path, count: int):
    read, compared = run(tmp_path, count, 0)
    # Some copies must survive their fault, or the comparison above would say nothing.
    assert count / 12 <= read <= 11 * count / 12
    assert compared > 8 * count


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 5))
def test_a_thousand_damaged_copies_are_read_rightly_or_refused(tmp_path: Path, seed: int):
    read, compared = run(tmp_path, 250, seed)
    assert read > 20
    assert compared > 2000


def test_the_generator_gives_the_same_copies_again(tmp_path: Path):
    def contents(name: str) -> list[dict[str, bytes]]:
        paths = mutated_copies(SMALL, tmp_path / name, count=12, seed=3)
        return [{f.name: f.read_bytes() for f in p.iterdir()} if p.is_dir() else {} for p in paths]

    assert contents("one") == contents("two")


@pytest.mark.parametrize(
    ("text", "language", "value", "fits"),
    [
        ("1234.5", "en", 1234.5, True),
        ("1,234", "en", 1234.0, False),
        ("1,234", "en", 1.234, False),
        ("1,234", "fr", 1.234, True),
        ("1.234", "fr", 1234.0, False),
        ("1.234", "en", 1.234, True),
        ("1 234", "en", 1234.0, True),
        ("1 234", "en", 1.0, False),
        ("1.234", "mixed", 1.234, False),
    ],
)
def test_the_oracle_itself_tells_right_from_wrong(text, language, value, fits):
    assert may_be_read_as(text, value, language) == fits
