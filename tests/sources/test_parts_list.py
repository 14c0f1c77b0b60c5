"""A list of parts in the words of the standards."""

from __future__ import annotations

from pathlib import Path

import pytest

from places import CASES
from rampart.findings import CaseError
from rampart.sources.parts_list import import_parts
from sources.small_parts_list import LIST, write

CASE = CASES / "fleet-tiny"


def test_a_list_in_the_words_of_the_standards(tmp_path: Path) -> None:
    case = import_parts(CASE, write(tmp_path / "parts.csv", LIST))
    assert case.tables["parts"]["part"].to_list() == ["axle", "bearing"]
    repairs = {(r["part"], r["site"]): r for r in case.tables["repairs"].iter_rows(named=True)}
    assert repairs["axle", "depot"]["repaired"] == pytest.approx(0.9)
    assert repairs["axle", "partner"]["repaired"] == pytest.approx(0.4)
    assert case.tables["breakdown"].filter(part="bearing")["share"].to_list() == [0.7]
    assert case.tables["part_stocks"]["quantity"].sum() == 6


def test_a_bad_list_is_answered_all_at_once(tmp_path: Path) -> None:
    bad = [row[:] for row in LIST]
    bad[0][2], bad[0][1] = "parent of it", "partNames"
    bad[1][4] = "often"
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, write(tmp_path / "parts.csv", bad))
    codes = [f.code for f in raised.value.findings]
    assert codes.count("import-column") == 1
    assert codes.count("import-number") == 1
    assert codes.count("unknown-column") == 2
    for finding in raised.value.findings:
        assert finding.file == "parts.csv"
        assert "{" not in finding.sentence("fr")


@pytest.mark.parametrize(
    ("row", "column", "cell", "code"),
    [
        (1, 3, "2.5", "import-number"), (1, 11, "3.7", "import-number"), (1, 4, "nan", "import-number"),
        (1, 3, "inf", "import-number"), (1, 8, "1.5", "import-shares"), (1, 9, "60", "import-shares"),
        (2, 4, "500", "import-contradiction"), (2, 5, "99", "import-contradiction"),
    ],
)  # fmt: skip
def test_a_list_is_not_rounded_cut_or_half_believed(
    tmp_path: Path, row: int, column: int, cell: str, code: str
) -> None:
    bad = [line[:] for line in LIST]
    bad[row][column] = cell
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, write(tmp_path / "parts.csv", bad))
    assert [(f.code, f.row) for f in raised.value.findings] == [(code, row + 1)]
    for language in ("en", "fr"):
        assert "{" not in raised.value.findings[0].sentence(language)


def test_what_one_row_leaves_blank_another_tells(tmp_path: Path) -> None:
    rows = [line[:] for line in LIST]
    rows[1][5], rows[2][4] = "", ""  # the price stands in the second row of the axle alone, its life in the first
    case = import_parts(CASE, write(tmp_path / "parts.csv", rows))
    assert case.tables["parts"]["price"].to_list() == [30000.0, 900.0]
    assert case.tables["breakdown"]["life"].to_list() == [7000.0, None]


def test_a_french_list_has_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    plain = import_parts(CASE, write(tmp_path / "parts.csv", LIST))
    text = "\n".join(";".join(cell.replace(".", ",") for cell in row) for row in LIST)
    (tmp_path / "french.csv").write_text(text, encoding="utf-8")
    assert import_parts(CASE, tmp_path / "french.csv") == plain


@pytest.mark.parametrize(
    ("content", "code"), [(None, "no-such-list"), (b"", "import-column"), (b"\xc9ssieu", "not-utf8")]
)
def test_a_list_that_cannot_be_read_is_a_finding(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaseError) as raised:
        import_parts(CASE, path)
    assert raised.value.findings[0].code == code
    with pytest.raises(CaseError):
        import_parts(CASE, write(tmp_path / "head.csv", LIST[:1]))  # a header and nothing below it
