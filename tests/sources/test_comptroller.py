"""P-1 and R-1 exhibits in every form they are published in, with the sums that their rows give by hand."""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from rampart.cli.main import main
from rampart.sources.comptroller import read_lines

# Header rows of the exhibits of budget years 2026, 2021 and 2015, as published.
NEW = ["Account", "Account Title", "Organization", "Budget Activity", "Budget Activity Title", "Line Number", "BSA",
       "Budget SubActivity (BSA) Title", "Budget Line Item", "Budget Line Item (BLI) Title", "Cost Type", "Cost Type Title",
       "Add/Non-Add", "FY 2024 Actuals Quantity", "FY 2024 Actuals Amount", "FY 2026 Disc Request Quantity",
       "FY 2026 Disc Request Amount", "Classification"]  # fmt: skip
OLD = ["Account", "Account Title", "Organization", "Budget\nActivity", "Budget Activity Title", "Line\nNumber", "BSA",
       "Budget Sub Activity (BSA) Title", "Line Item", "Line Item Title", "Cost\nType", "Cost Type Title", "Add/\nNon-Add",
       "FY 2019\n(Base + OCO)\nQuantity", "FY 2019\n(Base + OCO)\nAmount", "FY 2020\nBase Enacted\nQuantity",
       "FY 2020\nBase Enacted\nAmount", "Classification"]  # fmt: skip
R1 = ["Account", "Account Title", "Organization", "Budget Activity", "Budget Activity Title", "Line Number", "PE/BLI",
      "Program Element/Budget Line Item (BLI) Title", "Include In TOA", "FY 2024 Actuals", "FY 2026 Disc Request"]  # fmt: skip
ROWS = [
    ["2034A", "Proc of Ammunition, Army", "A", "01", "Ammunition", "15", "10", "Artillery", "E1", "Rounds", "A",
     "Weapon System Cost", "Add", 1000, 2500, 1200, 3000, "U"],
    ["2034A", "Proc of Ammunition, Army", "A", "01", "Ammunition", "15", "10", "Artillery", "E1", "Rounds", "B",
     "Less: Advance Procurement (PY)", "Add", None, -500, None, None, "U"],
    ["2034A", "Proc of Ammunition, Army", "A", "01", "Ammunition", "15", "10", "Artillery", "E1", "Rounds", "C",
     "Memo", "Non-Add", None, 999, None, 999, "U"],
]  # fmt: skip


def workbook(path: Path, heads: list[str], rows: list[list[object]], *, banner: bool = True) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Exhibit P-1"
    if banner:
        sheet.append(["Total of Displayed Rows", "=SUBTOTAL(9,O3:O9)"])
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    book.create_sheet("FY 2024 Actuals").append(heads)
    book.save(path)
    return path


def spreadsheet_ml(path: Path, heads: list[str], rows: list[list[object]]) -> Path:
    def cell(n: int, value: object) -> str:
        kind = "Number" if isinstance(value, int) else "String"
        return f'<Cell ss:Index="{n}"><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'

    made = [
        "<Row>" + "".join(cell(n, v) for n, v in enumerate(row, start=1) if v is not None) + "</Row>"
        for row in [heads, *rows]
    ]
    space = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    table = f"<Table>{''.join(made)}</Table>"
    text = f'<?xml version="1.0"?><Workbook {space}><Worksheet ss:Name="P-1">{table}</Worksheet></Workbook>'
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("banner", [True, False])
def test_a_p1_of_today_is_read_and_memoranda_are_in_no_sum(tmp_path: Path, banner: bool) -> None:
    lines = read_lines([workbook(tmp_path / "p1_display.xlsx", NEW, ROWS, banner=banner)])
    assert lines.findings == ()
    assert lines.sums().rows() == [
        ("2034A", 2024, "actuals", 2.0, 2), ("2034A", 2026, "disc request", 3.0, 1),
    ]  # fmt: skip
    first = lines.frame.row(0, named=True)
    assert (first["exhibit"], first["code"], first["title"], first["line_number"]) == ("P-1", "E1", "Rounds", "15")
    quantities = lines.frame.filter(pl.col("measure") == "quantity")
    assert quantities.select("fiscal_year", "value").rows() == [(2024, 1000.0), (2026, 1200.0)]
    assert lines.frame.filter(~pl.col("counts"))["value"].to_list() == [999.0, 999.0]


