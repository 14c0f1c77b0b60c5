"""Every line of ``cases/published.csv``: what was published beside what its case gives."""

from __future__ import annotations

import pytest
from benchmarks.published import Beside, beside, gives, lines

LINES = lines()
CHECKED = [line for line in LINES if line["agrees"]]


def named(line: dict[str, str]) -> str:
    return f"{line['case']} {line['with']} {line['what']}"


@pytest.mark.parametrize("line", CHECKED, ids=named)
def test_the_case_gives_what_was_published(line: dict[str, str]) -> None:
    published, room = float(line["published"]), float(line["agrees"])
    counted = line["unit"] in ("rounds", "EUR m")
    assert gives(line) == pytest.approx(published, abs=room * (published if counted else 1.0))


def test_what_is_only_laid_beside_is_not_called_an_agreement() -> None:
    found = {row.what: row for row in beside() if row.change != "from-stock"}
    assert isinstance(found["Given by the end of November 2023"], Beside)
    assert found["Given by the end of November 2023"].agrees is None


def test_output_alone_gave_less_than_was_given() -> None:
    """225,000 rounds by the end of November 2023 at 25,000 a month, of 300,000 counted: the rest came from stock."""
    (line,) = [each for each in LINES if each["what"] == "Given by the end of November 2023"]
    assert gives(line) == pytest.approx(9 * 25_000)


def test_every_line_names_its_source_and_note() -> None:
    assert all(line["source"] and line["note"] for line in LINES)
