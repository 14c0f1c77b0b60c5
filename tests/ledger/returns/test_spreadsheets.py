"""A return goes through LibreOffice both ways: filled in there by typing and saved, and what Excel wrote opened there.

Lots that look like numbers and days, days as text, decimal commas and hidden rows come back as they were typed; where a
spreadsheet had already lost them, the return is refused.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from ledger.returns.filled_in import FIGURES, TINY, codes, editing, fill, ledger, row, template
from ledger.small_ledgers import stock
from rampart.ledger.ledger import Ledger, open_ledger
from rampart.ledger.returns.checking import check_return, post_return

__all__ = ["ledger"]
SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.docs, pytest.mark.timeout(1500),
    pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine"),
]  # fmt: skip
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Fill(source As String, target As String, typed As String, hidden As Long)
  Dim how(0) As New com.sun.star.beans.PropertyValue
  Dim kept(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = &quot;Hidden&quot; : how(0).Value = True
  doc = StarDesktop.loadComponentFromURL(source, &quot;_blank&quot;, 0, how())
  For Each cell In Split(typed, &quot;~&quot;)
    part = Split(cell, &quot;@&quot;)
    doc.Sheets.getByName(part(0)).getCellRangeByName(part(1)).setString(part(2))
  Next
  figures = doc.Sheets.getByIndex(doc.Sheets.Count - 1)
  If hidden &gt; 0 Then figures.Rows.getByIndex(hidden - 1).IsVisible = False
  For Each kind In Array(&quot;xlsx=Calc MS Excel 2007 XML&quot;, &quot;ods=calc8&quot;)
    form = Split(kind, &quot;=&quot;)
    kept(0).Name = &quot;FilterName&quot; : kept(0).Value = form(1)
    doc.storeToURL(target &amp; &quot;.&quot; &amp; form(0), kept())
  Next
  doc.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard">
 <library:element library:name="Module1"/>
</library:library>
"""
LOTS = {"00123": 3900, "1E5": 600, "3/10": 50, "=1+1": 7, "1,5": 8}
"""What was typed as the name of a lot, and how much of it is there."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """LibreOffice with a profile of its own, in which the macro stands."""
    assert SOFFICE is not None
    folder = tmp_path_factory.mktemp("office")
    started = [SOFFICE, "--headless", "--norestore", f"-env:UserInstallation={folder.as_uri()}"]
    subprocess.run([*started, "--terminate_after_init"], check=True, capture_output=True, timeout=300)
    basic = folder / "user" / "basic" / "Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "Module1.xba").write_text(MODULE, encoding="utf-8")
    (basic / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    return started


def typed(office: list[str], source: Path, target: Path, cells: dict[str, str], *, hidden: int = 0) -> None:
    """Open a file, type into its cells (sheet@cell: text), hide a row, and save it as ``target`` .xlsx and .ods."""
    said = "~".join(f"{place}@{text}" for place, text in cells.items())
    arguments = ",".join(f'"{one}"' for one in (source.as_uri(), target.as_uri(), said)) + f",{hidden}"
    subprocess.run(
        [*office, f"macro:///Standard.Module1.Fill({arguments})"], check=True, capture_output=True, timeout=300
    )


def converted(office: list[str], source: Path, into: str, folder: Path) -> list[Path]:
    """What LibreOffice makes of a file by itself."""
    folder.mkdir()
    subprocess.run(
        [*office, "--convert-to", into, "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return sorted(folder.iterdir())


def letter(name: str) -> str:
    return chr(ord("A") + FIGURES.index(name))


def test_typed_into_libreoffice(office: list[str], tmp_path: Path) -> None:
    """Rows typed below and over those prepared, one of them hidden after; read from each form that it saves."""
    with open_ledger(tmp_path / "a.ledger", create=True) as ledger:
        blank = fill(template(ledger, tmp_path / "blank.xlsx", lang="fr"))
        cells = {}
        for n, (lot, quantity) in enumerate(LOTS.items(), 2):
            for name, text in (
                ("kind", "stock d’ouverture"), ("item", "round"), ("quantity", f"{quantity},0"), ("lot", lot),
                ("day", "2025-01-01"),
            ):  # fmt: skip
                cells[f"chiffres@{letter(name)}{n}"] = text
        typed(office, blank, tmp_path / "typed", cells, hidden=3)
    for form in ("xlsx", "ods"):
        with open_ledger(tmp_path / f"{form}.ledger", create=True) as ledger:
            checked = check_return(ledger, TINY, tmp_path / f"typed.{form}")
            assert codes(checked) == ["hidden-rows"], [f.message() for f in checked.findings]
            assert post_return(ledger, checked) == len(LOTS) + 1
            assert stock(ledger) == LOTS and ledger.verify() == []


def test_what_excel_wrote_goes_through_libreoffice_and_back(office: list[str], ledger: Ledger, tmp_path: Path) -> None:
    """A filled workbook opened and saved is the same return, in each form, also as CSV; and so is the copy with findings."""
    rows = [row("opening stock", q, lot=lot, day="2025-01-02") for lot, q in LOTS.items() if not lot.startswith("=")]
    path = fill(template(ledger, tmp_path / "r.xlsx"), *rows)
    with editing(path) as book:
        book[book.sheetnames[-1]].row_dimensions[3].hidden = True
    post_return(ledger, check_return(ledger, TINY, path))
    for form in ("xlsx", "ods"):
        (again,) = converted(office, path, form, tmp_path / form)
        checked = check_return(ledger, TINY, again)
        assert codes(checked) == ["hidden-rows"] and checked.booking.documents == (), form
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    sheets = converted(office, path, every_sheet, tmp_path / "sheets")
    folder = tmp_path / "as csv"
    folder.mkdir()
    for sheet in sheets:
        for name in ("return", "figures"):
            if sheet.stem == f"r-{name}":
                target = {"return": "return_head", "figures": "return_figures"}[name]
                shutil.copy(sheet, folder / f"{target}.csv")
    checked = check_return(ledger, TINY, folder)
    assert checked.sound and checked.booking.documents == (), [f.message() for f in checked.findings]


def test_what_a_spreadsheet_lost_is_refused(office: list[str], ledger: Ledger, tmp_path: Path) -> None:
    """Figures written without the template, as CSV, and opened as a spreadsheet opens them: 00123 is 123 by then."""
    figures = tmp_path / "figures.csv"
    with figures.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "item", "quantity", "lot"])
        writer.writerows(["opening stock", "round", 5, lot] for lot in ("00123", "1E5", "3/10", "A7"))
    (opened,) = converted(office, figures, "xlsx", tmp_path / "opened")
    with editing(opened) as book:
        sheet = book.active
        sheet.title = "figures"
        head = book.create_sheet("return", 0)
        for n, (name, said) in enumerate({"nation": "XAA", "month": "2025-01", "revision": 1, "author": "clerk",
                                          "source": "list"}.items(), 1):  # fmt: skip
            head.cell(1, n, name)
            head.cell(2, n, said)
    checked = check_return(ledger, TINY, opened)
    assert not checked.sound
    assert Counter(codes(checked))["return-lot"] >= 2 and "D5" not in {f.cell for f in checked.findings}
    assert ledger.documents() == []
