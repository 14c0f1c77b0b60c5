"""Results of one kind side by side as a reader sees them: names in place of codes, figures with their units, what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rampart.case.editions import cells_that_differ
from rampart.catalogues.results import ResultColumn, ResultTable, result_tables
from rampart.findings import Language
from rampart.language.in_words import InWords
from rampart.language.values_of_war import value_of_several
from rampart.results.comparison import Beside, differs_on_paths, over_paths, require_one_kind, side_by_side
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

    from rampart.language.words import Words

NOISE = 1e-9
"""A figure nearer to nothing is the solver's noise."""
GROUPS = {
    ("war", "kind"): "war.kind", ("war", "measure"): "war.head",
    ("fleet", "cause"): "sustain.cell", ("fleet", "lever"): "sustain.cell",
}  # fmt: skip
"""Where the words of a choice stand, by kind of result and column; by the name of the column where it is not here."""
SHARES = ("gap", "reduction_error", "frontier_error")
"""Values of a war that are shares, not money."""
DECISION = {"plan": ("kind", "nation", "code", "item", "to"), "war": ("kind", "what", "month")}
"""What makes a decision the same as one of another result, by kind of result."""
SMALL = 0.0005
"""Change as a share of the figure below which it is not spoken of."""
SIDES_IN_TEXT = 2
"""Of so many results the change is shown; of more the figures stand side by side alone."""


