"""The public books themselves, where they lie beside the repository: nothing lost, figures, forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from places import ROOT
from rampart.sources.backtest.books import score_books
from rampart.sources.backtest.ramp_scores import score_ramp
from rampart.sources.calibration.expected import TABLE as SLIPS
from rampart.sources.calibration.facts import calibrate, packaged, write_facts
from rampart.sources.calibration.slips import pairs
from rampart.sources.jbook.history import orders
from rampart.sources.jbook.tables import Books, read_books
from sources.small_books import public_folder

FOLDER = public_folder("jbook")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the public books are not beside the repository")


@pytest.fixture(scope="module")
def books() -> Books:
    assert FOLDER is not None
    return read_books([FOLDER])


@pytest.fixture(scope="module")
def facts(books: Books) -> pl.DataFrame:
    return calibrate(books.tables)


def test_every_element_is_accounted_for(books: Books) -> None:
    assert [f for f in books.findings if f.severity == "error"] == []
    counts = books.counts.with_columns(sum=pl.sum_horizontal("in_tables", "in_rest", "containers", "blank"))
    assert len(counts) == 28
    assert (counts["sum"] == counts["elements"]).all()
    assert counts["in_rest"].sum() / counts["elements"].sum() < 0.02


def test_the_traps_are_met(books: Books) -> None:
    codes = {f.code for f in books.findings}
    assert codes >= {
        "jbook-rate-units-mixed", "jbook-rate-unit-unknown", "jbook-zero-not-reported", "jbook-other-customers",
        "jbook-line-item-twice", "jbook-names-matched", "jbook-maker-unnamed", "jbook-below-minimum", "jbook-rates-apart",
        "jbook-schedule-long",
    }  # fmt: skip


def test_the_line_with_rates_in_two_units_is_shown() -> None:
    assert FOLDER is not None
    one = read_books([FOLDER / "2016_army_ammo.xml.xz"])
    assert any(f.value.startswith("2280 / 1.37e+07") for f in one.findings if f.code == "jbook-rates-apart")


# As published for a larger set (one more year, master books too). The third figure is how far these files may lie off.
PUBLISHED = [
    ("maximum rate / one-shift rate", "ammunition", "first quartile", 2.0, 0.35),
    ("maximum rate / one-shift rate", "ammunition", "median", 2.06, 0.1),
    ("maximum rate / one-shift rate", "ammunition", "third quartile", 3.0, 0.3),
    ("maximum rate / one-shift rate", "missiles", "first quartile", 1.33, 0.05),
    ("maximum rate / one-shift rate", "missiles", "median", 1.6, 0.1),
    ("maximum rate / one-shift rate", "missiles", "third quartile", 2.0, 0.1),
    ("one-shift rate / minimum rate", "ammunition", "first quartile", 1.9, 0.2),
    ("one-shift rate / minimum rate", "ammunition", "median", 4.0, 0.3),
    ("one-shift rate / minimum rate", "missiles", "first quartile", 1.7, 0.1),
    ("one-shift rate / minimum rate", "missiles", "median", 2.1, 0.1),
    ("one-shift rate / minimum rate", "missiles", "third quartile", 3.2, 0.1),
    ("reorder administrative lead time", "ammunition", "median", 6, 0),
    ("reorder administrative lead time", "missiles", "median", 3, 0),
    ("reorder production lead time", "ammunition", "median", 13.5, 1),
    ("reorder total lead time", "ammunition", "median", 20, 1.5),
    ("reorder total lead time", "missiles", "median", 25, 2),
    ("reorder total lead time", "missiles", "third quartile", 27, 1),
    ("mean planned rate / one-shift rate", "ammunition", "median", 0.78, 0.15),
    ("mean planned rate / one-shift rate", "missiles", "median", 0.60, 0.1),
    ("peak planned rate / maximum rate", "ammunition", "median", 0.48, 0.1),
    ("peak planned rate / maximum rate", "missiles", "median", 0.53, 0.1),
    ("elements with a single manufacturer", "ammunition", "mean", 0.78, 0.06),
    ("elements with a single manufacturer", "missiles", "mean", 0.86, 0.08),
    ("slip of first delivery, 1 book later", "ammunition", "mean", 1.3, 0.2),
    ("slip of first delivery, 1 book later", "missiles", "mean", 0.6, 0.2),
    ("award slip, 2 books later", "ammunition", "mean", 3.9, 0.8),
    ("price-quantity elasticity", "missiles", "slope", -0.067, 0.02),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "account", "statistic", "published", "off"), PUBLISHED)
def test_figures_are_close_to_those_published(
    fact: str, account: str, statistic: str, published: float, off: float, facts: pl.DataFrame
) -> None:
    rows = facts.filter(
        (pl.col("fact") == fact) & (pl.col("account") == account) & (pl.col("statistic") == statistic)
        & pl.col("group").is_in(["", "all that report", "all open", "within an item over years"])
    )  # fmt: skip
    assert rows["value"].to_list() == [pytest.approx(published, abs=off + 1e-9)]


def test_the_facts_in_the_package_are_those_of_the_books(facts: pl.DataFrame, books: Books, tmp_path: Path) -> None:
    write_facts(facts, tmp_path / "facts.csv")
    again = pl.read_csv(tmp_path / "facts.csv", schema=packaged().schema)
    key = ["fact", "account", "group", "statistic"]
    assert again.sort(key).equals(packaged().sort(key))
    text = ROOT.joinpath("src", "rampart", SLIPS).read_text(encoding="utf-8")
    counted = pl.read_csv(text.encode())
    assert counted["times"].sum() == len(pairs(orders(books.tables)))


def whole(summary: pl.DataFrame) -> Mapping[str, float]:
    return summary.filter(pl.col("cut") == "all").row(0, named=True)


@pytest.mark.parametrize("leave_out", [False, True])
def test_slips_are_forecast_better_than_by_the_book(leave_out: bool, books: Books) -> None:
    scores = score_books(orders(books.tables), leave_out=leave_out)
    found = whole(scores.summary)
    assert found["n"] > 1000
    assert 0.75 <= found["coverage"] <= 0.85
    assert found["crps"] < 0.9 * found["crps_naive"]
    assert found["pinball"] < found["pinball_naive"]
    parts = scores.summary.filter(pl.col("cut").is_in(["account", "later book"]))
    assert (parts["crps"] < parts["crps_naive"]).all()
    assert parts["coverage"].is_between(0.72, 0.88).all()


def test_the_ramp_beats_its_rivals_on_what_is_here() -> None:
    public = public_folder("public")
    assert public is not None
    rounds = score_ramp(public).summary.filter(pl.col("series") == "us_155mm_bodies_rate").row(0, named=True)
    assert rounds["crps"] < min(rounds["crps_announced"], rounds["crps_straight"])
