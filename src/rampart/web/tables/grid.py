"""A grid in which cells are entered: its columns, its rows as text, and what somebody else wrote there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from pydantic import BaseModel

from rampart.catalogues.inputs import Column
from rampart.findings import Language
from rampart.web.tables.typed_numbers import NUMBERS, to_type

CELL = re.compile(r"cell\.(\d{1,9}|new\d{1,4})\.(\w{1,60})\Z")
WIDEST = 28
MOST_ROWS = 1000


class GridChoice(BaseModel):
    """A value that a cell may have, and what it means."""

    value: str
    text: str


class GridColumn(BaseModel):
    """A column.

    chosen  whether its values come from the list of its name
    named   whether what they are called stands below
    size    letters that its cells show
    """

    key: str
    label: str
    unit: str
    help: str
    required: bool
    chosen: bool
    named: bool
    size: int


class GridCell(BaseModel):
    """A cell: what stands in it, what somebody else wrote there, None where nobody did, and what a code is called."""

    column: str
    text: str
    other: str | None = None
    name: str = ""


class GridRow(BaseModel):
    """A row, by the number that its fields carry; ``place`` is where it stands as the reader counts."""

    number: str
    place: int
    cells: list[GridCell]


class Grid(BaseModel):
    """The grid.

    title   what it is called
    hidden  how many columns are not shown
    most    rows up to which what stands in the grid can be sent
    """

    title: str
    columns: list[GridColumn]
    rows: list[GridRow]
    lists: dict[str, list[GridChoice]]
    editable: bool
    hidden: int
    most: int


def grid(
    title: str,
    columns: Mapping[str, Column],
    rows: Mapping[str, Mapping[str, str]],
    language: Language,
    *,
    lists: Mapping[str, Sequence[GridChoice]],
    others: Mapping[tuple[str, str], str],
    show: Iterable[str] | None = None,
    editable: bool,
    named: Collection[str] = (),
    blank: int = 0,
    first: int = 2,
) -> Grid:
    """A grid of rows by their number.

    others  what somebody else wrote, by row and column
    show    columns to show beside those that hold something; None: all
    named   columns whose codes are told by their names too
    blank   empty rows below, to be filled
    first   place of the first row
    """
    called = {(name, one.value): one.text for name in named for one in lists.get(name, ())}
    filled = {name for cells in rows.values() for name in cells} | {column for _, column in others}
    wanted = set(columns) if show is None else set(show) | filled
    seen = [column for name, column in columns.items() if name in wanted]
    news = {f"new{n}": dict[str, str]() for n in range(1, blank + 1)} if editable else {}
    return Grid(
        title=title,
        columns=[_column(column, rows, language, lists, column.name in named) for column in seen],
        rows=[
            GridRow(
                number=number,
                place=place,
                cells=[
                    GridCell(
                        column=c.name,
                        text=_text(c, cells.get(c.name, ""), language),
                        name=called.get((c.name, cells.get(c.name, "")), ""),
                        other=None if (other := others.get((number, c.name))) is None else _text(c, other, language),
                    )
                    for c in seen
                ],
            )
            for place, (number, cells) in enumerate({**rows, **news}.items(), first)
        ],
        lists={name: list(choices) for name, choices in lists.items() if name in wanted},
        editable=editable,
        hidden=len(columns) - len(seen),
        most=min(MOST_ROWS, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS // (len(seen) + 1) - 1),
    )


def _text(column: Column, text: str, language: Language) -> str:
    return to_type(text, language) if column.kind in NUMBERS else text


def _column(
    column: Column,
    rows: Mapping[str, Mapping[str, str]],
    language: Language,
    lists: Mapping[str, object],
    named: bool,
) -> GridColumn:
    longest = max((len(cells.get(column.name, "")) for cells in rows.values()), default=0)
    return GridColumn(
        key=column.name,
        label=column.label[language],
        unit=column.unit,
        help=column.help[language],
        required=column.required,
        chosen=column.name in lists,
        named=named,
        size=max(6, min(WIDEST, longest + 1)),
    )


def typed(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What a form gives of the cells of a grid, by number of the row; rows that are ticked to go are left out."""
    found: dict[str, dict[str, str]] = {}
    for name, text in fields.items():
        cell = CELL.match(name)
        if cell and f"gone.{cell[1]}" not in fields:
            found.setdefault(cell[1], {})[cell[2]] = text
    return found
