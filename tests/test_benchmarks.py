"""The measured cases can be made, so that a change of the catalogue does not break the benchmarks unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.bare_solver import GAP, beside
from benchmarks.cases import SIZES, synthetic_case
from benchmarks.fleet_command import write_case

from places import CASES, PUBLISHED
from rampart.case.doors import check_case, read_case


def test_a_synthetic_case_has_no_errors(tmp_path: Path) -> None:
    _, findings = check_case(synthetic_case(SIZES["XS"]).save(tmp_path / "case"))
    assert [f for f in findings if f.severity == "error"] == []


def test_a_case_of_fleets_of_any_size_has_no_errors(tmp_path: Path) -> None:
    _, findings = check_case(write_case(tmp_path / "case", 5))
    assert [f for f in findings if f.severity == "error"] == []


@pytest.mark.parametrize("name", ["tiny", "lots-with-capacity"])
def test_the_solver_alone_comes_to_the_same(name: str) -> None:
    """Pass by pass, on the same matrices: in whole numbers within the gap of every pass so far."""
    folder = CASES / name if name == "tiny" else PUBLISHED / name
    both = beside(read_case(folder))
    assert both.bare_values and not both.cut
    for place, (told, value) in enumerate(both.bare_values.items(), start=1):
        within = 2 * place * GAP if both.numbers else 1e-6
        assert both.values[told] == pytest.approx(value, rel=within, abs=within)
