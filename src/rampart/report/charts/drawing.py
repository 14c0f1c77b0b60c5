"""How every chart looks: palette, type, time axis, direct labels; and Vega-Lite to SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from rampart.language.words import Words

if TYPE_CHECKING:
    from rampart.results.result import Result

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
INK = "#1a1a1a"
QUIET = "#595959"
RULE = "#c8c8c8"
# Every two differ in lightness by a tenth of the scale, neighbours by more, so that they stay apart in grey print and for
# colour-blind readers.
SERIES = ("#1f4e79", "#e8a33d", "#448880", "#481509", "#d4e0f0", "#646464", "#ae9359")
STOCK, REQUIREMENT, FLOOR = "#1f4e79", "#1a1a1a", "#c2521d"
COMMITMENTS, PAYMENTS = "#4a86b8", "#cfe0ee"
MISSING = "#f6ddc4"
# What fills an area is told apart by a pattern too: strokes in a cell of 6 by 6 pixels, and their colour.
_RISING, _FALLING = "M-1,1L1,-1M0,6L6,0M5,7L7,5", "M-1,5L1,7M0,0L6,6M5,-1L7,1"
PATTERNS = {
    SERIES[1]: (_RISING, "#8a5a12"),
    SERIES[2]: (_FALLING, "#dcefec"),
    SERIES[3]: ("M1,1.5h1.6M4,4.5h1.6", "#ffffff"),
    SERIES[4]: ("M0,3H6", "#6f87a8"),
    SERIES[5]: ("M3,0V6", "#f0f0f0"),
    SERIES[6]: ("M0,3H6M3,0V6", "#5c4a1c"),
    PAYMENTS: (_RISING, "#5d88ad"),
    FLOOR: (_FALLING, "#f3c9b0"),
}
# The same in the native charts of workbooks: the pattern of Excel that is nearest.
NATIVE_PATTERNS = {
    SERIES[1]: "wide_upward_diagonal",
    SERIES[2]: "wide_downward_diagonal",
    SERIES[3]: "dotted_grid",
    SERIES[4]: "narrow_horizontal",
    SERIES[5]: "narrow_vertical",
    SERIES[6]: "small_grid",
    PAYMENTS: "light_upward_diagonal",
    FLOOR: "wide_downward_diagonal",
}
# Low coverage is dark, full coverage light: the order survives a grey printer.
COVERAGE_STEPS = (0.25, 0.5, 0.75, 1.0)
COVERAGE_COLOURS = ("#7a2a0b", "#a94a12", "#f0a860", "#fbdcb8", "#dcebf5")
COVERAGE_INK = ("#ffffff", "#ffffff", INK, INK, INK)
WIDTH = 660
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

CONFIG: Spec = {
    "font": FONT,
    "background": "white",
    # Room for what is named at the right edge, also where the reader's machine has a wider font than the one measured.
    "padding": {"left": 5, "top": 5, "bottom": 5, "right": 24},
    "aria": False,
    "view": {"stroke": None},
    "concat": {"spacing": 18},
    "title": {
        "fontSize": 12,
        "anchor": "start",
        "frame": "group",
        "color": INK,
        "fontWeight": "bold",
        "offset": 8,
    },
    "axis": {
        "labelFontSize": 10.5,
        "titleFontSize": 10.5,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": QUIET,
        "gridColor": "#e6e6e6",
        "domainColor": "#8a8a8a",
        "tickColor": "#8a8a8a",
        "tickSize": 4,
        "labelLimit": 400,
    },
    "axisY": {"domain": False, "ticks": False},
    "axisX": {"grid": False},
    # Plots of all rows of small multiples start at one place.
    "axisYQuantitative": {"minExtent": 52},
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 11,
        "labelColor": INK,
        "symbolStrokeWidth": 0,
        "symbolType": "square",
        "labelLimit": 400,
        "offset": 6,
    },
    "text": {"fontSize": 10.5, "color": INK},
}


@dataclass(frozen=True)
class Figure:
    """A chart ready to be placed: the words around it, its Vega-Lite spec, and what it says in words."""

    key: str
    title: str
    note: str
    alt: str
    spec: Spec = field(repr=False)

    def rows(self, words: Words) -> list[str]:
        """Inline SVG, one for each row of small multiples, so that a page may break between rows.

        They carry no names of their own: ``alt`` belongs to what holds them.
        """
        parts = self.parts()
        keys = [self.key] if len(parts) == 1 else [f"{self.key}-{n}" for n in range(len(parts))]
        return [svg(spec, words, key=key) for spec, key in zip(parts, keys, strict=True)]

    def parts(self) -> list[Spec]:
        """One spec for each row of small multiples."""
        panels: list[Spec] = self.spec.get("concat", [])
        columns = self.spec.get("columns", len(panels))
        if len(panels) <= columns:
            return [self.spec]
        # The legend stands once, above the first row.
        quiet = self.spec["config"] | {"legend": {"disable": True}}
        chunks = [panels[n : n + columns] for n in range(0, len(panels), columns)]
        return [self.spec | {"concat": c} | ({"config": quiet} if n else {}) for n, c in enumerate(chunks)]


def millis(month: int) -> int:
    """First instant of a month number as milliseconds UTC, the time that Vega reads."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)


