"""Forms of national returns: begin, save, hand in a workbook, check, submit, approve, give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from rampart.case.merging import Conflict
from rampart.web.asked_by import asked_by, books
from rampart.web.asking import Asked, NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.audit_trail import UNCHANGED, asker_of, begun, note, writes_itself, written
from rampart.web.books import Checked
from rampart.web.pages.one_return import check_told, page_of
from rampart.web.refusing import refused, refusing
from rampart.web.returns import handing_in
from rampart.web.returns.content import Content, entered
from rampart.web.returns.handing_in import NotSoundError, OutOfDateError, Told, own
from rampart.web.returns.staged import StagedReturn
from rampart.web.returns.uploading import stored
from rampart.web.tables.grid import typed
from rampart.web.templating import at, shown


def _form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of a form that writes its entry itself and whose refusals are pages."""
    return writes_itself(require_POST(refusing(view)))


def _content(request: HttpRequest, staged: StagedReturn, base: int) -> Content:
    """What a form gives: old rows under their numbers, new ones under numbers that none has."""
    rows = typed(request.POST.dict())
    following = handing_in.new_rows(staged, base)
    numbers = {
        name: int(name) if name.isdigit() else following + n
        for n, name in enumerate(sorted(rows, key=lambda name: int(name.removeprefix("new"))))
    }
    head = {name: request.POST.get(f"head.{name}", "") for name in ("source", "grade", "release")}
    return entered(head, ((numbers[name], rows[name]) for name in rows))


