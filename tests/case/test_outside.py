"""A case from outside is read in a process of its own: what ends that process is a finding here."""

from __future__ import annotations

from pathlib import Path

import pytest

from case.editing import SMALL, Sheets, copy_small
from rampart.case.doors import check_case, read_case
from rampart.case.outside import check_outside


def test_a_sound_case_comes_back_as_it_is_read_here():
    case, findings = check_outside(SMALL)
    assert case == read_case(SMALL)
    assert findings == check_case(SMALL)[1]


def test_findings_come_back_with_their_places(tmp_path: Path):
    folder = copy_small(tmp_path)
    Sheets(folder).set("stocks", 2, "quantity", "12,000")
    case, findings = check_outside(folder)
    assert case is None
    assert [(f.code, f.cell, f.value) for f in findings if f.severity == "error"] == [
        ("ambiguous-number", "C2", "12,000")
    ]
    assert findings == check_case(folder)[1]


def test_what_takes_too_much_memory_is_a_finding():
    pytest.importorskip("resource")
    case, (finding,) = check_outside(SMALL, memory=30_000_000)
    assert case is None
    assert (finding.code, finding.details["limit"]) == ("reading-ended", 30)


def test_what_takes_too_long_is_a_finding():
    case, (finding,) = check_outside(SMALL, seconds=0.05)
    assert case is None
    assert finding.code == "reading-too-long"
    assert "0,05" in finding.message("fr")
