"""What may be done with a return, by whom, and in which order. Pages and programs come through here.

Whoever has saved or submitted a return never approves it, under whatever role, token or session. An approval is of the hash
of what was submitted: any later save voids it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile, is_zipfile

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from rampart.case.annotating import write_annotated
from rampart.case.calendar import is_month
from rampart.case.merging import Conflict
from rampart.case.outside import layouts_outside
from rampart.case.tables import Case
from rampart.findings import Finding, FindingsError, Language
from rampart.results.result import Result
from rampart.web.asked_by import books, catalogue
from rampart.web.asking import Asked, NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.audit import DONE, REFUSED, Entry, write
from rampart.web.books import FIGURES, HEAD, Checked, return_key
from rampart.web.people.roles import Right
from rampart.web.returns.content import FIRST_ROW, Content, entered, merged, numbered, of_file
from rampart.web.returns.staged import APPROVED, DRAFT, POSTED, SUBMITTED, ReturnVersion, StagedReturn
from rampart.web.tables.grid import MOST_ROWS

APPROVAL = "return.approve"
"""Verb of approvals in the audit trail."""
FIRST_MONTH = "1900-01"
WHOLE = frozenset(
    {"reading-ended", "reading-too-long", "too-large", "too-many-cells", "unreadable", "not-a-workbook", "stray-cell"}
)
"""Findings after which a file is not opened again."""
MOST_UNPACKED = 20_000_000
"""Bytes of a workbook's parts, unpacked, up to which it is marked: that is done in the server's own process."""


class OutOfDateError(Exception):
    """Somebody else has saved in between. ``content`` is both, cell by cell; where both changed a cell it is as given."""

    def __init__(self, staged: StagedReturn, content: Content, conflicts: list[Conflict], by: str) -> None:
        super().__init__(str(staged))
        self.staged, self.content, self.conflicts, self.by = staged, content, conflicts, by


class NotSoundError(Exception):
    """What was found in a file or a return stands against it."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(str(f) for f in findings[:3]))
        self.findings = findings


@dataclass(frozen=True)
class Told:
    """A finding as it stands beside a cell.

    row, column  of the cell, by the number of its row; None and "" where it is about the whole
    """

    row: int | None
    column: str
    finding: Finding


def require_catalogue(asked: Asked) -> Case:
    """The case against which returns are held. Raises WronglyAskedError where the store names none."""
    case = catalogue()
    if case is None:
        raise WronglyAskedError(asked.words("web.return.no_catalogue"))
    return case


def require_month(asked: Asked, month: str) -> None:
    """Raise WronglyAskedError where this is no month, or one that has not begun."""
    if not is_month(month) or not FIRST_MONTH <= month <= f"{timezone.now():%Y-%m}":
        raise WronglyAskedError(asked.words("web.return.month", value=month[:20]))


def own(asked: Asked, number: int, right: Right = "read") -> StagedReturn:
    """A return of the reader's nation. Raises NotThereError, or NotAllowedError where the reader lacks the right."""
    if not asked.reader.may(right) or (right != "read" and settings.OF_THE_STORE.masked):
        raise NotAllowedError(right)
    found = StagedReturn.objects.filter(pk=number).first()
    if found is None or not (asked.reader.nation == found.nation or (asked.reader.sees_all and found.state == POSTED)):
        raise NotThereError(str(number))
    return found


def begun(asked: Asked, month: str) -> StagedReturn | None:
    """The return of a month that is begun and not posted yet; None where there is none.

    Raises NotAllowedError, WronglyAskedError.
    """
    _require_beginner(asked, month)
    ways = (DRAFT, SUBMITTED, APPROVED)
    return StagedReturn.objects.filter(nation=asked.reader.nation, month=month, state__in=ways).order_by("pk").last()


def _require_beginner(asked: Asked, month: str) -> None:
    if not asked.reader.may("return") or settings.OF_THE_STORE.masked:
        raise NotAllowedError("return")
    require_month(asked, month)


def begin(asked: Asked, month: str, *, why: str = "") -> StagedReturn:
    """A new return of the reader's nation, with the rows to fill in. Raises NotAllowedError, WronglyAskedError."""
    _require_beginner(asked, month)
    case, nation = require_catalogue(asked), asked.reader.nation
    revision = books().next_revision(nation, month)
    rows = books().to_fill_in(case, nation, month, asked.language)
    content = entered({}, numbered(rows))
    try:
        with transaction.atomic():
            made = StagedReturn.objects.create(nation=nation, month=month, revision=revision)
            _keep(made, content, asked, why)
    except IntegrityError as wrong:
        raise WronglyAskedError(asked.words("web.return.there", month=month, n=revision)) from wrong
    return made


