"""A pivot by quarter and nation in LibreOffice, from the months of the workbook as it was written."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from rampart.catalogues.results import result_tables
from rampart.language.in_words import InWords
from rampart.results.result import Result

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.docs, pytest.mark.timeout(1500),
    pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine"),
]  # fmt: skip
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Pivot(source As String, target As String, named As String, rowHead As String, columnHead As String, dataHead As String)
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = &quot;Hidden&quot; : how(0).Value = True
  doc = StarDesktop.loadComponentFromURL(source, &quot;_blank&quot;, 0, how())
  area = doc.DatabaseRanges.getByName(named).getDataArea()
  doc.Sheets.insertNewByName(&quot;pivot&quot;, doc.Sheets.Count)
  tables = doc.Sheets.getByName(&quot;pivot&quot;).DataPilotTables
  asked = tables.createDataPilotDescriptor()
  asked.setSourceRange(area)
  asked.ShowFilterButton = False
  fields = asked.getDataPilotFields()
  fields.getByName(rowHead).Orientation = com.sun.star.sheet.DataPilotFieldOrientation.ROW
  fields.getByName(columnHead).Orientation = com.sun.star.sheet.DataPilotFieldOrientation.COLUMN
  amounts = fields.getByName(dataHead)
  amounts.Orientation = com.sun.star.sheet.DataPilotFieldOrientation.DATA
  amounts.Function = com.sun.star.sheet.GeneralFunction.SUM
  Dim place As New com.sun.star.table.CellAddress
  place.Sheet = doc.Sheets.Count - 1
  tables.insertNewByName(&quot;p&quot;, place, asked)
  Dim quarters As New com.sun.star.sheet.DataPilotFieldGroupInfo
  quarters.HasAutoStart = True : quarters.HasAutoEnd = True : quarters.HasDateValues = True
  quarters.GroupBy = com.sun.star.sheet.DataPilotFieldGroupBy.QUARTERS
  tables.getByName(&quot;p&quot;).getDataPilotFields().getByName(columnHead).createDateGroup(quarters)
  Dim kept(1) As New com.sun.star.beans.PropertyValue
  kept(0).Name = &quot;FilterName&quot; : kept(0).Value = &quot;Text - txt - csv (StarCalc)&quot;
  kept(1).Name = &quot;FilterOptions&quot;
  kept(1).Value = &quot;44,34,76,1,,0,false,false,false,false,false,&quot; &amp; doc.Sheets.Count
  doc.storeToURL(target, kept())
  doc.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard">
 <library:element library:name="{element}"/>
</library:library>
"""


def pivot(workbook: Path, named: str, heads: tuple[str, str, str], folder: Path) -> list[list[str]]:
    """Rows of a pivot over a named table of a workbook: heads are those of rows, of columns by quarter, and of the sums."""
    assert SOFFICE is not None
    started = [SOFFICE, "--headless", "--norestore", f"-env:UserInstallation={folder.as_uri()}"]
    # The first start makes the profile and writes its own module over one that is there.
    subprocess.run([*started, "--terminate_after_init"], check=True, capture_output=True, timeout=1200)
    basic = folder / "user" / "basic" / "Standard"
    (basic / "Module1.xba").write_text(MODULE, encoding="utf-8")
    (basic / "script.xlb").write_text(LIBRARY.format(element="Module1"), encoding="utf-8")
    target = folder / "pivot.csv"
    arguments = ",".join(f'"{one}"' for one in (workbook.as_uri(), target.as_uri(), named, *heads))
    subprocess.run(
        [*started, f"macro:///Standard.Module1.Pivot({arguments})"], check=True, capture_output=True, timeout=1200
    )
    written = next(folder.glob("pivot*.csv"))
    return list(csv.reader(written.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_months_group_by_quarter_and_nation(
    plan: Result, workbooks: dict[str, Path], language: str, tmp_path: Path
) -> None:
    columns = result_tables("plan")["demand"].columns
    answer = InWords(plan, language)  # type: ignore[arg-type]
    heads = head_names(workbooks[language], "t_demand")
    row, column, amount = (
        next(head for head in heads if head.startswith(columns[name].label[language]))
        for name in ("holder", "month", "need")
    )
    rows = pivot(workbooks[language], "t_demand", (row, column, amount), tmp_path)
    wanted: dict[tuple[str, int], float] = defaultdict(float)
    for holder, month, need in plan["demand"].select("holder", "month", "need").iter_rows():
        wanted[answer.nation(holder), (month.month - 1) // 3] += need
    quarters = next(line for line in rows if line.count("Q1") == 1)
    places = {n: quarters.index(f"Q{n + 1}") for n in range(4) if f"Q{n + 1}" in quarters}
    found = {
        (line[0], n): float(line[place])
        for line in rows
        for n, place in places.items()
        if line[0] in {name for name, _ in wanted} and line[place]
    }
    assert len({n for _, n in found}) >= 2
    assert found == {key: pytest.approx(value) for key, value in wanted.items() if value}


def head_names(workbook: Path, named: str) -> list[str]:
    """Heads of a named table of a workbook."""
    from openpyxl import load_workbook

    for sheet in load_workbook(workbook).worksheets:
        if named in sheet.tables:
            return list(sheet.tables[named].column_names)
    raise AssertionError(f"no table {named}")