def test_older_headers_are_known(tmp_path: Path) -> None:
    lines = read_lines([workbook(tmp_path / "old.xlsx", OLD, ROWS)])
    assert lines.findings == ()
    assert lines.sums().select("fiscal_year", "scenario", "amount").rows() == [
        (2019, "base + oco", 2.0), (2020, "base enacted", 3.0),
    ]  # fmt: skip


def test_an_r1_has_programme_elements(tmp_path: Path) -> None:
    row = [
        "0400",
        "RDT&E Defense-Wide",
        "X",
        "01",
        "Basic Research",
        "2",
        "0601101E",
        "SCIENCES",
        "Y",
        280494,
        "293,145",
    ]
    lines = read_lines([workbook(tmp_path / "r1_display.xlsx", R1, [row])])
    assert lines.findings == ()
    assert lines.frame.select("exhibit", "code", "title", "fiscal_year", "value").rows() == [
        ("R-1", "0601101E", "SCIENCES", 2024, 280494.0), ("R-1", "0601101E", "SCIENCES", 2026, 293145.0),
    ]  # fmt: skip


def test_spreadsheet_ml_gives_what_the_workbook_gives(tmp_path: Path) -> None:
    from_xml = read_lines([spreadsheet_ml(tmp_path / "p1.xml", NEW, ROWS)])
    from_book = read_lines([workbook(tmp_path / "p1.xlsx", NEW, ROWS, banner=False)])
    assert from_xml.findings == ()
    assert from_xml.frame.drop("document").equals(from_book.frame.drop("document"))


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    wrong = [[*ROWS[0][:14], "much", *ROWS[0][15:]]]
    (finding,) = read_lines([workbook(tmp_path / "w.xlsx", NEW, wrong)]).findings
    assert (finding.code, finding.value, finding.row, finding.header) == (
        "not-a-number",
        "much",
        3,
        "FY 2024 Actuals Amount",
    )
    renamed = ["Org" if head == "Organization" else head for head in NEW]
    (finding,) = read_lines([workbook(tmp_path / "r.xlsx", renamed, ROWS)]).findings
    assert (finding.code, finding.column) == ("missing-column", "organization")
    (tmp_path / "n.xml").write_text("<a/>")
    (tmp_path / "b.xml").write_text("<a")
    (tmp_path / "d.xml").write_text("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    codes = {
        name: [f.code for f in read_lines([tmp_path / name]).findings]
        for name in ("n.xml", "b.xml", "d.xml", "no.xlsx")
    }
    assert codes == {"n.xml": ["comptroller-no-exhibit"], "b.xml": ["unreadable"], "d.xml": ["unreadable"],
                     "no.xlsx": ["no-such-path"]}  # fmt: skip


@pytest.mark.parametrize("text", ["INF", "NaN", "#REF!", "1e999"])
def test_a_number_of_spreadsheet_ml_is_finite(tmp_path: Path, text: str) -> None:
    path = spreadsheet_ml(tmp_path / "p1.xml", NEW, ROWS)
    whole = path.read_text(encoding="utf-8")
    amount = f">{ROWS[0][14]}<"
    assert amount in whole
    path.write_text(whole.replace(amount, f">{text}<", 1), encoding="utf-8")
    assert [(f.code, f.value) for f in read_lines([path]).findings] == [("not-a-number", text)]


def test_a_far_cell_of_spreadsheet_ml_allocates_nothing(tmp_path: Path) -> None:
    path = spreadsheet_ml(tmp_path / "far.xml", NEW, ROWS)
    path.write_text(
        path.read_text().replace("</Table>", '<Row ss:Index="2000000000"><Cell><Data>x</Data></Cell></Row></Table>')
    )
    assert [f.code for f in read_lines([path]).findings] == ["unreadable"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_command(tmp_path: Path, language: str) -> None:
    path = str(workbook(tmp_path / "p1.xlsx", NEW, ROWS))
    words = ["import", "comptroller", path, "-o", str(tmp_path / "lines.csv"), "--lang", language]
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0, shown.output
    assert ("exercice" if language == "fr" else "fiscal year") in shown.output
    assert pl.read_csv(tmp_path / "lines.csv").height == 7
    told = json.loads(CliRunner().invoke(main, [*words, "--json", "--force"]).stdout)
    assert told["rows"] == 7
