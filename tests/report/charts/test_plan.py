from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest

from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.report.charts import drawing
from rampart.report.pages.plan import CHARTS, charts
from report.report_sample import without


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_chart_draws(plan, language):
    drawn = charts(plan, language=language)
    assert set(drawn) == set(CHARTS)
    for figure in drawn.values():
        for picture in figure.rows(Words(language)):
            assert picture.startswith("<svg aria-hidden=") and "NaN" not in picture
            assert "undefined" not in picture and "http" not in picture
        assert figure.title and figure.note and figure.alt


def test_french_axes_are_french(plan):
    (picture,) = CHARTS["stock"](InWords(plan, "fr")).rows(Words("fr"))
    assert "600\u202f000" in picture and "stock exigé" in picture


# What a case has on order is drawn whatever the plan decides: see test_promises.
@pytest.mark.parametrize("name", [name for name in CHARTS if name != "promises"])
def test_no_chart_without_data(plan, name):
    assert CHARTS[name](InWords(without(plan), "en")) is None


def test_a_limit_that_holds_two_objectives_back_has_two_bars(plan):
    """Drawn in one row they lay over each other."""
    first = plan["bottlenecks"].filter(how="kind").head(1)
    other = "own_use" if first["objective"].item() != "own_use" else "need"
    both = pl.concat([first, first.with_columns(objective=pl.lit(other), rank=first["rank"] + 1)])
    figure = CHARTS["bottlenecks"](InWords(replace(plan, tables={**plan.tables, "bottlenecks": both}), "en"))
    rows = figure.spec["data"]["values"]
    y = figure.spec["layer"][0]["encoding"]["y"]["field"]
    assert len({row["name"] for row in rows}) == 1 and len({row[y] for row in rows}) == 2


def _panel(figure, title):
    return next(p for p in figure.spec["concat"] if title in p["title"])


def test_a_quarter_is_drawn_as_a_monthly_rate(plan):
    panel = _panel(CHARTS["production"](InWords(plan, "en")), "powder")
    bars = panel["layer"][0]["data"]["values"]
    output = plan["production"].filter(pl.col("line") == "fr-powder").sort("period")["output"].to_list()
    lengths = plan["periods"]["months"].to_list()
    assert [b["y2"] - b["y"] for b in bars] == pytest.approx([o / n for o, n in zip(output, lengths, strict=True)])
    days = [(b["x2"] - b["x"]) / 86_400_000 for b in bars]
    assert days[0] == 31 and days[12] == 31 + 28 + 31


def test_a_line_without_limit_has_no_capacity_line(plan):
    figure = CHARTS["production"](InWords(plan, "en"))
    marks = [layer["mark"]["type"] for layer in _panel(figure, "charges")["layer"]]
    assert "line" not in marks
    names = [v["name"] for layer in _panel(figure, "charges")["layer"] for v in layer["data"]["values"] if "name" in v]
    assert "capacity: unlimited" in names
    assert "line" in [layer["mark"]["type"] for layer in _panel(figure, "powder")["layer"]]


def test_deliveries_stack_to_what_arrives(plan):
    panel = _panel(CHARTS["deliveries"](InWords(plan, "en")), "artillery")
    tops: dict[int, float] = {}
    for bar in panel["layer"][0]["data"]["values"]:
        tops[bar["x"]] = max(tops.get(bar["x"], 0.0), bar["y2"])
    stock = plan["stock"].filter((pl.col("holder") == "UKR") & (pl.col("item") == "shell")).join(
        plan["periods"].select("period", "months"), on="period"
    ).sort("period")  # fmt: skip
    arrived = stock.select(pl.sum_horizontal("received", "made", "bought", "ordered") / pl.col("months")).to_series()
    assert [tops[x] for x in sorted(tops)] == pytest.approx([v for v in arrived if v > 0])


def test_labels_keep_their_distance():
    placed = drawing.spread([10.0, 10.0, 11.0, 90.0, 100.0], top=100.0, height=100.0, gap=12.0)
    order = sorted(placed)
    assert placed == sorted(placed)
    assert all(b - a >= 12.0 - 1e-9 for a, b in pairwise(order))
    assert max(placed) <= 100.0
    assert drawing.spread([], top=1.0, height=10.0) == []


@pytest.mark.parametrize("months", [3, 12, 18, 36, 96, 240])
def test_time_axes_are_never_crowded(months):
    first = drawing.millis(2024 * 12)
    axis = drawing.time_axis(first, drawing.millis(2024 * 12 + months), width=205)["axis"]
    assert 1 <= len(axis["values"]) <= 5
    assert all(math.isfinite(v) for v in axis["values"])


def test_colours_differ_in_lightness():
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    steps = [lightness(c) for c in drawing.COVERAGE_COLOURS]
    assert steps == sorted(steps)
    pairs = pairwise(drawing.SERIES)
    assert all(abs(lightness(a) - lightness(b)) > 0.05 for a, b in pairs)
    for paper, ink in zip(drawing.COVERAGE_COLOURS, drawing.COVERAGE_INK, strict=True):
        light, dark = sorted((lightness(paper), lightness(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3.0


def _lightness(colour: str) -> float:
    """L* of CIELAB, from the sRGB definition."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    ]
    y = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_series_stay_apart_in_grey():
    grey = [_lightness(colour) for colour in drawing.SERIES]
    levels = sorted(grey)
    assert min(b - a for a, b in pairwise(levels)) >= 9
    assert min(abs(b - a) for a, b in pairwise(grey)) >= 15
    assert abs(_lightness(drawing.COMMITMENTS) - _lightness(drawing.PAYMENTS)) >= 15
    assert abs(_lightness(drawing.STOCK) - _lightness(drawing.MISSING)) >= 15
