"""Charts for a notebook: those of the report by name, and a measure of several plans as lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from rampart.catalogues.showing import no_such
from rampart.language.in_words import InWords
from rampart.language.words import Words
from rampart.report.charts import drawing
from rampart.report.charts.drawing import Figure, Spec, drawing_of
from rampart.results.result import Result
from rampart.scenario.sweep import Sweep

if TYPE_CHECKING:
    from rampart.findings import Language


@dataclass(frozen=True)
class Picture:
    """A chart that shows itself in a notebook, and can be saved.

    title, note, alt  words around it
    spec              Vega-Lite
    """

    title: str
    note: str
    alt: str
    spec: Spec = field(repr=False)
    language: Language = "en"

    def _repr_html_(self) -> str:
        from html import escape

        rows = Figure("chart", self.title, self.note, self.alt, self.spec).parts()
        drawn = "".join(f"<div>{drawing_of(spec, Words(self.language))}</div>" for spec in rows)
        label = escape(f"{self.title}. {self.alt}", quote=True)
        around = f"<b>{escape(self.title)}</b>{drawn}<small>{escape(self.note)}</small>"
        return f'<figure role="img" aria-label="{label}">{around}</figure>'

    def save(self, path: str | Path) -> Path:
        """Write the chart with its title: .svg, .png, .json (Vega-Lite) or .html by the ending. Raises ValueError for any other
        ending.
        """
        import json

        import vl_convert

        target = Path(path)
        number, time = drawing.locales(Words(self.language))
        told: dict[str, Any] = {"vl_version": "6.4", "format_locale": number, "time_format_locale": time}
        titled = {"title": {"text": self.title, "anchor": "start", "fontSize": 14, "offset": 12}, **self.spec}
        if target.suffix == ".svg":
            target.write_text(drawing_of(titled, Words(self.language)), encoding="utf-8")
        elif target.suffix == ".png":
            target.write_bytes(vl_convert.vegalite_to_png(titled, scale=2, **told))
        elif target.suffix == ".json":
            target.write_text(json.dumps(self.spec, ensure_ascii=False), encoding="utf-8")
        elif target.suffix == ".html":
            target.write_text(f"<!DOCTYPE html><meta charset=utf-8>{self._repr_html_()}", encoding="utf-8")
        else:
            raise ValueError(f"{target.name}: a chart ends in .svg, .png, .json or .html")
        return target


class Plots:
    """The charts of a result by name: ``plots.stock()``, ``plots.deliveries(item="shell")``."""

    def __init__(self, result: Result, language: Language = "en") -> None:
        self._result, self._language = result, language

    def __dir__(self) -> list[str]:
        return sorted(_charts(self._result))

    def __repr__(self) -> str:
        return f"<charts: {', '.join(dir(self))}>"

    def __call__(self, chart: str, **how: Any) -> Picture:
        """A chart by its name: ``plots("stock")`` is ``plots.stock()``."""
        drawn: Picture = getattr(self, chart)(**how)
        return drawn

    def __getattr__(self, name: str) -> Callable[..., Picture]:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in _charts(self._result):
            raise AttributeError(no_such("chart", name, _charts(self._result)))

        def draw(*, item: str | Sequence[str] | None = None, language: Language | None = None) -> Picture:
            return _picture(self._result, name, item, language or self._language)

        draw.__name__ = name
        draw.__doc__ = f"The chart {name!r} of the report; ``item`` (one or several) leaves the others out."
        return draw


@overload
def plot(shown: Result, chart: None = None, *, language: Language = "en") -> Plots: ...
@overload
def plot(shown: Result, chart: str, *, language: Language = "en", **how: Any) -> Picture: ...
@overload
def plot(shown: Sweep, chart: str | None = None, *, language: Language = "en", **how: Any) -> Picture: ...


def plot(shown: Result | Sweep, chart: str | None = None, *, language: Language = "en", **how: Any) -> Plots | Picture:
    """Charts of a result by name, one chart of it, or a measure of several plans.

    shown  a result, or what ``rampart.sweep`` gives
    chart  of a result: a chart of its report, as "stock", with ``item``; none: all of them by name. Of a sweep: a measure
           that is read by year, as those of ``Sweep.table`` ("coverage", "need_met", "commitments", "payments"), with
           ``item`` where the measure has items

    Gives a ``Picture``, or ``Plots``. Raises AttributeError for a chart that there is not, naming the nearest; ValueError
    where the plan has nothing to draw there.
    """
    if isinstance(shown, Sweep):
        return _lines(shown, chart or "coverage", language=language, **how)
    plots = Plots(shown, language)
    if chart is None:
        return plots
    return plots(chart, **how)


def _charts(result: Result) -> dict[str, Callable[[InWords], Figure | None]]:
    if result.kind == "plan":
        from rampart.report.pages.plan import CHARTS

        return dict(CHARTS)
    if result.kind == "war":
        from rampart.report.charts.war import figures

        answer = InWords(result, "en")
        return {f.key: lambda own, key=f.key: {g.key: g for g in figures(own)}.get(key) for f in figures(answer)}  # type: ignore[misc]
    from rampart.report.pages.fleet import charts

    drawn = {language: charts(result, language) for language in ("en", "fr")}
    return {key: lambda own, key=key: drawn[own.language].get(key) for key in drawn["en"]}  # type: ignore[misc]


def _picture(result: Result, name: str, item: str | Sequence[str] | None, language: Language) -> Picture:
    import polars as pl

    if item is not None:
        items = [item] if isinstance(item, str) else list(item)
        known = [*result.case["items"]["item"], *result.case["fleets"]["fleet"]]
        for one in items:
            if one not in known:
                raise ValueError(no_such("item", one, known))
        kept = {
            n: f.filter(pl.col("item").is_in(items)) if "item" in f.columns else f for n, f in result.tables.items()
        }
        result = replace(result, tables=kept)
    figure = _charts(result)[name](InWords(result, language))
    if figure is None:
        raise ValueError(f"there is nothing to draw in the chart {name!r}")
    return Picture(figure.title, figure.note, figure.alt, figure.spec, language)


def _lines(swept: Sweep, measure: str, *, language: Language, item: str | None = None) -> Picture:
    """A measure by year, a line a variant, told apart by colour and dashes in one legend."""
    import polars as pl

    by = ("item",) if item is not None else ()
    table = swept.measure(measure, by=by, time="year")
    if item is not None:
        known = sorted(set(table["item"]))
        if item not in known:
            raise ValueError(no_such("item", item, known))
        table = table.filter(pl.col("item") == item)
    percent = measure in ("coverage", "need_met", "utilisation")
    names = list(swept.results)
    colours = [drawing.SERIES[n % len(drawing.SERIES)] for n in range(len(names))]
    dashes = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
    rows = table.drop_nulls("value").select("variant", pl.col("year").cast(pl.String), "value").to_dicts()
    if not rows:
        raise ValueError(f"there is nothing to draw of {measure!r}")
    spec = drawing.framed({
        "width": 560, "height": 260, "data": {"values": rows}, "mark": {"type": "line", "point": True, "strokeWidth": 2},
        "encoding": {
            "x": {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
            "y": {"field": "value", **drawing.amount_axis(max(r["value"] for r in rows), percent=percent)},
            "color": {
                "field": "variant", "type": "nominal", "scale": {"domain": names, "range": colours},
                "legend": {"symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 400},
            },
            "strokeDash": {
                "field": "variant", "type": "nominal",
                "scale": {"domain": names, "range": [dashes[n % len(dashes)] for n in range(len(names))]},
            },
        },
    })  # fmt: skip
    first = InWords(next(iter(swept.results.values())), language)
    words = first.words
    write = words.share if percent else words.number
    told = "; ".join(f"{r['variant']} {r['year']}: {write(r['value'])}" for r in rows)
    title = words(f"measure.{measure}")
    if item is not None:
        title = words("sweep.of", measure=title, item=first.names["items"][item])
    return Picture(title, _how_read(measure, item, first), told, spec, language)


def _how_read(measure: str, item: str | None, answer: InWords) -> str:
    """When a measure of several plans is read, and its unit."""
    words = answer.words
    if measure in ("commitments", "payments"):
        return words("sweep.note.flow", unit=words.money_label)
    if item is None or measure in ("need_met", "utilisation"):
        return words("sweep.note.stock" if measure == "coverage" else "sweep.note.share")
    if measure in ("coverage", "stock", "requirement", "floor", "shortfall", "days_of_supply"):
        return words("sweep.note.stock")
    unit = dict(answer.result.case["items"].select("item", "unit").iter_rows())[item]
    return words("sweep.note.flow", unit=words.unit(unit))