def month_of(month: date | str) -> int:
    """Number of a month, given as a day in it or as "YYYY-MM"."""
    day = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
    return 12 * day.year + day.month - 1


def edges(plan: Result) -> dict[int, tuple[int, int]]:
    """First and last instant of every period, in milliseconds."""
    rows = plan.tables["periods"].select("period", "month", "months").iter_rows()
    return {p: (millis(month_of(m)), millis(month_of(m) + n)) for p, m, n in rows}


def time_axis(first: int, last: int, *, width: int = 400, short: bool = False) -> Spec:
    """X over time from ``first`` to ``last`` (milliseconds): years, or months where the plan is short.

    Time is UTC throughout, so that a chart is the same in every time zone.
    """
    months = round((last - first) / 2_629_800_000)
    start = datetime.fromtimestamp(first / 1000, tz=UTC)
    begin = start.year * 12 + start.month - 1
    # A month with its year takes about 62 pixels, a year alone 40.
    fits = [s for s in (1, 2, 3, 6) if months / s <= max(2, width // 62)]
    fits += [s for s in (12, 24, 60, 120, 240) if months / s <= max(2, width // 40)]
    step = min(fits, default=240)
    ticks = [m for m in range(begin, begin + months + 1) if m % step == 0]
    axis: Spec = {
        "values": [millis(m) for m in ticks],
        "format": "%Y" if step >= 12 else "%b %Y",
        "title": None,
        "labelOverlap": True,
    }
    if short:
        axis |= {"labels": False, "ticks": False}
    return {
        "type": "temporal",
        "scale": {"type": "utc", "domain": [first, last], "nice": False},
        "axis": axis,
    }


def seam(periods: int) -> Spec:
    """White edge of bars over time: none where bars are so thin that it would hide them."""
    return {"type": "rect", "stroke": "white", "strokeWidth": 0.3 if periods <= 40 else 0}


def amount_axis(top: float, title: str | None = None, *, percent: bool = False) -> Spec:
    """Y from zero to just above ``top``."""
    top = top if top > 0 else 1.0
    axis: Spec = {"tickCount": 4, "title": title, "format": ".0%" if percent else ",~f"}
    return {"type": "quantitative", "scale": {"domain": [0, top * 1.06], "nice": False}, "axis": axis}


def spread(values: Sequence[float], *, top: float, height: float, gap: float = 12.0) -> list[float]:
    """Heights for labels at ``values`` so that none is closer than ``gap`` pixels to the next.

    top is the value at the upper edge of a panel of ``height`` pixels. Labels keep the order of their values.
    """
    if not values:
        return []
    unit = (top or 1.0) / height
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [values[i] / unit for i in order]
    for n in range(1, len(placed)):
        placed[n] = max(placed[n], placed[n - 1] + gap)
    over = placed[-1] - height
    if over > 0:
        placed[-1] -= over
        for n in range(len(placed) - 2, -1, -1):
            placed[n] = min(placed[n], placed[n + 1] - gap)
    result = [0.0] * len(values)
    for n, i in enumerate(order):
        result[i] = placed[n] * unit
    return result


def labels(
    names: Sequence[str],
    values: Sequence[float],
    colours: Sequence[str],
    *,
    x: int,
    top: float,
    height: float,
    room: int = 200,
) -> list[Spec]:
    """Layers that name series at the right edge, in so many pixels: a square in the series' colour and the name in ink."""
    places = spread(values, top=top, height=height)
    rows = [
        {"x": x, "y": y, "name": name, "colour": colour} for name, y, colour in zip(names, places, colours, strict=True)
    ]
    base: Spec = {
        "x": {"field": "x", "type": "temporal", "scale": {"type": "utc"}},
        "y": {"field": "y", "type": "quantitative"},
    }
    square: Spec = {
        "data": {"values": rows},
        "mark": {"type": "square", "size": 46, "opacity": 1, "xOffset": 9},
        "encoding": base | {"color": {"field": "colour", "type": "nominal", "scale": None}},
    }
    text: Spec = {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "dx": 17, "baseline": "middle", "limit": room},
        "encoding": base | {"text": {"field": "name"}},
    }
    return [square, text]


def framed(content: Spec, **extra: Any) -> Spec:
    """A whole spec: schema, look, content."""
    return {"$schema": SCHEMA, "config": CONFIG, **content, **extra}


def panels(parts: Sequence[Spec], *, columns: int) -> Spec:
    """Small multiples, each with its own scale."""
    return framed(
        {
            "concat": list(parts),
            "columns": columns,
            "resolve": {"scale": {"x": "independent", "y": "independent"}},
        }
    )


def locales(words: Words) -> tuple[dict[str, Any], Literal["fr-FR", "en-GB"]]:
    """Number and time locale of axes, the same signs as in the text."""
    if words.language == "fr":
        number = {
            "decimal": ",",
            "thousands": "\u202f",
            "grouping": [3],
            "currency": ["", ""],
            "percent": "\u202f%",
        }
        return number, "fr-FR"
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "percent": "%"}, "en-GB"


def svg(spec: Spec, words: Words, *, key: str) -> str:
    """Inline SVG of a spec, with ids of its own and without outside addresses."""
    drawn = drawing_of(spec, words)
    # Several charts share one page: ids such as "clip0" must not meet.
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", drawn)
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1\.1"', "", drawn)
    return drawn.replace("<svg ", '<svg aria-hidden="true" ', 1)


def drawing_of(spec: Spec, words: Words) -> str:
    """A spec as an SVG file of its own."""
    import vl_convert

    number, time = locales(words)
    drawn = vl_convert.vegalite_to_svg(spec, vl_version="6.4", format_locale=number, time_format_locale=time)
    return patterned(str(drawn))


_FILLED = re.compile(r'<g class="mark-(?:rect|area|symbol) [^>]*>.*?</g>', re.DOTALL)
_SQUARE = re.compile(r'd="M[-.\d]+,[-.\d]+h[-.\d]+v[-.\d]+h[-.\d]+Z"')


def patterned(drawn: str) -> str:
    """An SVG whose bars, areas and the squares that name them carry the pattern of their colour, for grey print."""
    used: dict[str, None] = {}

    def of_mark(path: re.Match[str]) -> str:
        colour = re.search(r'fill="(#[0-9a-f]{6})"', path[0])
        if colour is None or colour[1] not in PATTERNS:
            return path[0]
        used[colour[1]] = None
        return path[0].replace(colour[0], f'fill="url(#pattern-{colour[1][1:]})"')

    def of_group(group: re.Match[str]) -> str:
        squares = group[0].startswith('<g class="mark-symbol')
        return re.sub(
            r"<path [^>]*>",
            lambda path: path[0] if squares and not _SQUARE.search(path[0]) else of_mark(path),
            group[0],
        )

    filled = _FILLED.sub(of_group, drawn)
    if not used:
        return drawn
    defined = "".join(
        f'<pattern id="pattern-{colour[1:]}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour}"/>'
        f'<path d="{PATTERNS[colour][0]}" stroke="{PATTERNS[colour][1]}" stroke-width="1.1" fill="none"/></pattern>'
        for colour in used
    )
    return re.sub(r"(<svg[^>]*>)", rf"\1<defs>{defined}</defs>", filled, count=1)