def save(asked: Asked, number: int, base: int, content: Content, *, why: str = "") -> StagedReturn:
    """Keep what was entered as a new version; an earlier submission is void.

    base  version that was changed

    Raises OutOfDateError where another version stands by now; NotAllowedError, NotThereError, WronglyAskedError.
    """
    staged = own(asked, number, "return")
    if staged.state not in (DRAFT, SUBMITTED):
        raise WronglyAskedError(asked.words("web.return.closed"))
    if len(content.rows) > MOST_ROWS:
        raise WronglyAskedError(asked.words("web.return.too_many", n=MOST_ROWS))
    require_newest(staged, base, content)
    if content == staged.content and staged.state == DRAFT:
        return staged
    _keep(staged, content, asked, why)
    return staged


def require_newest(staged: StagedReturn, base: int, content: Content) -> None:
    """Raise OutOfDateError where what was entered builds on another version than the one that stands."""
    if base != staged.version:
        both, conflicts = merged(staged.content_at(base), staged.content, content)
        raise OutOfDateError(staged, both, conflicts, staged.author)


def _keep(staged: StagedReturn, content: Content, asked: Asked, why: str) -> None:
    staged.version += 1
    staged.state, staged.submitted, staged.submitted_by, staged.said = DRAFT, "", "", ""
    staged.save()
    ReturnVersion.objects.create(
        of=staged, number=staged.version, who=asked.reader.name, why=why[:200], content=content.as_json()
    )
    staged.__dict__.pop("content", None)


def new_rows(staged: StagedReturn, base: int) -> int:
    """The first number that no row of two versions has."""
    numbers = {*staged.content.rows, *staged.content_at(base).rows}
    return max(numbers, default=0) + 1


def check(asked: Asked, staged: StagedReturn, content: Content | None = None) -> tuple[Checked, list[Told]]:
    """A return held against case, ledger and newest plan, and its findings beside their cells."""
    content = staged.content if content is None else content
    with laid_out(asked, staged, content) as folder:
        checked = books().check(require_catalogue(asked), staged.nation, folder, plan=_newest_plan(asked))
    return checked, placed(content, checked.findings)


@contextmanager
def laid_out(asked: Asked, staged: StagedReturn, content: Content) -> Iterator[Path]:
    """A return as a folder of files, as the command line reads it."""
    mark = books().mark(require_catalogue(asked))
    with TemporaryDirectory(prefix="rampart-return-") as scratch:
        content.write(
            Path(scratch), nation=staged.nation, month=staged.month, revision=staged.revision,
            author=staged.author or asked.reader.name, mark=mark,
        )  # fmt: skip
        yield Path(scratch)


def placed(content: Content, findings: tuple[Finding, ...]) -> list[Told]:
    """Findings beside the cells that they are about."""
    numbers = list(content.rows)
    found = []
    for finding in findings:
        at = (finding.row or 0) - FIRST_ROW
        row = numbers[at] if finding.table == FIGURES and 0 <= at < len(numbers) else None
        found.append(Told(row, finding.column if row is not None or finding.table == HEAD else "", finding))
    return found


def submit(asked: Asked, number: int, base: int) -> StagedReturn:
    """Hand a draft to those who approve. Raises OutOfDateError, WronglyAskedError, NotAllowedError, NotThereError."""
    staged = own(asked, number, "return")
    if staged.state != DRAFT:
        raise WronglyAskedError(asked.words("web.return.closed"))
    if base != staged.version:
        raise OutOfDateError(staged, staged.content, [], staged.author)
    staged.state, staged.submitted, staged.submitted_by, staged.said = SUBMITTED, staged.hash, asked.reader.name, ""
    staged.save()
    return staged


def give_back(asked: Asked, number: int, why: str) -> StagedReturn:
    """Send a submitted return back to its authors. Raises WronglyAskedError, NotAllowedError, NotThereError."""
    staged = own(asked, number, "approve")
    if staged.state != SUBMITTED:
        raise WronglyAskedError(asked.words("web.return.not_submitted"))
    staged.state, staged.submitted, staged.submitted_by = DRAFT, "", ""
    staged.said = asked.words("web.return.given_back", who=asked.reader.name, why=why[:200])
    staged.save()
    return staged


def approvable(asked: Asked, number: int, given: str) -> StagedReturn:
    """A return that the reader may approve as it stands.

    given  hash of what the reader has seen

    Raises WronglyAskedError where it was changed since, or the reader is one of its authors; NotAllowedError, NotThereError.
    """
    staged = own(asked, number, "approve")
    if staged.state != SUBMITTED:
        raise WronglyAskedError(asked.words("web.return.not_submitted"))
    if not given or given != staged.submitted or given != staged.hash:
        raise WronglyAskedError(asked.words("web.return.changed"))
    if asked.reader.name in staged.authors:
        raise WronglyAskedError(asked.words("web.return.own"))
    return staged


