"""Forms that change accounts and tokens. What is shown of them stands in ``pages/people.py``."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from rampart.web.asked_by import asked_by, reader_of
from rampart.web.asking import NotAllowedError, NotThereError
from rampart.web.audit_trail import note
from rampart.web.people.changing import add, change
from rampart.web.people.person import LONGEST, Person
from rampart.web.people.tokens import Token, new_token
from rampart.web.refusing import refused, refusing
from rampart.web.templating import at, shown


def _administrator(request: HttpRequest) -> Person:
    """Who keeps the accounts. Raises NotAllowedError."""
    if not isinstance(request.user, Person) or not reader_of(request).may("people"):
        raise NotAllowedError("people")
    return request.user


@sensitive_post_parameters("password")
@require_POST
@refusing
def add_person(request: HttpRequest) -> HttpResponse:
    """Add an account."""
    name, role, nation = (request.POST.get(field, "") for field in ("name", "role", "nation"))
    note(request, "person.add", name, role=role[:24], nation=nation[:24])
    _administrator(request)
    try:
        add(name, request.POST.get("password", ""), role=role, nation=nation, words=asked_by(request).words)
    except ValidationError as wrong:
        return refused(request, 422, " ".join(wrong.messages))
    return HttpResponseRedirect(at("/people"))


@sensitive_post_parameters("password")
@require_POST
@refusing
def change_person(request: HttpRequest, name: str) -> HttpResponse:
    """Change role, nation, access or password of an account."""
    given = request.POST
    active = {"yes": True, "no": False}.get(given.get("active", ""))
    facts = {field: given[field][:24] for field in ("role", "nation", "active", "provider") if field in given}
    note(request, "person.change", name, password="password" in given and bool(given["password"]), **facts)
    by = _administrator(request)
    person = Person.objects.filter(name=name).first()
    if person is None:
        raise NotThereError(name)
    try:
        change(
            person, by=by, words=asked_by(request).words, role=given.get("role"), nation=given.get("nation"), active=active,
            password=given.get("password", ""), provider="provider" in given,
        )  # fmt: skip
    except ValidationError as wrong:
        return refused(request, 422, " ".join(wrong.messages))
    return HttpResponseRedirect(at("/people?") + urlencode({"q": name}))


@require_POST
@refusing
def add_token(request: HttpRequest) -> HttpResponse:
    """Make a token of one's own; its text is shown this once."""
    name, role, days = (request.POST.get(field, "").strip() for field in ("name", "role", "days"))
    note(request, "token.add", name, role=role[:24], days=days[:8])
    words = asked_by(request).words
    if not isinstance(request.user, Person):
        raise NotAllowedError("token")
    if not 0 < len(name) <= LONGEST or request.user.tokens.filter(name=name).exists():
        return refused(request, 422, words("web.token.name"))
    try:
        token, text = new_token(request.user, name, role=role, days=int(days))
    except ValueError:
        return refused(request, 422, words("web.token.wrong"))
    return shown(request, "token.html.j2", token=token, text=text)


@require_POST
@refusing
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """End a token of one's own."""
    note(request, "token.revoke", str(number))
    from django.utils import timezone

    mine = Token.objects.filter(pk=number, person__name=request.user.get_username(), revoked=None)
    if not mine.update(revoked=timezone.now()):
        raise NotThereError(str(number))
    return HttpResponseRedirect(at("/account"))


def administering_urls() -> list[URLPattern]:
    """Addresses."""
    return [
        path("people/add", add_person, name="people-add"),
        path("people/<str:name>/change", change_person, name="people-change"),
        path("account/tokens", add_token, name="tokens-add"),
        path("account/tokens/<int:number>/revoke", revoke_token, name="tokens-revoke"),
    ]
