"""What comes late is told: in the headline, in the figures of the first page and in a comparison."""

from __future__ import annotations

import pytest

import rampart
from cases_small import CONTRACT, case, line, month
from rampart.language.headlines import key_figures, sentences
from rampart.language.in_words import InWords
from rampart.results.comparison import compare
from rampart.results.lateness import lateness
from rampart.results.result import Result


def plan(lead: float) -> Result:
    """Twenty due in the first month; a line makes up to ten a month, first after so many months."""
    due = {"holder": "UUU", "item": "shell", "purpose": "operations", "rate_per": "month", "need": 20.0, "late": True}
    return rampart.plan(
        case(
            8, ["need", "money"], lines=[line(lead_time=lead)], contracts=[CONTRACT | {"ship_to": "UUU"}],
            demand=[due | {"from": month(0), "until": month(0)}],
        )
    )  # fmt: skip


def test_all_is_met_and_it_is_said_how_late() -> None:
    """Ten come after three months and ten after four: 3.5 months late on average."""
    late = plan(3.0)
    assert lateness(late)["shell"] == pytest.approx((20.0, 0.0, 3.5))
    answer = InWords(late, "en")
    assert any("come late, 3.5 months after they were due on average" in said for said in sentences(answer))
    assert any("come late: 100% of the need" in figure.label for figure in key_figures(answer))
    assert any("en retard" in said for said in sentences(InWords(late, "fr")))


def test_own_use_that_comes_late_is_said_too() -> None:
    """A member is to use twenty in the first month; ten come after three months and ten after four."""
    due = {"holder": "AAA", "item": "shell", "purpose": "training", "rate_per": "month", "need": 20.0, "late": True}
    late = rampart.plan(
        case(
            8, ["own_use", "money"], lines=[line(lead_time=3.0)], contracts=[CONTRACT],
            demand=[due | {"from": month(0), "until": month(0)}],
        )
    )  # fmt: skip
    assert lateness(late) == {} and lateness(late, own=True)["shell"] == pytest.approx((20.0, 0.0, 3.5))
    for language, told in (
        (
            "en",
            "Of members' own use 20 rounds (shell, 100% of it) come late, 3.5 months after they were due on average.",
        ),
        (
            "fr",
            "De la consommation propre des membres, 20 coups (shell, 100 % de celle-ci) viennent en retard, en moyenne 3,5 ",
        ),
    ):
        said = " ".join(sentences(InWords(late, language)))  # type: ignore[arg-type]
        assert told in said.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_comparison_shows_demands_that_slip() -> None:
    """Served in full both ways; with one month more lead time each unit waits a month more: 70 and 90 unit-months."""
    table = compare(plan(3.0), plan(4.0))["demand"]
    assert table["late"].to_list() == [pytest.approx(70.0)]
    assert table["late second"].to_list() == [pytest.approx(90.0)]
