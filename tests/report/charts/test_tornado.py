"""The tornado chart says what the table of swings says, the widest first, in both languages."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from rampart.report.chapters.fleet import words_of
from rampart.report.charts.fleet import Names
from rampart.report.charts.tornado import MOST_FIGURES, tornado_chart
from rampart.results.result import Result


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_end_is_drawn_from_the_answer_as_it_stands(fleets: Result, language: str) -> None:
    chart = tornado_chart(fleets, words_of(fleets, language), Names(fleets, language))  # type: ignore[arg-type]
    assert chart is not None
    base = fleets["availability"]["available"].sum()
    rows = fleets["swings"].head(MOST_FIGURES)
    bars = [(bar["label"], bar["value"]) for bar in chart.spec["data"]["values"]]
    assert len(bars) == 2 * rows.height
    for n, row in enumerate(rows.iter_rows(named=True)):
        (first, wide), (second, narrow) = bars[2 * n : 2 * n + 2]
        assert first == second
        assert abs(wide) >= abs(narrow)
        assert sorted((wide, narrow)) == pytest.approx(sorted((row["at_low"] - base, row["at_high"] - base)))
    widths = [row["swing"] for row in rows.iter_rows(named=True)]
    assert widths == sorted(widths, reverse=True)


def test_nothing_is_drawn_where_no_figure_has_a_range(fleets: Result) -> None:
    bare = replace(fleets, tables={**fleets.tables, "swings": pl.DataFrame(schema=fleets["swings"].schema)})
    assert tornado_chart(bare, words_of(bare, "en"), Names(bare, "en")) is None
