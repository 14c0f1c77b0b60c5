"""Forms that keep and change cases."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from rampart.catalogues.inputs import tables
from rampart.web.asked_by import asked_by
from rampart.web.asking import Asked, NotThereError
from rampart.web.audit_trail import UNCHANGED, note, writes_itself, written
from rampart.web.editing import changing
from rampart.web.editing.changing import CaseNotSoundError, CaseOutOfDateError, Cells, TableGiven
from rampart.web.editing.kept import CaseVersion
from rampart.web.pages.case_table import CaseChecked, checked, page_of
from rampart.web.refusing import refused, refusing
from rampart.web.returns.uploading import stored
from rampart.web.tables.grid import CELL, typed
from rampart.web.templating import at, shown


def given_by(request: HttpRequest) -> TableGiven:
    """What a form gives of a table. Raises NotThereError where it names no version."""
    text = request.POST.get("base", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotThereError(text)
    rows: dict[int, Cells | None] = {int(n): cells for n, cells in typed(request.POST.dict()).items() if n.isdigit()}
    gone = {m[1] for name in request.POST if (m := CELL.match(name)) and f"gone.{m[1]}" in request.POST}
    rows |= {int(number): None for number in gone if number.isdigit()}
    news = {n: cells for n, cells in typed(request.POST.dict()).items() if not n.isdigit()}
    added = [news[n] for n in sorted(news, key=lambda n: int(n.removeprefix("new")))]
    return TableGiven(int(text), rows, added)


def late_page(request: HttpRequest, asked: Asked, case: str, table: str, late: CaseOutOfDateError) -> HttpResponse:
    """The page with what both have made: the rows that differ from the version that stands."""
    stands = changing.read_version(late.stands)
    there = changing.rows_of(stands, table)
    differing = {
        n: cells for n, cells in late.rows.items() if there.get(n) != cells or any(n == r for r, _ in late.others)
    }
    said = asked.words("web.case.late", who=late.stands.who, n=late.stands.number)
    page = page_of(
        asked, case, table, late.stands.number, stands, differing, late=said, others=late.others,
        gone=sorted(there.keys() - late.rows.keys()),
    )  # fmt: skip
    return shown(request, "pages/case_table.html.j2", status=409, page=page, key="case_table", checked=None)


def _again(
    request: HttpRequest, asked: Asked, case: str, table: str, given: TableGiven, told: CaseChecked, *, status: int
) -> HttpResponse:
    """The page with what was typed, and what was found in it."""
    seen = changing.read_version(changing.require_kept(asked, case, given.base))
    rows = changing.entered(seen, table, given)
    there = changing.rows_of(seen, table)
    touched = {n: cells for n, cells in rows.items() if n in given.rows or n not in there}
    page = page_of(asked, case, table, given.base, seen, touched, gone=sorted(there.keys() - rows.keys()))
    return shown(request, "pages/case_table.html.j2", status=status, page=page, key="case_table", checked=told)


@writes_itself
@require_POST
@refusing
def save_form(request: HttpRequest, case: str, table: str) -> HttpResponse:
    """Save a table as the next version."""
    asked, why = asked_by(request), request.POST.get("why", "")
    note(request, "case.save", case, table=table[:60], base=request.POST.get("base", "")[:9])
    given = given_by(request)
    try:
        made, stands = changing.examined(asked, case, table, given)
    except CaseOutOfDateError as late:
        return late_page(request, asked, case, table, late)
    except CaseNotSoundError as wrong:
        told = checked(asked, table, wrong.rows, wrong.findings, sound=False)
        return _again(request, asked, case, table, given, told, status=422)
    with written(request):
        kept = changing.add_version(asked, case, stands.number, made, why)
        note(request, "case.save", case, table=table, version=kept.number, why=why[:200], hash=kept.hash)
    return HttpResponseRedirect(at(f"/planning/cases/{case}/versions/{kept.number}"))


@writes_itself
@require_POST
@refusing
def check_form(request: HttpRequest, case: str, table: str) -> HttpResponse:
    """Check what stands in the form. Nothing is kept: this is asked as one types."""
    note(request, UNCHANGED)
    asked = asked_by(request)
    given = given_by(request)
    seen = changing.read_version(changing.require_kept(asked, case, given.base))
    if table not in tables():
        raise NotThereError(table)
    rows = changing.entered(seen, table, given)
    made, findings = changing.check(seen, table, rows)
    told = checked(asked, table, rows, findings, sound=made is not None)
    if getattr(request, "htmx", False):
        return shown(request, "case_checked.html.j2", checked=told)
    return _again(request, asked, case, table, given, told, status=200)


@require_POST
@refusing
def keep_form(request: HttpRequest, case: str) -> HttpResponse:
    """Take a copy of a case into editing."""
    name = request.POST.get("name", "")
    note(request, "case.keep", name[:100], of=case[:100])
    kept = changing.keep(asked_by(request), case, name)
    return HttpResponseRedirect(at(f"/planning/cases/{kept.case}"))


@require_POST
@refusing
def restore_form(request: HttpRequest, case: str, number: int) -> HttpResponse:
    """Make an older version the one that stands."""
    note(request, "case.restore", case, version=number)
    kept = changing.restore(asked_by(request), case, number)
    note(request, "case.restore", case, of=number, version=kept.number, hash=kept.hash)
    return HttpResponseRedirect(at(f"/planning/cases/{case}"))


@writes_itself
@require_POST
@refusing
def take_in_form(request: HttpRequest, case: str) -> HttpResponse:
    """Take in a workbook as the next version."""
    asked = asked_by(request)
    note(request, "case.take_in", case)
    changing.require_kept(asked, case)
    base = given_by(request).base
    with TemporaryDirectory(prefix="rampart-handed-in-") as scratch:
        file = stored(asked, request.FILES.get("file"), Path(scratch))
        try:
            made, stands = changing.of_workbook(asked, case, base, file)
        except CaseOutOfDateError as late:
            said = asked.words("web.upload.late", who=late.stands.who, n=late.stands.number)
            return refused(request, 409, said)
        except CaseNotSoundError as wrong:
            lines = [f.sentence(asked.language) for f in wrong.findings if f.severity == "error"]
            return refused(request, 422, asked.words("web.case.not_kept"), lines=lines[:100])
        with written(request):
            kept: CaseVersion = changing.add_version(asked, case, stands.number, made, file.name)
            note(request, "case.take_in", case, file=file.name, version=kept.number, hash=kept.hash)
    return HttpResponseRedirect(at(f"/planning/cases/{case}/versions/{kept.number}"))


def editing_urls() -> list[URLPattern]:
    """Addresses."""
    of = "editing/<str:case>"
    return [
        path(f"{of}/keep", keep_form, name="case-keep"),
        path(f"{of}/restore/<int:number>", restore_form, name="case-restore"),
        path(f"{of}/take-in", take_in_form, name="case-take-in"),
        path(f"{of}/tables/<str:table>/save", save_form, name="case-save"),
        path(f"{of}/tables/<str:table>/check", check_form, name="case-check"),
    ]
