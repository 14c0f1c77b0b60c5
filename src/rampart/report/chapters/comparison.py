"""Chapters of results side by side: cells of the cases, decisions, outcomes, lateness, effort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rampart.catalogues.inputs import tables
from rampart.language.compared import DECISION, SIDES_IN_TEXT, Compared
from rampart.report.chapters.listing import Chapter, Head, Listing
from rampart.results.lateness import Late, lateness

if TYPE_CHECKING:
    import polars as pl

    from rampart.language.words import Words

MOST_ROWS = 60
CHAPTERS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "plan": (
        ("outcomes", ("demand", "fill", "donations", "passes")),
        ("effort", ("production", "expansions", "money")),
    ),
    "war": (("decisions", ("decisions",)), ("outcomes", ("values", "ends", "supply", "left"))),
    "fleet": (("outcomes", ("availability", "holding_back", "shops", "exchange", "conflict", "mix")),),
}
"""Tables by chapter, for each kind of result; the decisions of plans and how late they serve have chapters of their own."""
COUNTED_IN = {"spares": "", "bays": "bays", "expansion": "units"}
"""What decisions are counted in that are not so many of their item: works in their units, spares in money."""


def chapters(compared: Compared, *, most: int | None = MOST_ROWS) -> list[Chapter]:
    """What differs, chapter by chapter; chapters in which nothing does are left out.

    most  rows of a table at most; the workbook has all
    """
    made = [("cells", [cells(compared, most=most)])]
    if compared.kind == "plan":
        made.append(("decisions", [decisions(compared, most=most)]))
    for key, names in CHAPTERS[compared.kind]:
        made.append((key, [figures(compared, name, most=most) for name in names]))
        if key == "outcomes" and compared.kind == "plan":
            made.append(("late", [late(compared, most=most)]))
    words = compared.words
    return [
        Chapter(
            f"compare-{key}", words(f"compare.chapter.{key}"), (words(f"compare.chapter.{key}.says"),), listings=found
        )
        for key, listings in made
        if (found := tuple(one for one in listings if one is not None))
    ]


def cells(compared: Compared, *, most: int | None = MOST_ROWS) -> Listing | None:
    """Cells of the cases that are not the same: table, row, column, and what stands there in each."""
    return cells_listing(compared.cells, compared.names, compared.words, most=most)


def cells_listing(frame: pl.DataFrame, names: Sequence[str], words: Words, *, most: int | None) -> Listing | None:
    """Cells in which editions of a case differ (``case.editions``), each edition under its name."""
    language = words.language
    rows = []
    for row in frame.iter_rows(named=True):
        table = tables()[row["table"]]
        column = table.columns.get(row["column"] if row["table"] != "settings" else row["key"])
        name = column.label[language] if column is not None and row["column"] else words("compare.whole_row")
        values = [row[str(n)] for n in range(1, len(names) + 1)]
        kind = column.kind if column is not None else ""
        told = [words("compare.no_row") if v is None else exact(v, kind, words) for v in values]
        rows.append((table.label[language], row["key"], name, *told))
    heads = [Head(words("compare.head.table")), Head(words("compare.head.row")), Head(words("compare.head.column"))]
    heads += [Head(name) for name in names]
    return _listing(words, words("compare.case_title"), heads, rows, most, repeat=2)


def exact(text: str, kind: str, words: Words) -> str:
    """A cell as it stands, a number with all its digits as the language writes it."""
    from babel.numbers import format_decimal

    if text == "":
        return words("compare.blank")
    if kind in ("number", "limit", "integer") and text != "unlimited":
        return str(format_decimal(float(text), format="#,##0.############", locale=words.locale))
    return words("unlimited") if text == "unlimited" else text


def figures(compared: Compared, name: str, *, most: int | None = MOST_ROWS) -> Listing | None:
    """The figures of a table that differ, a line each: keys, which figure, what each result has, and the change."""
    beside = compared.tables[name]
    heads = [Head(_capital(compared.label(name, key))) for key in beside.keys]
    rows = []
    for row, figure in compared.figures(name):
        share = compared.is_share(name, figure, row)
        unit = compared.unit(name, figure, row)
        label, item = compared.label(name, figure), compared.pieces_of(name, figure, row)
        told = [
            compared.figure(row[f"{figure} {n}"], blank=compared.blank(name, figure, row, n), share=share, item=item)
            for n in compared.sides
        ]
        values = [beside.counted(row, figure, n) for n in compared.sides]
        keys = [compared.key(name, row, key) for key in beside.keys]
        what = compared.words("cell.figure", column=label, unit=unit) if unit else label
        rows.append((*keys, what, *told, *_changes(compared, values, share=share, item=item)))
    title = _capital(compared.table(name).label[compared.language])
    return _listing(compared.words, title, [*heads, *_sides(compared)], rows, most, repeat=len(heads))


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the results side by side.

    keys    what it is of, in words
    told    as text, a dash where a result has no such thing
    values  as figures, nothing where a result has no such thing; a month, or None where it is not known
    item    of which they are numbers of pieces, if so
    """

    keys: tuple[str, ...]
    figure: str
    told: tuple[str, ...]
    values: tuple[float | date | None, ...]
    item: str | None = None


