"""The one door to the ledger: nothing else in the web room imports it. Every question says whose books it is about.

A ledger is opened for each question and closed after it: what a nation asks is answered by a ledger that reads and posts
that nation's book only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rampart.findings import Finding, Language
from rampart.ledger.actual.planned import of_nation
from rampart.ledger.ledger import Ledger, open_ledger, upgrade, written
from rampart.ledger.returns import vocabulary
from rampart.ledger.returns.booking import figures_of, last_revision, return_key
from rampart.ledger.returns.catalogue import mark_of
from rampart.ledger.returns.checking import Checked, check_return, post_return
from rampart.ledger.returns.figures import FIGURES, HEAD
from rampart.ledger.returns.template import as_reported, rows_to_fill_in, write_return_template
from rampart.ledger.store.opening import LedgerError
from rampart.ledger.store.reading import Balance, Booked

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.results.result import Result

__all__ = ["FIGURES", "HEAD", "Balance", "Booked", "Books", "Checked", "LedgerError", "return_key", "words", "written"]

HELD = ("stock", "transit", "repair")
"""Accounts that hold things."""


OF_AN_ORDER = (
    "decision due", "decision taken", "decision refused", "decision postponed", "award", "order", "commitment", "payment",
    "cancellation", "production", "purchase",
)  # fmt: skip
"""Kinds of documents that name a contract or a line."""

LISTS = {"kind": vocabulary.KINDS, "condition": vocabulary.CONDITIONS, "outcome": vocabulary.OUTCOMES}
"""Words of a return that are chosen from a list, by column."""


def words(language: Language) -> Mapping[str, list[str]]:
    """Words of a return that are chosen from a list, by column."""
    return {column: vocabulary.listed(lists, language) for column, lists in LISTS.items()}


def kind_word(kind: str, language: Language) -> str:
    """A kind of document as a return calls it; "" where a return cannot make it."""
    said = vocabulary.KINDS.get(kind)
    return said[language] if said else ""


@dataclass(frozen=True)
class Books:
    """The ledger of a store.

    place  a file, or the address of a server
    """

    place: str

    @property
    def there(self) -> bool:
        """Whether there is a ledger; a server is taken to be there."""
        return "://" in self.place or Path(self.place).is_file()

    def make(self) -> tuple[int, int] | None:
        """Make the file, or bring a ledger to this version: the version that it had and has; None for one that was made."""
        if not self.there:
            open_ledger(self.place, create=True).close()
            return None
        return upgrade(self.place)

    def open(self, nation: str) -> Ledger:
        """The ledger for one nation; "" for all of them. Raises LedgerError, PlaceError."""
        return open_ledger(self.place, nations=(nation,) if nation else ())

    def holdings(self, nation: str, *, on: str, known: str | None) -> list[Balance]:
        """What lies in stock, is on the way or under repair, at the end of a day, as known at a moment."""
        with self.open(nation) as ledger:
            return [one for one in ledger.balances(on=on, known=known) if one.account.kind in HELD]

    def newest(self, nation: str, *, most: int, skip: int, known: str | None) -> tuple[list[Booked], int]:
        """Documents, the last booked first, and how many there are."""
        with self.open(nation) as ledger:
            return ledger.newest(most=most, skip=skip, known=known)

    def about(self, nation: str, of: Sequence[str], *, most: int) -> list[Booked]:
        """Documents that say what became of an order: decided, signed, paid, made; the last booked first."""
        with self.open(nation) as ledger:
            return ledger.about(*of, kinds=OF_AN_ORDER, most=most)

    def document(self, reader: str, nation: str, key: str) -> Booked | None:
        """A document by its key; ``reader`` is the nation that asks, "" for who sees all."""
        with self.open(reader) as ledger:
            return ledger.document(nation, key)

    def next_revision(self, nation: str, month: str) -> int:
        """Number of the next return of a month."""
        with self.open(nation) as ledger:
            revision = 1
            while ledger.document(nation, return_key(month, revision)) is not None:
                revision += 1
            return revision

    def has(self, nation: str, month: str, revision: int) -> bool:
        """Whether a return is posted."""
        with self.open(nation) as ledger:
            return ledger.document(nation, return_key(month, revision)) is not None

    def lacking(self, returns: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
        """Which of these returns (nation, month, revision) the ledger does not have."""
        with self.open("") as ledger:
            return [one for one in returns if ledger.document(one[0], return_key(one[1], one[2])) is None]

    def copy(self, target: Path) -> bool:
        """A copy of the ledger as it stands, whatever is posted meanwhile; False where it lies on a server."""
        if "://" in self.place:
            return False
        with self.open("") as ledger:
            ledger.backup(target)
        return True

    def to_fill_in(self, case: Case, nation: str, month: str, language: Language) -> list[dict[str, str]]:
        """Rows of a new return, in words; of a correction the figures that were reported last."""
        with self.open(nation) as ledger:
            held = {one.key: one for one in ledger.documents()}
            last = last_revision(held, month)
            if last:
                figures = figures_of(held[return_key(month, last)].document)
                rows = [as_reported(figure, month) for figure in figures]
            else:
                rows = [{k: v for k, v in row.items() if v} for row in rows_to_fill_in(ledger, case, nation, month)]
        return [in_words({name: str(value) for name, value in row.items()}, language) for row in rows]

    def template(self, case: Case, nation: str, month: str, language: Language) -> bytes:
        """The workbook to fill in."""
        with TemporaryDirectory(prefix="rampart-return-") as scratch, self.open(nation) as ledger:
            path = Path(scratch) / "return.xlsx"
            write_return_template(path, ledger, case, nation=nation, month=month, language=language)
            return path.read_bytes()

    def check(self, case: Case, nation: str, path: Path, *, plan: Result | None) -> Checked:
        """A return that lies in a file or folder, held against the case, the nation's book and a plan."""
        with self.open(nation) as ledger:
            planned = None if plan is None else lambda of, month: of_nation(plan, of, month)
            checked = check_return(ledger, case, path, planned=planned)
        if checked.made is not None and checked.made.nation != nation:
            foreign = Finding("ledger-foreign", table=HEAD, column="nation", value=checked.made.nation)
            return Checked(None, (*checked.findings, foreign))
        return checked

    def post(self, nation: str, checked: Checked) -> int:
        """Post what a checked return books; the same again posts nothing. Raises LedgerError."""
        with self.open(nation) as ledger:
            return post_return(ledger, checked)

    def mark(self, case: Case) -> str:
        """The mark of the catalogue of a case, as a template carries it."""
        return mark_of(case)


def in_words(cells: Mapping[str, str], language: Language) -> dict[str, str]:
    """Cells with kinds, conditions and outcomes as the reader calls them, whatever language they were written in."""
    return {column: in_word(column, text, language) for column, text in cells.items()}


@lru_cache(maxsize=10_000)
def in_word(column: str, text: str, language: Language) -> str:
    """What was written in a column of a return as the reader calls it; as it is where it is none of its words."""
    lists = LISTS.get(column, {})
    name = vocabulary.word_of(lists, text) if lists and text else ""
    return lists[name][language] if name else text
