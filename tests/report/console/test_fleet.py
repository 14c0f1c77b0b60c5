"""The answer for fleets on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from rampart.findings import curly
from rampart.report.console.fleet import print_answer
from rampart.results.result import Result


@pytest.mark.parametrize("language", ["en", "fr"])
def test_fleets_stand_by_name_and_files_where_they_lie(
    fleets: Result, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_answer(fleets, Path("out"), (Path("out") / "fleets.html",), language)
    text = capsys.readouterr().out
    names = {c: curly(n) if language == "fr" else n for c, n in fleets.case.names("fleets", language).items()}
    assert names
    assert all(name in text for name in names.values())
    assert not any(code in text.split() for code in names if code not in names.values())
    assert str(Path("out") / "fleets.html") in text
