"""A national return: what is entered of it, what may be done with it now, and every version with who made it and why."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from pydantic import BaseModel

from rampart.case.merging import Conflict
from rampart.catalogues.choices import offered
from rampart.catalogues.inputs import layouts
from rampart.web.asked_by import names
from rampart.web.asking import Asked, NotThereError
from rampart.web.books import FIGURES, HEAD, Checked, in_word, in_words, kind_word
from rampart.web.books import words as listed
from rampart.web.pages.page import Page
from rampart.web.returns.content import Content
from rampart.web.returns.handing_in import Told, own
from rampart.web.returns.staged import DRAFT, SUBMITTED, StagedReturn
from rampart.web.tables.grid import Grid, GridChoice, grid

USUAL = ("kind", "item", "quantity", "lot", "day", "to", "sender", "of", "reference", "note")
"""Columns that are shown also where nothing stands in them."""
NAMED = {"items": ("item",), "nations": ("to", "sender", "owner")}
"""Columns whose codes have a name in the catalogue, by its table."""
BLANK = 5
"""Empty rows below the last."""


class HeadCell(BaseModel):
    """A cell of the head; ``choices`` blank where anything may be written."""

    key: str
    label: str
    help: str
    text: str
    required: bool
    choices: list[GridChoice]
    other: str | None = None


class Version(BaseModel):
    """A saving of the return."""

    number: int
    who: str
    when: str
    why: str
    changed: int


class OneReturn(BaseModel):
    """What the page shows.

    version  that is shown, on which a save builds; ``newest`` is the one that stands
    hash     of what stands: an approval names it
    said     why it was given back or refused, if it was
    authors  who has saved or submitted it: none of them approves it
    conflict whether another version came in between: who made it stands in ``by``
    """

    number: int
    nation: str
    nation_text: str
    month: str
    month_text: str
    revision: int
    state: str
    state_text: str
    version: int
    newest: int
    hash: str
    author: str
    submitted_by: str
    approved_by: str
    said: str
    may_save: bool
    may_submit: bool
    may_approve: bool
    authors: list[str]
    conflict: bool
    by: str
    head: list[HeadCell]
    grid: Grid
    versions: list[Version]


class FindingTold(BaseModel):
    """A finding: where it stands and what it says."""

    row: int | None
    place: str
    column: str
    severity: str
    text: str


class ComparedTold(BaseModel):
    """A figure beside the last one and the plan."""

    kind: str
    item: str
    reported: str
    last: str
    planned: str


class CheckTold(BaseModel):
    """What a check of a return says."""

    sound: bool
    findings: list[FindingTold]
    compared: list[ComparedTold]


def one_return(asked: Asked, number: int, version: int = 0, columns: str = "") -> OneReturn:
    """A return of the reader's nation. Raises NotThereError.

    version  an older one, to look at; 0: the one that stands
    columns  "all" shows every column
    """
    staged = own(asked, number)
    if not 0 <= version <= staged.version:
        raise NotThereError(str(version))
    content = staged.content_at(version) if version else staged.content
    return page_of(asked, staged, content, version=version or staged.version, every=columns == "all")


def page_of(
    asked: Asked,
    staged: StagedReturn,
    content: Content,
    *,
    version: int,
    every: bool = False,
    conflicts: Iterable[Conflict] = (),
    by: str = "",
    said: str = "",
) -> OneReturn:
    """The page of a return with some content.

    version  on which that content builds
    said     why it was not taken, if it was not
    """
    words, reader, newest = asked.words, asked.reader, staged.version
    open_now = staged.state in (DRAFT, SUBMITTED) and not settings.OF_THE_STORE.masked
    others, heads = {}, {}
    for one in conflicts:
        theirs = one.first if one.first else words("none")
        if one.table == HEAD:
            heads[one.column] = theirs
        else:
            others[str(int(one.key[0])), one.column] = in_word(one.column, theirs, asked.language)
    editable = open_now and reader.may("return") and version == newest
    shown = {str(n): in_words(cells, asked.language) for n, cells in content.rows.items()}
    layout = layouts()[HEAD].columns
    return OneReturn(
        number=staged.pk,
        nation=staged.nation,
        nation_text=names("nations", asked.language).get(staged.nation, staged.nation),
        month=staged.month,
        month_text=words.month(staged.month),
        revision=staged.revision,
        state=staged.state,
        state_text=words(f"web.return.state.{staged.state}"),
        version=version,
        newest=newest,
        hash=staged.hash,
        author=staged.author,
        submitted_by=staged.submitted_by,
        approved_by=staged.approved_by,
        said=said or (staged.said if staged.state == DRAFT else ""),
        may_save=open_now and reader.may("return"),
        may_submit=staged.state == DRAFT and editable and not others,
        may_approve=staged.state == SUBMITTED and open_now and reader.may("approve"),
        authors=sorted(staged.authors),
        conflict=bool(by),
        by=by,
        head=[
            HeadCell(
                key=name,
                label=layout[name].label[asked.language],
                help=layout[name].help[asked.language],
                text=content.head.get(name, ""),
                required=layout[name].required,
                choices=[
                    GridChoice(value=value, text=text)
                    for value, text in zip(
                        layout[name].values, offered(layout[name].values, asked.language), strict=True
                    )
                ],
                other=heads.get(name),
            )
            for name in ("source", "grade", "release")
        ],
        grid=grid(
            words("web.return.figures"),
            layouts()[FIGURES].columns,
            shown,
            asked.language,
            lists=_lists(asked),
            others=others,
            show=None if every else USUAL,
            editable=editable,
            named=[column for columns in NAMED.values() for column in columns],
            blank=BLANK,
        ),
        versions=_versions(asked, staged),
    )


def _lists(asked: Asked) -> dict[str, list[GridChoice]]:
    """What may be chosen, by column."""
    found = {
        name: [GridChoice(value=text, text="") for text in texts] for name, texts in listed(asked.language).items()
    }
    for table, columns in NAMED.items():
        choices = [GridChoice(value=c, text=n) for c, n in names(table, asked.language).items()]
        found |= {column: choices for column in columns if choices}
    return found


def _versions(asked: Asked, staged: StagedReturn) -> list[Version]:
    from rampart.web.returns.content import content_of

    found, before = [], Content({}, {})
    for one in staged.versions.order_by("number"):
        now = content_of(one.content)
        rows = {*before.rows, *now.rows}
        changed = sum(
            before.rows.get(n, {}).get(c) != now.rows.get(n, {}).get(c)
            for n in rows
            for c in {*before.rows.get(n, {}), *now.rows.get(n, {})}
        )
        when = asked.words("web.at", date=asked.words.date(one.when.isoformat()), time=f"{one.when:%H:%M}")
        found.append(Version(number=one.number, who=one.who, when=when, why=one.why, changed=changed))
        before = now
    return found[::-1]


def check_told(asked: Asked, content: Content, checked: Checked, found: Iterable[Told]) -> CheckTold:
    """What a check says, in the reader's words."""
    words, items = asked.words, names("items", asked.language)
    places = {number: place for place, number in enumerate(content.rows, 2)}
    columns = {**layouts()[HEAD].columns, **layouts()[FIGURES].columns}
    findings = []
    for one in found:
        f = one.finding
        label = columns[one.column].label[asked.language] if one.column in columns else ""
        at = words("web.grid.at", row=places[one.row], column=label) if one.row is not None else label
        text = " ".join(
            part for part in (f.message(asked.language), f.expected(asked.language), f.remedy(asked.language)) if part
        )
        findings.append(FindingTold(row=one.row, place=at, column=one.column, severity=f.severity, text=text))
    return CheckTold(
        sound=checked.sound,
        findings=sorted(findings, key=lambda f: ("error", "warning", "note").index(f.severity)),
        compared=[
            ComparedTold(
                kind=kind_word(c.kind, asked.language),
                item=items.get(c.item, c.item),
                reported=words("ledger.not_reported") if c.reported is None else words.number(c.reported),
                last=words("none") if c.last is None else f"{words.number(c.last)} ({words.month(c.last_month, short=True)})",
                planned=words("none") if c.planned is None else words.number(round(c.planned)),
            )
            for c in checked.compared
        ],
    )  # fmt: skip


PAGE = Page("one_return", "returns/{number}", one_return)
