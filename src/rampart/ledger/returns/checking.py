"""A national return checked against its case and its ledger, and posted: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rampart.findings import Finding
from rampart.ledger.names import NONE, Names
from rampart.ledger.packs import factors_of
from rampart.ledger.returns.booking import Booking, Difference, Held, booking_of
from rampart.ledger.returns.catalogue import mark_of
from rampart.ledger.returns.comparing import Compared, Planned, compared, doubts
from rampart.ledger.returns.figures import Figure, Return, read_return
from rampart.ledger.store.opening import LedgerError

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.ledger.counts import Counted
    from rampart.ledger.ledger import Ledger


Planning = Callable[[str, str], Planned]
"""What a plan has for a nation and a month."""


NOTHING = Booking((), {})


@dataclass(frozen=True)
class Checked:
    """A return that was read and held against case and ledger.

    made      None where it could not be read
    findings  all of them; nothing is posted where one is an error
    booking   what it books; no documents where the same return is there already
    compared  its figures beside the last ones and the plan
    """

    made: Return | None
    findings: tuple[Finding, ...]
    booking: Booking = NOTHING
    compared: tuple[Compared, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing stands against posting it."""
        return self.made is not None and not any(f.severity == "error" for f in self.findings)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What a revision changes."""
        return self.booking.differences


def check_return(ledger: Ledger, case: Case, path: str | Path, *, planned: Planning | None = None) -> Checked:
    """Read a return and hold it against the catalogue of a case, what was reported before, and the rules of the ledger.

    planned  gives what the plan has for a nation's month, by kind and item (``actual.planned.of_nation``)
    """
    names = ledger.names()

    def strange(made: Return) -> Iterator[Finding]:
        return _codes(_renamed(made, names.get(made.nation, NONE))[0], case)

    made, findings = read_return(path, also=strange)
    if made is None:
        return Checked(None, tuple(findings))
    known = ledger.documents()
    made, renamed = _renamed(made, names.get(made.nation, NONE))
    made, packed = _in_units(made, case)
    findings += [*renamed, *_codes(made, case), *packed]
    if any(f.severity == "error" for f in findings):
        return Checked(made, tuple(findings))
    held: Held = {b.key: b for b in known if b.nation == made.nation}
    booking, wrong = booking_of(made, held)
    findings += wrong
    rows = compared(made, held, planned(made.nation, made.month) if planned else {})
    findings += doubts(made, rows, held)
    if booking.documents:
        try:
            counts = ledger.rehearse(*booking.documents)
            findings += _differences(made, booking, [c for c in counts if c.key in booking.rows and c.difference])
        except LedgerError as refused:
            findings += [_placed(made, booking, f) for f in refused.findings]
    return Checked(made, tuple(findings), booking, tuple(rows))


def post_return(ledger: Ledger, checked: Checked) -> int:
    """Post what a checked return books; the number of documents. Raises LedgerError where anything stands against it."""
    if not checked.sound:
        raise LedgerError(checked.findings)
    if not checked.booking.documents:
        return 0
    return sum(not r.there for r in ledger.post(*checked.booking.documents))


def _renamed(made: Return, names: Names) -> tuple[Return, list[Finding]]:
    """The return with codes of an older catalogue replaced by those in force on the day of the figure, a note for each."""
    found, figures, said = [], [], set()
    for f in made.figures:
        new = names.of("item", f.line.item, f.day)
        if new != f.line.item and f.line.item not in said:
            said.add(f.line.item)
            found.append(made.finding("return-renamed", f, "item", f.line.item, new=new))
        figures.append(replace(f, line=replace(f.line, item=new, site=names.of("site", f.line.site, f.day))))
    return replace(made, figures=tuple(figures)), found


def _in_units(made: Return, case: Case) -> tuple[Return, list[Finding]]:
    """The return with figures in packs as units, the packs and their factor beside them."""
    factors, found, figures = factors_of(case), [], []
    for f in made.figures:
        if f.line.pack:
            factor = factors.get((f.line.item, f.line.pack), 0)
            if not factor:
                found.append(made.finding("ledger-pack-unknown", f, "pack", f.line.pack, item=f.line.item))
            packs = str(f.line.quantity) if f.reported else ""
            f = replace(f, line=replace(f.line, quantity=f.line.quantity * factor, packs=packs, factor=factor))
        figures.append(f)
    return replace(made, figures=tuple(figures)), found


def _codes(made: Return, case: Case) -> Iterator[Finding]:
    """Codes that the case does not know; where the template is of another catalogue, all of them in one finding too."""
    nations, items = set(case["nations"]["nation"]), set(case["items"]["item"]) | {str(case.settings["currency"])}
    if made.nation and made.nation not in nations:
        yield made.finding("return-nation", value=made.nation)
    strange: list[str] = []
    for f in made.figures:
        cells = (("item", f.line.item, items), ("to", f.to, nations), ("sender", f.sender, nations),
                 ("owner", f.line.owner, nations))  # fmt: skip
        for column, code, known in cells:
            if code and code not in known:
                strange.append(code)
                yield made.finding("return-code", f, column, code)
    if made.catalogue and made.catalogue != mark_of(case):
        listed = ", ".join(dict.fromkeys(strange))
        yield made.finding("return-older-refused" if strange else "return-older", value=made.catalogue, codes=listed)


def _differences(made: Return, booking: Booking, counts: list[Counted]) -> Iterator[Finding]:
    """What was counted at the end of the month and the movements do not explain: a warning at the cell."""
    for c in counts:
        figure = _figure(made, booking, c.key, 1)
        said = {"booked": c.booked, "item": " / ".join(part for part in (c.account.item, c.account.lot) if part)}
        yield made.finding("return-count-differs", figure, "quantity", c.counted, **said)


def _placed(made: Return, booking: Booking, finding: Finding) -> Finding:
    """A finding of the ledger's rules at the cell of the return that it is about."""
    figure = _figure(made, booking, finding.table, finding.row or 1)
    column = (
        finding.column if finding.column in ("lot", "expires", "of", "to", "day", "outcome", "reason") else "quantity"
    )
    return made.finding(finding.code, figure, column, finding.value, **finding.details)


def _figure(made: Return, booking: Booking, key: str, line: int) -> Figure | None:
    rows = booking.rows.get(key, ())
    row = rows[min(line, len(rows)) - 1] if rows else None
    return next((f for f in made.figures if f.row == row), None)
