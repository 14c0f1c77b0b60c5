"""Tables of the sources room on a terminal: labels in the reader's language, numbers as they read best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rampart.findings import Language
from rampart.report.console.wide import wide_console

if TYPE_CHECKING:
    import polars as pl


def print_table(frame: pl.DataFrame, title: str, language: Language, *, most: int = 40) -> None:
    """The first rows of a frame, and how many more there are."""
    from rich import box
    from rich.table import Table

    from rampart.language.words import Words, phrases

    words = Words(language)
    console = wide_console()
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for column in frame.columns:
        key = f"source.{column}"
        label = words(key) if key in phrases() else column.replace("_", " ")
        table.add_column(label, justify="right" if frame.schema[column].is_numeric() else "left", overflow="fold")
    for row in frame.head(most).iter_rows():
        table.add_row(*(_cell(words, value) for value in row))
    console.print(table)
    if len(frame) > most:
        console.print(words("source.more", n=len(frame) - most))


def _cell(words: object, value: object) -> str:
    from rampart.language.words import Words

    assert isinstance(words, Words)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        return words.number(round(value, 3)) if abs(value) < 100 else words.number(round(value))
    return str(value)
