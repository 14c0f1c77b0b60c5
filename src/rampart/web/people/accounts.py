"""One's own account: its role and nation, its language, a new password, an end to all sessions."""

from __future__ import annotations

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rampart.web.asked_by import names
from rampart.web.audit_trail import note
from rampart.web.people.in_language import language_of
from rampart.web.people.person import Person
from rampart.web.people.tokens import roles_for
from rampart.web.templating import at, shown


def _person(request: HttpRequest) -> Person:
    """Who is signed in: every view here is behind the door."""
    if not isinstance(request.user, Person):
        raise TypeError("nobody is signed in")
    return request.user


def _told(form: forms.Form) -> forms.Form:
    """The form with what a password must be as text: Django hands a list out as HTML."""
    form.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
    return form


def _page(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    return shown(
        request,
        "account.html.j2",
        status=status,
        form=_told(form),
        person=_person(request),
        roles=roles_for(_person(request).role),
        nations=names("nations", language_of(request)),
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's account; posted to, it changes the password, which ends every other session."""
    person = _person(request)
    if request.method != "POST":
        return _page(request, PasswordChangeForm(person))
    note(request, "person.password", person.name)
    form = PasswordChangeForm(person, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    form.save()
    update_session_auth_hash(request, person)
    return HttpResponseRedirect(at("/account?done=password"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language in which the account is spoken to where its browser has not chosen one."""
    person = _person(request)
    wanted = request.POST.get("language", "")
    note(request, "person.language", person.name, language=wanted[:2])
    person.language = wanted if wanted in ("en", "fr") else ""
    person.save(update_fields=["language"])
    return HttpResponseRedirect(at("/account?done=language"))


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of one's own, this one too."""
    person = _person(request)
    note(request, "person.sessions", person.name)
    person.sign_out_everywhere()
    return HttpResponseRedirect(at("/sign-in"))


def account_urls() -> list[URLPattern]:
    """Addresses."""
    return [
        path("account", account, name="account"),
        path("account/language", language, name="account-language"),
        path("account/sessions", sign_out_everywhere, name="account-sessions"),
    ]
