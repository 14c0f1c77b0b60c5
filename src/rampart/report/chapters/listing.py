"""Tables as a reader sees them: heads, rows of text, and how much was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rampart.language.in_words import InWords

MOST_ROWS = 40
PAGE = 116
"""Letters in a line of a table as wide as the page."""
GAP, STEP = 2.0, 2.0
"""Letters between two columns, and those by which a column is made wider at a time."""
CLOSE, MOST_NUMERIC = 11, 19
"""Letters of a text, and of a number with its unit or of a range, that stand in one line."""
LEAST = 13
"""Letters that a column of texts has at least."""
LONGEST_WORD = 28
"""Letters from which a word may be broken."""


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a column, with a capital; numbers stand to the right."""

    label: str
    numeric: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label[:1].upper() + self.label[1:])


@dataclass(frozen=True, slots=True)
class Listing:
    """One table of a report."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = ""
    note: str = ""
    left: int = 0  # rows of it that stand in the report alone
    where: tuple[str, str] | None = None  # chapter of the report and sheet of the workbook that have them all
    repeat: int = 0  # leading columns that are shown once for a run of equal rows

    def same(self, row: int) -> int:
        """How many leading cells only repeat the row before."""
        if row == 0:
            return 0
        here, above = self.rows[row][: self.repeat], self.rows[row - 1][: self.repeat]
        return next((n for n, (a, b) in enumerate(zip(here, above, strict=True)) if a != b), len(here))

    def goes_on(self, row: int) -> bool:
        """Whether the next row belongs to the same run, so that no rule is drawn between them."""
        return bool(self.repeat) and row + 1 < len(self.rows) and self.same(row + 1) == self.repeat

    def style(self, column: int, cell: str) -> str:
        """Class of a cell: numbers to the right; short texts in one piece; hashes break anywhere."""
        if self.heads[column].numeric:
            return "n" if len(cell) <= 16 else "n flow"
        return "long" if len(cell) > 40 and " " not in cell else "close" if len(cell) <= CLOSE else ""

    def widths(self) -> list[float]:
        """Letters of each column in a line of ``PAGE``: what its longest word needs, and of the room that is left what makes
        the table least high, so that a long text stands in no narrow column.
        """
        found: list[float] = []
        lengths: list[list[int]] = []
        for column, head in enumerate(self.heads):
            cells = [row[column] for row in self.rows]
            whole = [len(cell) for cell in cells if len(cell) <= (MOST_NUMERIC if head.numeric else CLOSE)]
            bold = [1.15 * len(word) for word in head.label.split(" ")]
            whole += [] if head.numeric else [min(LEAST, max(map(len, cells), default=0))]
            found.append(GAP + max([*bold, *whole, *(min(len(w), LONGEST_WORD) for c in cells for w in c.split(" "))]))
            lengths.append([0 if column < self.same(row) else len(cell) for row, cell in enumerate(cells)])
        rows: list[tuple[int, ...]] = list(zip(*lengths, strict=True))

        def height(widths: Sequence[float]) -> float:
            lines = [[max(1.0, n / (wide - GAP)) for n, wide in zip(row, widths, strict=True)] for row in rows]
            return sum(max(row, default=1.0) + 0.01 * sum(row) for row in lines)

        def wider(column: int) -> list[float]:
            return [wide + STEP * (n == column) for n, wide in enumerate(found)]

        left = PAGE - sum(found)
        while left > 0:
            found = wider(min(range(len(found)), key=lambda column: (round(height(wider(column)), 6), found[column])))
            left -= STEP
        return found


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: what it says first, then its tables; its figures are drawn by key."""

    key: str
    title: str
    says: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    points: tuple[str, ...] = field(default=())


def listing(
    answer: InWords,
    caption: str,
    heads: Sequence[Head],
    rows: Iterable[Sequence[str]],
    *,
    most: int | None = MOST_ROWS,
    left_out: int = 0,
    note: str = "",
    repeat: int = 0,
) -> Listing:
    """A table of at most ``most`` rows; what is left out is said, and stands in the workbook.

    left_out  rows that the caller has already left out
    """
    every = [tuple(row) for row in rows]
    shown = every if most is None or len(every) == most + 1 else every[:most]  # one row is shown sooner than said
    left = len(every) - len(shown) + left_out
    more = answer.words.count("rows_left", left) if left else ""
    return Listing(caption, tuple(heads), tuple(shown), more, note, repeat=repeat)
