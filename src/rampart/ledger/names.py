"""Names: what an item, a site or a nation is called in a book on each day, by its documents of the kind ``renaming``.

Nothing posted is touched. An entry is told by the name that its code has on the day that is asked about: before the day of the
renaming by the old one, from it on by the new. So a document that is dated back changes what the new name has, as it should,
and a ledger as known before the renaming was booked tells the old name for ever. Two codes that are given one name are one
from that day on (merged). The other way round, one code becomes several by a document of the kind ``split``, which moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from rampart.ledger.accounts import Account
from rampart.ledger.documents import Document

FIELDS = {"item": ("item",), "site": ("site",), "nation": ("owner", "holder")}
"""Parts of an account that bear names of each sort. The chain of a nation keeps the code under which it was begun."""
USUAL = "item"
"""The sort of what is renamed where a document says none."""


class Renaming(NamedTuple):
    """From this day on what was called ``old`` is called ``new``."""

    day: str
    what: str
    old: str
    new: str


def renaming_of(document: Document) -> Renaming:
    """What a document of the kind ``renaming`` says."""
    return Renaming(document.day, document.what or USUAL, document.of, document.to)


class Names:
    """Names in one book. ``renamings`` in the order in which they were booked."""

    def __init__(self, renamings: Iterable[Renaming] = ()) -> None:
        self._said = sorted(renamings, key=lambda r: r.day)
        self._alike: dict[tuple[str, str], frozenset[str]] = {}
        for _, what, old, new in self._said:
            one = self.family(what, old) | self.family(what, new)
            self._alike |= {(what, code): one for code in one}

    def __bool__(self) -> bool:
        return bool(self._said)

    @property
    def days(self) -> list[str]:
        """Days on which something gets another name."""
        return [r.day for r in self._said]

    def of(self, what: str, code: str, day: str) -> str:
        """What a code is called on a day."""
        for r in self._said:
            if r.day <= day and (r.what, r.old) == (what, code):
                code = r.new
        return code

    def family(self, what: str, code: str) -> frozenset[str]:
        """Codes that bear one name with this one on some day, itself among them."""
        return self._alike.get((what, code), frozenset({code}))

    def called(self, account: Account, day: str) -> Account:
        """An account by its names on a day."""
        if not self._said:
            return account
        return account._replace(**{
            field: self.of(what, getattr(account, field), day) for what, fields in FIELDS.items() for field in fields
        })  # fmt: skip

    def accounts(self, account: Account) -> Iterator[Account]:
        """Accounts that bear one name with this one on some day, itself among them."""
        parts = [
            (field, sorted(self.family(what, getattr(account, field)))) for what, of in FIELDS.items() for field in of
        ]
        for codes in product(*(of for _, of in parts)):
            yield account._replace(**{field: code for (field, _), code in zip(parts, codes, strict=True)})

    def movements(self, account: Account, moved: Callable[[Account], Mapping[str, int]]) -> dict[str, int]:
        """What came, net, by day, into what the account is called on each day; ``moved``: into an account as it was written."""
        own = {one: moved(one) for one in self.accounts(account)}
        if len(own) == 1:
            return dict(own[account])
        running, before, found = dict.fromkeys(own, 0), 0, {}
        for day in sorted({*self.days, *(d for of in own.values() for d in of)}):
            called, total = self.called(account, day), 0
            for one, of in own.items():
                running[one] += of.get(day, 0)
                total += running[one] if self.called(one, day) == called else 0
            if total != before:
                found[day] = total - before
            before = total
        return found


NONE = Names()
"""Where nothing was renamed."""


def names_of(documents: Sequence[Document], taken_back: Iterable[str]) -> Names:
    """Names by the renamings among documents of one book, in the order booked, but for those taken back (by key)."""
    back = set(taken_back)
    return Names(renaming_of(d) for d in documents if d.kind == "renaming" and d.key not in back)