def decisions(compared: Compared, *, most: int | None = MOST_ROWS) -> Listing | None:
    """Decisions of plans that are not the same: how much, by when, for how much money."""
    words = compared.words
    heads = [Head(words("head.what")), Head(words("head.who")), *_sides(compared)]
    return _of_lines(compared, words("table.decisions"), heads, decision_lines(compared), most)


def decision_lines(compared: Compared) -> list[Line]:
    """The same as lines."""
    from rampart.language.decisions_and_causes import decision_name

    words = compared.words
    found: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
    for n, answer in zip(compared.sides, compared.answers, strict=True):
        for row in answer["decisions"].sort("rank").iter_rows(named=True):
            found.setdefault(tuple(row[of] for of in DECISION["plan"]), {})[n] = row
    lines = []
    for sides in found.values():
        side, decision = next(iter(sides.items()))
        answer = compared.answers[side - 1]
        names = (decision_name(answer, decision), answer.nation(decision["nation"]))
        unit = answer.unit(decision["item"])
        if (own := COUNTED_IN.get(decision["kind"])) is not None:
            unit = words.unit(own) if own else words.money_label
        labels = {
            "quantity": words("cell.figure", column=compared.label("decisions", "quantity"), unit=unit),
            "money": words("cell.figure", column=compared.label("decisions", "money"), unit=words.money_label),
            "decide_by": compared.label("decisions", "decide_by"),
        }
        for figure, label in labels.items():
            values = [sides[n][figure] if n in sides else None for n in compared.sides]
            if all(_alike(values[0], value) for value in values[1:]) and len(sides) == len(compared.results):
                continue
            counts = figure == "quantity" and own is None and answer.by_piece(decision["item"])
            item = decision["item"] if counts else None
            told = tuple(_decided(compared, sides.get(n), figure, item) for n in compared.sides)
            counted = (0.0 if figure != "decide_by" and n not in sides else values[n - 1] for n in compared.sides)
            lines.append(Line(names, label, told, tuple(counted), item))
    return lines


def _decided(compared: Compared, row: Mapping[str, Any] | None, figure: str, item: str | None) -> str:
    if row is None:
        return compared.words("none")
    if figure == "decide_by" and row[figure] is None:
        return compared.words("blank.decide_by")
    return compared.figure(row[figure], item=item)


def late(compared: Compared, *, most: int | None = MOST_ROWS) -> Listing | None:
    """How late plans serve what recipients need, item by item."""
    words = compared.words
    heads = [Head(words("head.item")), *_sides(compared)]
    return _of_lines(compared, words("compare.late"), heads, late_lines(compared), most)


def late_lines(compared: Compared) -> list[Line]:
    """The same as lines."""
    words, waits = compared.words, [lateness(result) for result in compared.results]
    lines = []
    items = sorted({item for wait in waits for item in wait}, key=lambda of: compared.answers[0].place("items", of))
    for item in items:
        sides = [wait.get(item, Late(0.0, 0.0, 0.0)) for wait in waits]
        answer = next(a for a in compared.answers if item in a.units)
        for figure in ("served", "never", "months"):
            values = tuple(float(getattr(side, figure)) for side in sides)
            if all(_alike(values[0], value) for value in values[1:]):
                continue
            unit = words("column_unit.months") if figure == "months" else answer.unit(item)
            label = words("cell.figure", column=words(f"compare.late.{figure}"), unit=unit)
            pieces = item if figure != "months" and answer.by_piece(item) else None
            told = tuple(compared.figure(value, item=pieces) for value in values)
            lines.append(Line((answer.item(item),), label, told, values, pieces))
    return lines


def _of_lines(
    compared: Compared, caption: str, heads: Sequence[Head], lines: Sequence[Line], most: int | None
) -> Listing | None:
    rows = [(*line.keys, line.figure, *line.told, *_changes(compared, line.values, item=line.item)) for line in lines]
    return _listing(compared.words, caption, heads, rows, most, repeat=len(lines[0].keys)) if lines else None


def _sides(compared: Compared) -> list[Head]:
    """Heads of the figure and of each result, and of the change where there are two."""
    words = compared.words
    heads = [Head(words("compare.head.figure")), *(Head(name, numeric=True) for name in compared.names)]
    return [*heads, Head(words("compare.head.change"), numeric=True)] if _change_shown(compared) else heads


def _change_shown(compared: Compared) -> bool:
    return len(compared.results) == SIDES_IN_TEXT


def _changes(
    compared: Compared, values: Sequence[float | date | None], *, share: bool = False, item: str | None = None
) -> tuple[str, ...]:
    return (compared.change(values[0], values[1], share=share, item=item),) if _change_shown(compared) else ()


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1e-6)
    return bool(a == b)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listing(
    words: Words,
    caption: str,
    heads: Sequence[Head],
    rows: Iterable[Sequence[str]],
    most: int | None,
    *,
    repeat: int,
) -> Listing | None:
    every = [tuple(row) for row in rows]
    if not every:
        return None
    left = 0 if most is None else max(0, len(every) - most)
    more = words.count("rows_left", left) if left else ""
    return Listing(caption, tuple(heads), tuple(every[:most]), more, repeat=repeat)
