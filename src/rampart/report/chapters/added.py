"""What parts that were added to the plan decide: one listing for each of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rampart.language.in_words import InWords
from rampart.report.chapters.listing import Chapter, Head, Listing, listing

if TYPE_CHECKING:
    from rampart.catalogues.results import ResultColumn, ResultTable


def added(answer: InWords) -> Chapter | None:
    """The chapter; None where no part was added."""
    found = [_listing(answer, table) for name, table in answer.result.own_tables.items() if answer[name].height]
    if not found:
        return None
    words = answer.words
    return Chapter("added", words("chapter.added"), (words("chapter.added.says"),), listings=tuple(found))


def _listing(answer: InWords, table: ResultTable) -> Listing:
    columns = [column for column in table.columns.values() if column.type != "key"]
    heads = [Head(_with_unit(answer, column), numeric=column.type in ("number", "integer")) for column in columns]
    rows = [[_cell(answer, column, row) for column in columns] for row in answer[table.name].iter_rows(named=True)]
    label = table.label[answer.language]
    return listing(answer, label[:1].upper() + label[1:], heads, rows, note=table.help[answer.language])


def _with_unit(answer: InWords, column: ResultColumn) -> str:
    label = column.label[answer.language]
    label = label[:1].upper() + label[1:]
    return f"{label} ({answer.words.money_label})" if column.unit == "money unit" else label


def _cell(answer: InWords, column: ResultColumn, row: dict[str, Any]) -> str:
    words, value = answer.words, row[column.name]
    if value is None:
        return words(column.blank or "unknown")
    match column.type:
        case "code":
            return answer.cell(column, row)
        case "month":
            return words.month(value, short=True)
        case "number" | "integer" if column.unit == "item unit" and row.get("item"):
            return answer.quantity(float(value), row["item"])
        case "number" | "integer":
            return words.number(float(value))
        case "flag":
            return words("yes" if value else "no")
        case "choice":
            return words.choice(column.name, value)
        case _:
            return str(value)
