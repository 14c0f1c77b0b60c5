"""The plan for a war of unknown length: on the terminal, and as one HTML page with its tables beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.findings import Language
from rampart.report import drawing
from rampart.report.drawing import Figure, Spec
from rampart.report.listing import Head, Listing
from rampart.report.words import Words
from rampart.scenario.peeking import peeks
from rampart.scenario.war import WarPlan

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 40
RIVALS = ("plan", "as_if_five_years", "year_by_year", "mean_while_it_lasts", "two_stage_policy")


def by_end(made: WarPlan) -> pl.DataFrame:
    """One row for each end date: chance, and means over the paths that end then. A war that is not over has no date."""
    import polars as pl

    table = made["ends"]
    p = pl.col("probability")
    means = [c for c in table.columns if c not in ("path", "ends", "probability")]
    return (
        table.group_by("ends")
        .agg(p.sum().alias("chance"), *[((pl.col(c) * p).sum() / p.sum()).alias(c) for c in means])
        .sort("ends", nulls_last=True)
    )


def listings(made: WarPlan, words: Words) -> list[Listing]:
    """Decisions of now, what planning is worth, what each end leaves."""

    def rows(found: Sequence[Sequence[str]], caption: str, heads: Sequence[tuple[str, bool]]) -> Listing:
        more = words("war.more", n=len(found) - MOST_ROWS) if len(found) > MOST_ROWS else ""
        named = tuple(Head(words(key), numeric) for key, numeric in heads)
        return Listing(words(caption), named, tuple(tuple(r) for r in found[:MOST_ROWS]), more)

    decisions = [
        (words(f"war.kind.{r['kind']}"), r["what"].replace("|", " · "), words.month(r["month"]), _number(words, r["quantity"]))
        for r in made["decisions"].sort("kind", "month", "what").iter_rows(named=True)
    ]  # fmt: skip
    values = [(words(f"war.value.{name}"), _number(words, value)) for name, value in made["values"].iter_rows()]
    ends = [
        (
            words.month(r["ends"]) if r["ends"] else words("war.not_over"), words.share(r["chance"], digits=1),
            _number(words, r["cost"]), _number(words, r["regret"]), words.share(r["served_share"]),
            _number(words, r["stock_beyond_need"]), _number(words, r["still_to_come"]), _number(words, r["idle"]),
        )
        for r in by_end(made).iter_rows(named=True)
    ]  # fmt: skip
    heads = ("end", "chance", "cost", "regret", "served", "stock", "to_come", "idle")
    return [
        rows(decisions, "war.title.decisions",
             [("war.head.kind", False), ("war.head.what", False), ("war.head.month", False), ("war.head.quantity", True)]),
        rows(values, "war.title.values", [("war.head.value", False), ("war.head.amount", True)]),
        rows(ends, "war.title.ends", [(f"war.head.{h}", h != "end") for h in heads]),
    ]  # fmt: skip


def _number(words: Words, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) < 1e-6:
        value = 0.0
    return words.number(round(value, 2)) if abs(value) < 100 else words.number(round(value))


def print_war(made: WarPlan, words: Words) -> None:
    """The three tables on the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if console.width < 132:
        console = Console(highlight=False, width=132)
    for shown in listings(made, words):
        table = Table(box=box.SIMPLE_HEAD, title=shown.caption, title_justify="left")
        for head in shown.heads:
            table.add_column(head.label, justify="right" if head.numeric else "left", overflow="fold")
        for row in shown.rows:
            table.add_row(*row)
        console.print(table)
        if shown.more:
            console.print(shown.more)


