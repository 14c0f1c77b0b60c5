"""Charts printed in grey: what stands together differs in lightness by a tenth of the scale, and filled areas in pattern."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.report.charts import drawing
from rampart.report.charts.fleet import Names, causes_chart
from rampart.report.charts.stock import deliveries_chart
from rampart.results.result import Result


def lightness(colour: str) -> float:
    """L* of CIE 1976 of an sRGB colour, 0 black to 100 white (CIE 15:2004, IEC 61966-2-1), in grey print the tone."""
    shares = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return float(116 * y ** (1 / 3) - 16 if y > 216 / 24389 else 24389 / 27 * y)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1."""

    def luminance(colour: str) -> float:
        value = lightness(colour)
        return ((value + 16) / 116) ** 3 if value > 8 else value * 27 / 24389

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_lightness_is_that_of_the_standard() -> None:
    assert lightness("#000000") == pytest.approx(0)
    assert lightness("#ffffff") == pytest.approx(100)
    assert lightness("#777777") == pytest.approx(50.03, abs=0.05)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    "together",
    [
        drawing.SERIES, (*drawing.SERIES, "#000000"), (drawing.STOCK, drawing.REQUIREMENT, drawing.FLOOR),
        (drawing.COMMITMENTS, drawing.PAYMENTS), (drawing.STOCK, drawing.MISSING),
    ],
)  # fmt: skip
def test_colours_that_stand_together_differ_in_lightness(together: tuple[str, ...]) -> None:
    for one, other in combinations(together, 2):
        assert abs(lightness(one) - lightness(other)) > 9.5, (one, other)


def test_navy_and_brick_are_told_apart() -> None:
    assert abs(lightness(drawing.STOCK) - lightness(drawing.FLOOR)) > 15


def test_coverage_goes_from_dark_to_light() -> None:
    tones = [lightness(colour) for colour in drawing.COVERAGE_COLOURS]
    assert tones == sorted(tones)
    for colour, ink in zip(drawing.COVERAGE_COLOURS, drawing.COVERAGE_INK, strict=True):
        assert contrast(colour, ink) >= 4.5, (colour, ink)


def test_all_but_the_first_series_have_a_pattern_that_shows_on_their_colour() -> None:
    assert set(drawing.SERIES[1:]) < set(drawing.PATTERNS)
    assert len({strokes for strokes, _ in drawing.PATTERNS.values()}) >= 6
    for colour, (_, stroke) in drawing.PATTERNS.items():
        assert abs(lightness(colour) - lightness(stroke)) > 25, colour


def test_bars_and_their_legend_carry_one_pattern(plan: Result, fleets: Result) -> None:
    words = Words("en")
    for figure in (deliveries_chart(InWords(plan)), causes_chart(fleets, words, Names(fleets, "en"))):
        assert figure is not None
        drawn = "".join(figure.rows(words))
        defined = set(re.findall(r'<pattern id="([^"]+)"', drawn))
        used = set(re.findall(r'fill="url\(#([^)]+)\)"', drawn))
        assert used == defined != set()
        for colour in drawing.PATTERNS:  # nothing that is filled is left without its pattern
            assert f'fill="{colour}"' not in re.sub(r"<pattern.*?</pattern>", "", drawn)
        legend = re.findall(r'<g class="mark-symbol role-legend-symbol.*?</g>', drawn)
        assert any("url(#" in symbol for symbol in legend)
