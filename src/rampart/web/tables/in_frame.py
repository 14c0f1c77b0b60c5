"""Tables as long as a plan's: filtered, searched and sorted as columns, so that only the rows of a page are put into words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

import polars as pl

from rampart.web.tables.sheet import Row, SheetCell, SheetColumn

Cells = Callable[[SheetColumn, Row], SheetCell]
"""What makes a cell of a column in a row."""
TEXT = "text of "
"""How the name of a column begins that holds what is shown of another."""


@dataclass(frozen=True, eq=False)
class FrameRows(Sequence[Row]):
    """Rows that lie in a frame and are made one by one.

    frame  a column for each column of the sheet, and more
    said   columns on whose values the text of a column hangs, by its name; a column that is not named hangs on its own,
           one of which None is said on the whole row
    """

    frame: pl.DataFrame
    said: Mapping[str, Sequence[str] | None] = field(default_factory=dict)
    _told: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False)
    _firsts: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Row]:
        return self.frame.iter_rows(named=True)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        return self.frame[at].to_dicts() if isinstance(at, slice) else self.frame.row(at, named=True)

    def value(self, column: SheetColumn) -> pl.Expr:
        """What a column is; None where it is not known."""
        kind, value = self.frame.schema[column.key], pl.col(column.key)
        if kind.is_float():
            return value.fill_nan(None)
        return pl.when(value != "").then(value) if kind == pl.String else value

    def code(self, column: SheetColumn) -> pl.Expr:
        """What a column is filtered by: its value as text, "" where it is not known."""
        value = self.value(column)
        if column.kind == "flag":
            value = value.replace_strict({True: "True", False: "False"}, return_dtype=pl.String)
        return value.cast(pl.String).fill_null("")

    def firsts(self, column: SheetColumn) -> list[Row]:
        """The first row of each value of a column."""
        if column.key not in self._firsts:
            self._firsts[column.key] = [*self.frame.unique(column.key, keep="first", maintain_order=True).to_dicts()]
        return self._firsts[column.key]

    def with_texts(self, columns: Iterable[SheetColumn], cell: Cells) -> pl.DataFrame:
        """The frame with what is shown of these columns, without accents and capitals, beside them."""
        frame = self.frame
        for column in columns:
            on = self.said.get(column.key, (column.key,))
            if on is None:
                texts = [plain(cell(column, row).text) for row in frame.iter_rows(named=True)]
                frame = frame.with_columns(pl.Series(TEXT + column.key, texts, dtype=pl.String))
                continue
            if column.key not in self._told:
                rows = self.frame.unique(list(on), keep="any", maintain_order=True)
                texts = [plain(cell(column, row).text) for row in rows.iter_rows(named=True)]
                told = pl.Series(TEXT + column.key, texts, dtype=pl.String)
                self._told[column.key] = rows.select(*on).with_columns(told)
            frame = frame.join(self._told[column.key], on=list(on), how="left", nulls_equal=True, maintain_order="left")
        return frame

    def matching(
        self,
        keep: Sequence[pl.Expr],
        wanted: Sequence[str],
        spoken: Sequence[SheetColumn],
        sort: Sequence[tuple[SheetColumn, bool]],
        cell: Cells,
    ) -> FrameRows:
        """Rows that fit, in an order: as ``asking.matching`` has it, which says what each of these is."""
        rows = FrameRows(self.frame.filter(*keep), self.said, self._told) if keep else self
        by_text = [column for column, _ in sort if column.kind in ("code", "text")]
        texts = {column.key: column for column in (*(spoken if wanted else ()), *by_text)}
        frame = rows.with_texts(texts.values(), cell)
        if wanted:
            says = [pl.col(TEXT + column.key) for column in spoken]
            fits = [pl.any_horizontal(one.str.contains(word, literal=True) for one in says) for word in wanted]
            frame = frame.filter(*(fits if says else [pl.lit(False)]))
        if sort:
            order = [
                pl.when(self.value(column).is_not_null()).then(pl.col(TEXT + column.key))
                if column.kind in ("code", "text")
                else self.value(column)
                for column, _ in sort
            ]
            back = [back for _, back in sort]
            frame = frame.sort(order, descending=back, nulls_last=True, maintain_order=True)
        return FrameRows(frame.select(self.frame.columns), self.said)


def plain(text: str) -> str:
    """Text without accents and capitals, so that "Bénéf" finds "bénéficiaire"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