def write_war(made: WarPlan, folder: str | Path, *, language: Language = "en") -> Path:
    """Write every table as Parquet and the page ``war.en.html`` (or ``fr``) into a folder; gives the page.

    A plan that decides differently where nothing tells two courses apart is a defect: RuntimeError, nothing is written.
    """
    found = peeks(made.tables)
    if found:
        raise RuntimeError(f"the plan peeks: {found[:3]}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in made.tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    page = folder / f"war.{language}.html"
    page.write_text(html(made, language), encoding="utf-8", newline="\n")
    return page


def html(made: WarPlan, language: Language = "en") -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    settings = made.case.settings
    words = Words(language, str(settings["currency"]), str(settings["money_unit"]))
    figures = [f for f in (survival_chart(made, words), regret_chart(made, words), served_chart(made, words)) if f]
    environment = Environment(
        loader=PackageLoader("rampart.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("war.html.j2").render(
        words=words,
        title=str((settings["title_fr"] if language == "fr" else None) or settings["title_en"]),
        style=Markup(files("rampart.report").joinpath("templates/report.css").read_text(encoding="utf-8")),  # noqa: S704
        figures=[{"figure": f, "rows": [Markup(r) for r in f.rows(words)]} for f in figures],  # noqa: S704 - drawn here
        listings=listings(made, words),
        facts=words("war.facts", nodes=len(made.tree), paths=len(made.tree.leaves), money=words.money_label),
    )


def _lines(
    data: list[dict[str, Any]], names: list[str], x: Spec, y: Spec, *, width: int = 520, height: int = 220
) -> Spec:
    return {
        "width": width, "height": height, "data": {"values": data},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 22, "filled": True}},
        "encoding": {
            "x": {"field": "x", **x}, "y": {"field": "y", **y},
            "color": {"field": "s", "type": "nominal",
                      "scale": {"domain": names, "range": list(drawing.SERIES[: len(names)])}},
        },
    }  # fmt: skip


def survival_chart(made: WarPlan, words: Words) -> Figure | None:
    """Chance that the war still goes on."""
    if "survival" not in made.tables:
        return None
    first = made.case.calendar.first
    name = words("war.series.goes_on")
    data = [{"x": drawing.millis(first + m), "y": share, "s": name} for m, share in made["survival"].iter_rows()]
    x = drawing.time_axis(data[0]["x"], data[-1]["x"], width=520)
    spec = _lines(data, [name], x, drawing.amount_axis(1.0, percent=True))
    spec["mark"] = {"type": "line", "strokeWidth": 2}
    half = next((m for m, share in made["survival"].iter_rows() if share <= 0.5), None)
    told = words("war.half", month=words.month(_month(first + half))) if half is not None else words("war.half_never")
    return Figure("war-survival", words("war.title.survival"), told, told, drawing.framed(spec))


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def regret_chart(made: WarPlan, words: Words) -> Figure | None:
    """What each way of planning loses against a plan that knew the end."""
    table = by_end(made).drop_nulls("ends")
    columns = [("plan", "regret"), *((r, f"regret_{r}") for r in RIVALS[1:] if f"regret_{r}" in table.columns)]
    data = [
        {"x": drawing.millis(drawing.month_of(row["ends"])), "y": row[column], "s": words(f"war.value.{name}")}
        for name, column in columns
        for row in table.iter_rows(named=True)
        if row[column] is not None and math.isfinite(row[column])
    ]
    if len({d["x"] for d in data}) < 2:
        return None
    top = max(d["y"] for d in data)
    x = drawing.time_axis(min(d["x"] for d in data), max(d["x"] for d in data), width=520)
    spec = _lines(data, [words(f"war.value.{n}") for n, _ in columns], x, drawing.amount_axis(top, words.money_label))
    return Figure("war-regret", words("war.title.regret"), words("war.note.regret"), words("war.note.regret"),
                  drawing.framed(spec))  # fmt: skip


def served_chart(made: WarPlan, words: Words) -> Figure | None:
    """Share of the need served until the war ends, by its end."""
    table = by_end(made).drop_nulls("ends")
    if table.height < 2:
        return None
    name = words("war.series.served")
    data = [
        {"x": drawing.millis(drawing.month_of(r["ends"])), "y": r["served_share"], "s": name}
        for r in table.iter_rows(named=True)
    ]
    x = drawing.time_axis(data[0]["x"], data[-1]["x"], width=520)
    spec = _lines(data, [name], x, drawing.amount_axis(1.0, percent=True))
    return Figure("war-served", words("war.title.served"), words("war.note.served"), words("war.note.served"),
                  drawing.framed(spec))  # fmt: skip
