"""What differs between two results, as tables on a terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import ResultColumn, result_tables
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.origins import origins_told
from rampart.report.console.wide import wide_console
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

MOST_ROWS = 40
GROUPS = {
    ("war", "name"): "war.value", ("war", "kind"): "war.kind", ("war", "measure"): "war.head",
    ("fleet", "cause"): "sustain.cell", ("fleet", "lever"): "sustain.cell",
}  # fmt: skip
"""Where the words of a choice stand, by kind of result and column; by the name of the column where it is not here."""
NOISE = 1e-9
"""A figure nearer to nothing is the solver's noise."""


def print_comparison(first: Result, differences: dict[str, pl.DataFrame], language: Language) -> None:
    """Where more comes from, in sentences; then each table of differences that has rows, with the catalogue's labels.

    Long ones are cut and what is left counted.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    answer = InWords(first, language)
    words, console = answer.words, wide_console()
    if "origins" in differences:
        told = replace(first, tables={**first.tables, "origins": differences["origins"]})
        for sentence in origins_told(InWords(told, language)):
            console.print(f"• {sentence}", soft_wrap=True)
    for name, frame in differences.items():
        if frame.is_empty() or name == "origins":
            continue
        known = result_tables(first.kind).get(name)
        columns = known.columns if known else {}
        title = known.label[language] if known else words("compare.case")
        table = Table(box=box.SIMPLE_HEAD, title=Text(title), title_justify="left")
        for column in frame.columns:
            base, _, side = column.partition(" ")
            label = columns[base].label[language] if base in columns else base.replace("_", " ")
            suffix = f" ({words(f'compare.{side}')})" if side else ""
            table.add_column(Text(label + suffix), justify="right" if frame.schema[column].is_numeric() else "left")
        for row in frame.head(MOST_ROWS).iter_rows(named=True):
            table.add_row(*(Text(_cell(answer, columns.get(c.partition(" ")[0]), row, v)) for c, v in row.items()))
        console.print(table)
        if frame.height > MOST_ROWS:
            console.print(words("compare.more", n=frame.height - MOST_ROWS))
    if all(frame.is_empty() for frame in differences.values()):
        console.print(words("compare.same"))


def _cell(answer: InWords, column: ResultColumn | None, row: dict[str, Any], value: object) -> str:
    words = answer.words
    if value is None:
        said = column is not None and column.type not in ("number", "integer") and column.blank
        return words(said or "none")
    if isinstance(value, float):
        return words.number(value if abs(value) > NOISE else 0.0)
    if isinstance(value, date):
        return words.month(value, short=True)
    if column is None or not isinstance(value, str):
        known = (answer.names[table].get(str(value)) for table in ("nations", "items"))
        return next((name for name in known if name), str(value))
    if column.name == "what":
        return _object(answer, row["kind"], value)
    if column.type == "code":
        return answer.cell(column, {name: of for name, of in row.items() if name != "key"})
    return words.choice(GROUPS.get((answer.result.kind, column.name), column.name), value)


def _object(answer: InWords, kind: str, what: str) -> str:
    """Name of a decision's object; as it is written where only the other result decides on it."""
    import polars as pl

    same = answer["decisions"].filter((pl.col("kind") == kind) & (pl.col("what") == what))
    return answer.named(same["key"][0].to_list()) if same.height else what