def _base(request: HttpRequest) -> int:
    text = request.POST.get("base", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def _page(
    request: HttpRequest,
    asked: Asked,
    staged: StagedReturn,
    content: Content,
    *,
    status: int = 200,
    conflicts: list[Conflict] | None = None,
    by: str = "",
    said: str = "",
    found: Mapping[str, object] | None = None,
) -> HttpResponse:
    page = page_of(asked, staged, content, version=staged.version, conflicts=conflicts or (), by=by, said=said)
    given = {"checked": None, "key": "one_return", **(found or {})}
    return shown(request, "pages/one_return.html.j2", status=status, page=page, **given)


def _late(request: HttpRequest, asked: Asked, late: OutOfDateError) -> HttpResponse:
    """The page with what both have entered. What is saved from it builds on what stands now."""
    return _page(request, asked, late.staged, late.content, status=409, conflicts=late.conflicts, by=late.by)


def _refused(request: HttpRequest, asked: Asked, staged: StagedReturn, found: tuple[Told, ...]) -> HttpResponse:
    """The page of a return with what stands against it."""
    told = check_told(asked, staged.content, Checked(None, ()), found)
    return _page(request, asked, staged, staged.content, status=422, found={"checked": told})


@_form
def begin_form(request: HttpRequest) -> HttpResponse:
    """Begin the return of a month; one that is begun already is opened."""
    asked, month = asked_by(request), request.POST.get("month", "")
    note(request, "return.begin", f"{asked.reader.nation} {month[:7]}")
    there = handing_in.begun(asked, month)
    if there is not None:
        note(request, UNCHANGED)
        return HttpResponseRedirect(at(f"/returns/{there.pk}"))
    with written(request):
        staged = handing_in.begin(asked, month)
        note(request, "return.begin", str(staged), number=staged.pk)
    return HttpResponseRedirect(at(f"/returns/{staged.pk}"))


@_form
def save_form(request: HttpRequest, number: int) -> HttpResponse:
    """Save what was entered; where somebody else has saved in between, both are shown and nothing is kept."""
    asked, base = asked_by(request), _base(request)
    note(request, "return.save", str(number), base=base)
    staged = own(asked, number, "return")
    content = _content(request, staged, base)
    try:
        with written(request):
            saved = handing_in.save(asked, number, base, content, why=request.POST.get("why", ""))
            note(request, "return.save", str(saved), number=number, version=saved.version)
    except OutOfDateError as late:
        return _late(request, asked, late)
    return HttpResponseRedirect(at(f"/returns/{number}"))


@_form
def check_form(request: HttpRequest, number: int) -> HttpResponse:
    """Check what stands in the form. Nothing is kept: this is asked as one types."""
    note(request, UNCHANGED)
    asked = asked_by(request)
    staged = own(asked, number)
    entered_now = "base" in request.POST
    content = _content(request, staged, _base(request)) if entered_now else staged.content
    checked, found = handing_in.check(asked, staged, content)
    told = check_told(asked, content, checked, found)
    if getattr(request, "htmx", False):
        return shown(request, "checked.html.j2", checked=told)
    try:
        if entered_now:
            handing_in.require_newest(staged, _base(request), content)
    except OutOfDateError as late:
        return _late(request, asked, late)
    return _page(request, asked, staged, content, found={"checked": told})


@_form
def restore_form(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """Make an older version the one that stands, as a new version."""
    asked = asked_by(request)
    note(request, "return.restore", str(number), version=version)
    staged = own(asked, number, "return")
    if not 1 <= version <= staged.version:
        raise NotThereError(str(version))
    why = asked.words("web.return.restored", n=version)
    with written(request):
        saved = handing_in.save(asked, number, staged.version, staged.content_at(version), why=why)
        note(request, "return.restore", str(saved), number=number, of=version, version=saved.version)
    return HttpResponseRedirect(at(f"/returns/{number}"))


@_form
def upload_form(request: HttpRequest, number: int) -> HttpResponse:
    """Take in a workbook as a new version; or give it back with every finding at its cell."""
    asked = asked_by(request)
    note(request, "return.upload", str(number))
    staged = own(asked, number, "return")
    given = request.FILES.get("file")
    with TemporaryDirectory(prefix="rampart-handed-in-") as scratch:
        file = stored(asked, given, Path(scratch))
        note(request, "return.upload", str(staged), number=number, file=file.name, bytes=file.stat().st_size)
        try:
            if request.POST.get("what") == "mark":
                note(request, UNCHANGED)
                return _marked(asked, file, staged)
            if _base(request) not in (-1, staged.version):
                return refused(request, 409, asked.words("web.upload.late", who=staged.author, n=staged.version))
            content = handing_in.read_file(asked, file, staged)
        except NotSoundError as wrong:
            return _refused(request, asked, staged, tuple(Told(None, "", f) for f in wrong.findings))
    with written(request):
        saved = handing_in.save(asked, number, staged.version, content, why=file.name)
        note(request, "return.upload", str(saved), number=number, file=file.name, version=saved.version)
    return HttpResponseRedirect(at(f"/returns/{number}"))


def _marked(asked: Asked, file: Path, staged: StagedReturn) -> HttpResponse:
    to = file.with_name("marked.xlsx")
    handing_in.annotated(asked, file, staged, to)
    name = f"{staged.nation}-{staged.month}-marked.xlsx"
    return _workbook(to.read_bytes(), name)


@_form
def submit_form(request: HttpRequest, number: int) -> HttpResponse:
    """Submit what stands, where nothing stands against it."""
    asked = asked_by(request)
    note(request, "return.submit", str(number))
    staged = own(asked, number, "return")
    if "head.source" in request.POST:
        content = _content(request, staged, _base(request))
        try:
            handing_in.require_newest(staged, _base(request), content)
        except OutOfDateError as late:
            return _late(request, asked, late)
        if content != staged.content:
            said = asked.words("web.return.unsaved")
            return _page(request, asked, staged, content, status=422, said=said)
    checked, found = handing_in.check(asked, staged)
    if not checked.sound:
        return _refused(request, asked, staged, tuple(found))
    try:
        with written(request):
            staged = handing_in.submit(asked, number, _base(request))
            note(request, "return.submit", str(staged), number=number, hash=staged.submitted)
    except OutOfDateError as late:
        return _page(request, asked, late.staged, late.content, status=409, by=late.by)
    return HttpResponseRedirect(at(f"/returns/{number}"))


@_form
def approve_form(request: HttpRequest, number: int) -> HttpResponse:
    """Approve what was submitted, and post it to the ledger."""
    approve_and_post(request, number, request.POST.get("hash", ""))
    return HttpResponseRedirect(at(f"/returns/{number}"))


def approve_and_post(request: HttpRequest, number: int, given: str) -> StagedReturn:
    """Approve in one transaction of the web store, then post; the entry of the audit trail says what the ledger said. Killed
    in between, it is posted, and the entry made, when the server is back.

    Raises WronglyAskedError, also where the ledger refuses; NotAllowedError, NotThereError.
    """
    asked = asked_by(request)
    note(request, handing_in.APPROVAL, str(number), number=number)
    staged = handing_in.approvable(asked, number, given)
    checked, found = handing_in.check(asked, staged)
    if not checked.sound:
        said = " ".join(t.finding.sentence(asked.language) for t in found if t.finding.severity == "error")
        raise WronglyAskedError(said)
    with begun(request):
        staged = handing_in.approve(asked, number, given, through=asker_of(request))
    if not handing_in.post(staged, lambda: checked, asked.language):
        raise WronglyAskedError(staged.said)
    return staged


@_form
def give_back_form(request: HttpRequest, number: int) -> HttpResponse:
    """Send a submitted return back to its authors."""
    asked, why = asked_by(request), request.POST.get("why", "")
    note(request, "return.give_back", str(number), why=why[:200])
    with written(request):
        staged = handing_in.give_back(asked, number, why)
        note(request, "return.give_back", str(staged), number=number, why=why[:200])
    return HttpResponseRedirect(at(f"/returns/{number}"))


@require_safe
@refusing
def template(request: HttpRequest) -> HttpResponse:
    """The workbook of a month to fill in."""
    asked, month = asked_by(request), request.GET.get("month", "")
    if not asked.reader.may("return") or settings.OF_THE_STORE.masked:
        raise NotAllowedError("return")
    handing_in.require_month(asked, month)
    case, nation = handing_in.require_catalogue(asked), asked.reader.nation
    return _workbook(books().template(case, nation, month, asked.language), f"{nation}-{month}.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    safe = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_."))
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe}"'})


def return_urls() -> list[URLPattern]:
    """Addresses."""
    of = "returns/<int:number>"
    return [
        path("returns/begin", begin_form, name="return-begin"),
        path("returns/template.xlsx", template, name="return-template"),
        path(f"{of}/save", save_form, name="return-save"),
        path(f"{of}/check", check_form, name="return-check"),
        path(f"{of}/upload", upload_form, name="return-upload"),
        path(f"{of}/restore/<int:version>", restore_form, name="return-restore"),
        path(f"{of}/submit", submit_form, name="return-submit"),
        path(f"{of}/approve", approve_form, name="return-approve"),
        path(f"{of}/give-back", give_back_form, name="return-give-back"),
    ]
