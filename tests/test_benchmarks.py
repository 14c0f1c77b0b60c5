"""The measured cases can be made, so that a change of the catalogue does not break the benchmarks unseen."""

from __future__ import annotations

from pathlib import Path

from benchmarks.cases import SIZES, synthetic_case

from rampart.case.doors import check_case


def test_a_synthetic_case_has_no_errors(tmp_path: Path) -> None:
    _, findings = check_case(synthetic_case(SIZES["XS"]).save(tmp_path / "case"))
    assert [f for f in findings if f.severity == "error"] == []