def approve(asked: Asked, number: int, given: str, *, through: dict[str, str]) -> StagedReturn:
    """Approve what was submitted. The ledger has it once it is posted (``post``). Raises as ``approvable`` does.

    through  role, token and address, for the entry in the audit trail
    """
    staged = approvable(asked, number, given)
    staged.state, staged.approved, staged.approved_by = APPROVED, given, asked.reader.name
    staged.approved_through = {name: text for name, text in through.items() if name != "who"}
    staged.approved_at = timezone.now()
    staged.save()
    return staged


def require_sound(checked: Checked) -> None:
    """Raise NotSoundError where anything stands against posting."""
    if not checked.sound:
        raise NotSoundError(checked.findings)


def post(staged: StagedReturn, checked: Callable[[], Checked], language: Language) -> bool:
    """Post what was approved, once: what the ledger has already is only noted. What it refuses is a draft again. Either leaves
    its entry in the audit trail. Gives whether the ledger has it.
    """
    if staged.state != APPROVED or staged.hash != staged.approved:
        raise ValueError(f"{staged} is not approved as it stands")
    try:
        if not books().has(staged.nation, staged.month, staged.revision):
            found = checked()
            require_sound(found)
            books().post(staged.nation, found)
        _ended(staged, DONE, state=POSTED, posted_at=timezone.now())
    except (FindingsError, NotSoundError) as wrong:
        said = "\n".join(f.sentence(language) for f in wrong.findings if f.severity == "error")
        _ended(staged, REFUSED, state=DRAFT, approved="", submitted="", said=said)
    staged.refresh_from_db()
    return staged.state == POSTED


def _ended(staged: StagedReturn, outcome: str, **now: Any) -> None:
    """Keep what became of an approval with its entry in the audit trail, unless that is known already."""
    facts = {"number": staged.pk, "hash": staged.approved, "key": key_of(staged)}
    of: dict[str, Any] = {"verb": APPROVAL, "who": staged.approved_by, "about": str(staged)}
    with transaction.atomic():
        ended = StagedReturn.objects.filter(pk=staged.pk, state=APPROVED).update(**now)
        # One that is posted again because the ledger was restored to an earlier day has its entry.
        if ended and not Entry.objects.filter(**of, outcome=DONE, facts__hash=staged.approved).exists():
            write(**of, outcome=outcome, facts=facts, **staged.approved_through)


def read_file(asked: Asked, path: Path, staged: StagedReturn) -> Content:
    """What a workbook holds, for the return. Raises NotSoundError with every finding where it cannot be taken over."""
    read, found = layouts_outside(path, (HEAD, FIGURES))
    findings = (*found, *(f for laid in read.values() for f in laid.findings))
    if not read or any(f.severity == "error" for f in findings):
        raise NotSoundError(findings)
    said = read[HEAD].rows[0] if len(read[HEAD].rows) == 1 else {}
    if not said:
        raise NotSoundError((read[HEAD].finding("return-one-head", value=len(read[HEAD].rows)),))
    for name, expected in (("nation", staged.nation), ("month", staged.month)):
        if said[name] != expected:
            words = asked.words("web.return.elsewhere", name=name, value=str(said[name])[:40], expected=expected)
            raise WronglyAskedError(words)
    lots = tuple(
        read[FIGURES].finding("return-lot", row, "lot", "")
        for row in sorted(read[FIGURES].numbers.get("lot", frozenset()))
    )
    if lots:
        raise NotSoundError(lots)
    return of_file(read[HEAD], read[FIGURES])


def annotated(asked: Asked, path: Path, staged: StagedReturn, to: Path) -> Path:
    """A copy of a workbook with each finding at its cell. Raises NotSoundError where it is not safe to open it."""
    checked = books().check(require_catalogue(asked), staged.nation, path, plan=_newest_plan(asked))
    if not is_zipfile(path) or any(f.code in WHOLE for f in checked.findings):
        raise NotSoundError(checked.findings)
    with ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MOST_UNPACKED:
        details = {"size": size // 1_000_000, "limit": MOST_UNPACKED // 1_000_000}
        raise NotSoundError((Finding("too-large", file=path.name, details=details), *checked.findings))
    return write_annotated(path, checked.findings, to, language=asked.language)


def _newest_plan(asked: Asked) -> Result | None:
    name = next((one.name for one in asked.shelf.results() if one.kind == "plan"), "")
    return asked.shelf.result(name) if name else None


def key_of(staged: StagedReturn) -> str:
    """Key of the document by which the ledger knows a return."""
    return return_key(staged.month, staged.revision)
