"""Back-tests look at nothing later than their origin, and their scores are those of the definitions."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rampart.sources.backtest.books import BookScores, score_books
from rampart.sources.calibration.expected import packaged_slips
from rampart.sources.jbook.history import orders
from rampart.sources.jbook.tables import read_books
from sources.slipping_books import books_with_slips, slips_of
from sources.small_books import Item, Maker, Order, book, write


def test_forecasts_cover_and_beat_the_book_where_slips_go_on_alike(tmp_path: Path) -> None:
    scores = score_books(books_with_slips(tmp_path, slips_of(3, (2013, 2014, 2015, 2016))))
    assert scores.skipped == (2013,)
    whole = scores.summary.filter(pl.col("cut") == "all").row(0, named=True)
    assert whole["n"] == 120 * 3
    assert whole["coverage_low"] <= whole["coverage"] <= whole["coverage_high"]
    assert 0.75 <= whole["coverage"] <= 0.93  # whole months: the interval holds more than 80 % of few values
    assert whole["crps"] < whole["crps_naive"]
    rows = scores.forecasts
    assert (rows["crps_naive"] == rows["slip"].abs()).all()
    assert rows["inside"].to_list() == ((rows["low"] <= rows["slip"]) & (rows["slip"] <= rows["high"])).to_list()
    assert rows["slip"].sum() > 0


def known_only(scores: BookScores) -> pl.DataFrame:
    rows = scores.forecasts.filter((pl.col("origin") == 2014) & (pl.col("ahead") == 1))
    return rows.select("item", "line_item", "promised", "expected", "low", "high", "learned_from").sort("line_item")


def test_later_books_change_no_earlier_forecast(tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "late").mkdir()
    slips = slips_of(3, (2013, 2014, 2015, 2016))
    calm = score_books(books_with_slips(tmp_path / "calm", slips))
    late = score_books(books_with_slips(tmp_path / "late", {**slips, 2016: [60] * 120, 2015: [36] * 120}))
    assert known_only(calm).equals(known_only(late))
    assert len(known_only(calm)) == 120
    assert late.forecasts["crps"].mean() > calm.forecasts["crps"].mean()  # type: ignore[operator]


def test_leaving_a_year_out_learns_nothing_from_it(tmp_path: Path) -> None:
    slips = slips_of(3, (2013, 2014, 2015))
    frame = books_with_slips(tmp_path, {**slips, 2015: [40] * 120})
    scores = score_books(frame, leave_out=True).forecasts
    into_2015 = scores.filter((pl.col("later") == 2015) & (pl.col("ahead") == 1))
    assert into_2015["high"].max() < 40  # type: ignore[operator]
    assert not into_2015["inside"].any()


def test_slips_of_the_package_stand_in_for_earlier_books_and_none_from_later_ones(tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    late = books_with_slips(tmp_path / "late", slips_of(3, (2018, 2019)))
    alone, helped = score_books(late), score_books(late, earlier=packaged_slips())
    assert alone.skipped == (2018,)
    assert helped.skipped == ()
    assert set(helped.forecasts["learned_from"]) == {len(packaged_slips())}
    (tmp_path / "early").mkdir()
    early = score_books(books_with_slips(tmp_path / "early", slips_of(3, (2014, 2015))), earlier=packaged_slips())
    before = packaged_slips().filter(pl.col("later_year") <= 2014)
    assert set(early.forecasts["learned_from"]) == {len(before)}
    own = books_with_slips(tmp_path / "early", slips_of(3, (2013, 2014, 2015)))
    same = (pl.col("appropriation") == own["appropriation"][0]) & (pl.col("later_year") == 2014)
    both = score_books(own, earlier=packaged_slips()).forecasts
    assert set(both["learned_from"]) == {120 + len(before.filter(~same))}


def test_an_appropriation_is_known_by_its_number(tmp_path: Path) -> None:
    for code in ("2034A", "2034", "2034a "):
        text = book([Item(makers=[Maker(orders=[Order(2016, "2016-01", "2017-01", 10)])])]).replace("2034A", code)
        assert set(orders(read_books([write(tmp_path, "b.xml", text)]).tables)["account"]) == {"ammunition"}, code


def test_two_books_are_too_few(tmp_path: Path) -> None:
    scores = score_books(books_with_slips(tmp_path, slips_of(3, (2013, 2014))))
    assert scores.summary.is_empty()
    assert scores.skipped == (2013,)


def test_orders_of_other_accounts_are_forecast_from_all(tmp_path: Path) -> None:
    books_with_slips(tmp_path, slips_of(3, (2018, 2019)))
    for file in tmp_path.glob("*.xml"):
        file.write_text(file.read_text().replace("2034A", "0300D"))
    scores = score_books(orders(read_books([tmp_path]).tables), earlier=packaged_slips())
    assert set(scores.forecasts["account"]) == {"other"}
    assert len(scores.forecasts) == 120
    slips = packaged_slips().filter(pl.col("ahead") == 1)["slip"]
    assert scores.forecasts["expected"].to_list() == pytest.approx([slips.mean()] * 120)


def test_orders_that_are_not_found_again_stand_beside_every_score(tmp_path: Path) -> None:
    frame = books_with_slips(tmp_path, slips_of(3, (2013, 2014, 2015)))
    whole = score_books(frame).summary.filter(pl.col("cut") == "all").row(0, named=True)
    assert (whole["not_found"], whole["coverage_least"], whole["coverage_most"]) == (
        0.0,
        whole["coverage"],
        whole["coverage"],
    )
    # One order in four of the last book is gone: nobody can say where it would have come.
    gone = frame.filter((pl.col("budget_year") != 2015) | (pl.col("order").rank("dense").over("document") % 4 != 0))
    part = score_books(gone).summary.filter(pl.col("cut") == "years ahead").row(0, named=True)
    kept, lost = part["n"], part["n"] / (1 - part["not_found"]) - part["n"]
    assert part["not_found"] == pytest.approx(0.25, abs=0.02)
    assert part["coverage_least"] == pytest.approx(part["coverage"] * kept / (kept + lost))
    assert part["coverage_most"] == pytest.approx((part["coverage"] * kept + lost) / (kept + lost))


def test_scores_stand_by_appropriation(tmp_path: Path) -> None:
    summary = score_books(books_with_slips(tmp_path, slips_of(3, (2013, 2014, 2015)))).summary
    assert summary.filter(pl.col("cut") == "appropriation")["value"].to_list() == ["2034A"]