@dataclass(frozen=True)
class Compared:
    """Results of one kind, the first of which the others are held against.

    names  of the results, as the reader knows them

    Raises ResultError where the results are of different kinds.
    """

    results: Sequence[Result]
    names: Sequence[str]
    language: Language = "en"

    def __post_init__(self) -> None:
        """What can be laid side by side is of one kind."""
        require_one_kind(self.results)

    @cached_property
    def tables(self) -> Mapping[str, Beside]:
        """Rows of each table in which not all agree."""
        return side_by_side(self.results)

    @cached_property
    def cells(self) -> pl.DataFrame:
        """Cells of the cases that are not the same in all."""
        return cells_that_differ([result.case for result in self.results], language=self.language)

    @cached_property
    def answers(self) -> Sequence[InWords]:
        """Each result in the reader's language."""
        return [InWords(result, self.language) for result in self.results]

    @property
    def words(self) -> Words:
        """Words with the money of the first case."""
        return self.answers[0].words

    @property
    def kind(self) -> str:
        """Kind of all the results."""
        return self.results[0].kind

    @property
    def sides(self) -> range:
        """The results by number, from 1 on."""
        return range(1, len(self.results) + 1)

    @property
    def same(self) -> bool:
        """Whether nothing differs at all."""
        decided = self.kind == "plan" and any(self.decided_otherwise(n)[0] for n in self.sides[1:])
        return not decided and self.cells.is_empty() and all(beside.frame.is_empty() for beside in self.tables.values())

    @property
    def over_paths(self) -> bool:
        """Whether one of the results is a plan over drawn paths."""
        return over_paths(self.results)

    def decided_otherwise(self, side: int) -> tuple[int, int]:
        """Decisions to take now that are not as in the first (how much, or by when), and how many both have. Over drawn paths
        those of one kind and object are one decision, however they fall on the months.
        """
        import polars as pl

        first, other = self.results[0]["decisions"], self.results[side - 1]["decisions"]
        key: tuple[str, ...] = DECISION[self.kind]
        if self.over_paths:
            key = ("kind", "what")
            first, other = (table.group_by(key).agg(pl.col("quantity").sum()) for table in (first, other))
        both = first.join(other, on=key, how="full", nulls_equal=True, suffix=" other")
        a, b = pl.col("quantity"), pl.col("quantity other")
        if self.over_paths:
            return both.filter(differs_on_paths(a.fill_null(0.0), b.fill_null(0.0))).height, both.height
        size = pl.max_horizontal(a.abs(), b.abs(), pl.lit(1e-6))
        moved = ((a - b).abs() > SMALL * size).fill_null(True)
        if self.kind == "plan":
            moved |= pl.col("decide_by").ne_missing(pl.col("decide_by other"))
        return both.filter(moved).height, both.height

    def table(self, name: str) -> ResultTable:
        """A table of the catalogue."""
        return result_tables(self.results[0].kind)[name]

    def label(self, table: str, column: str) -> str:
        """Name of a column; figures that are weighed for comparison have one of their own."""
        own = f"compare.{table}.{column}"
        if self.words.has(own):
            return self.words(own)
        known = self.table(table).columns
        return known[column].label[self.language] if column in known else self.words(f"war.head.{column}")

    def key(self, table: str, row: Mapping[str, Any], column: str) -> str:
        """A key in words: names of codes, months, choices."""
        value, known = row[column], self.table(table).columns.get(column)
        if value is None:
            said = known.blank if known is not None and known.type not in ("number", "integer") else ""
            return self.words(said or "none")
        if isinstance(value, date):
            return self.words.month(value, short=True)
        if isinstance(value, int | float):
            return str(value)
        if column == "what":
            return self._object(row["kind"], value)
        if (self.kind, table) == ("war", "values"):
            return value_of_several(self.answers, value)
        if known is not None and known.type == "code":
            return self._code(known, row)
        return self.words.choice(GROUPS.get((self.kind, column), column), value)

    def _code(self, column: ResultColumn, row: Mapping[str, Any]) -> str:
        """Name of a code, from the first case that has one for it."""
        told = [answer.cell(column, {name: of for name, of in row.items() if name != "key"}) for answer in self.answers]
        return next((name for name in told if name != row[column.name]), told[0])

    def _object(self, kind: str, what: str) -> str:
        """Name of what a decision is about, from a result that decides on it."""
        import polars as pl

        for answer in self.answers:
            same = answer["decisions"].filter((pl.col("kind") == kind) & (pl.col("what") == what))
            if same.height:
                return answer.named(same["key"][0].to_list())
        return what

    def unit(self, table: str, figure: str, row: Mapping[str, Any]) -> str:
        """Unit of a figure in a row; nothing for a share, which shows its own."""
        known = self.table(table).columns.get(figure)
        unit = known.unit if known is not None else ""
        if self.is_share(table, figure, row) or unit in ("", figure):
            return ""
        if self.words.has(f"compare.{table}.{figure}"):  # its name says it
            return ""
        if unit == "objective unit":
            return self._unit_of_objective(table, row)
        if unit == "currency":
            return self.words.currency
        if unit == "money unit":
            return self.words.money_label
        if unit in ("item unit", "item unit/month") and (item := self.item_of(row)):
            told = self.unit_of(item)
            return self.words("compare.a_month", unit=told) if unit.endswith("/month") else told
        if unit == "item unit" and "what" in row:  # what a war decides on without an item is counted by pieces
            return self.words("unit.units")
        return self.words.choice("column_unit", unit)

    def item_of(self, row: Mapping[str, Any]) -> str | None:
        """The item that a row is about: it says so, its line makes it, or a war decides on it."""
        if "what" in row:
            import polars as pl

            same = (pl.col("kind") == row["kind"]) & (pl.col("what") == row["what"])
            items = [item for answer in self.answers for item in answer["decisions"].filter(same)["item"].head(1)]
            return next((item for item in items if item is not None), None)
        if "line" in row:
            made = {
                line: item for a in self.answers for line, item in a.result.case["lines"].select("line", "item").rows()
            }
            return made.get(row["line"])
        return row.get("item")

    def unit_of(self, item: str) -> str:
        """Unit of an item, from the first case that has it."""
        return next((a.unit(item) for a in self.answers if item in a.units), self.words("unit.units"))

    def _unit_of_objective(self, table: str, row: Mapping[str, Any]) -> str:
        if self.kind == "war":
            return self.answers[0].objective_unit(self.results[0].manifest["objective"]["unit"])
        for result, answer in zip(self.results, self.answers, strict=True):
            same = result[table].filter(objective=row["objective"], rank=row["rank"])
            if same.height:
                return answer.objective_unit(same["unit"][0])
        return ""

    def is_share(self, table: str, figure: str, row: Mapping[str, Any]) -> bool:
        """Whether a figure is a share, shown in per cent."""
        known = self.table(table).columns.get(figure)
        if known is not None and known.unit == "share":
            return True
        return figure == "probability" or (table == "values" and row.get("name") in SHARES)

    def blank(self, table: str, figure: str, row: Mapping[str, Any], side: int) -> str:
        """What a blank of a side says: a dash where it has no such row, else what the catalogue says of the column."""
        known = self.table(table).columns.get(figure)
        there = row[f"there {side}"] is not None
        return self.words((known is not None and known.blank) or "unknown") if there else self.words("none")

    def pieces_of(self, table: str, figure: str, row: Mapping[str, Any]) -> str | None:
        """The item of which a figure is a number of pieces; None for what is weighed, a rate or of no item."""
        known = self.table(table).columns.get(figure)
        item = self.item_of(row) if known is not None and known.unit == "item unit" else None
        return item if item is None or self._answer_with(item).by_piece(item) else None

    def _answer_with(self, item: str) -> InWords:
        """The first result whose case has an item."""
        return next((answer for answer in self.answers if item in answer.units), self.answers[0])

    def figure(
        self, value: float | date | None, *, blank: str = "", share: bool = False, item: str | None = None
    ) -> str:
        """A figure as text; what a blank says in place of what is not known. Of an ``item`` it is a number of pieces."""
        if value is None:
            return blank or self.words("unknown")
        if isinstance(value, date):
            return self.words.month(value, short=True)
        value = value if abs(value) > NOISE else 0.0
        if item is not None:
            return self._answer_with(item).pieces(value, item)
        return self.words.share(value, digits=1) if share else self.words.number(value)

    def change(
        self, first: float | date | None, second: float | date | None, *, share: bool = False, item: str | None = None
    ) -> str:
        """What the second figure is more or less than the first, with its sign; of months how many later or earlier, of an
        ``item`` how many pieces as both are told.
        """
        words = self.words
        if first is None or second is None:
            return words("none")
        if isinstance(first, date) and isinstance(second, date):
            months = 12 * (second.year - first.year) + second.month - first.month
            return (
                words("compare.later" if months > 0 else "compare.earlier", n=abs(months)) if months else words("none")
            )
        assert isinstance(first, int | float) and isinstance(second, int | float)
        more = second - first
        if item is not None and abs(more) > NOISE:
            more = round(second) - round(first)
            if not more:
                return words("pieces.part")
        more = 0.0 if abs(more) < NOISE else 100 * more if share else more
        number = words.number(round(more, 1) if share else more)
        told = f"+{number}" if more > 0 else number
        return words("compare.points", n=told) if share else told

    def figures(self, table: str) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Rows of a table, each with every figure that differs in it."""
        beside = self.tables[table]
        for row in beside.frame.iter_rows(named=True):
            for figure in beside.figures:
                values = [row[f"{figure} {n}"] for n in self.sides]
                if any(_differ(values[0], value) for value in values[1:]):
                    yield row, figure


def _differ(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return (a or 0.0) != (b or 0.0)
    return abs(a - b) > 1e-6 * max(abs(a), abs(b), 1e-6)
