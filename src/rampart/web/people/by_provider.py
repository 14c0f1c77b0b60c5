"""Signing in through the provider that the settings name, and which account that opens.

An account that has a password is never opened by the provider. One that has none is opened for the first whom the provider
calls by its name, and from then on for nobody else, whatever they are called there. Where the settings say which group has
which role, the provider's word makes the account and settles its role at each sign-in; else the store does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from rampart.web.audit import DONE, REFUSED, write
from rampart.web.audit_trail import SIGN_IN
from rampart.web.people.person import Person
from rampart.web.people.provider import Asking, NotBelievedError, Question, UnreachableError, question
from rampart.web.refusing import refused
from rampart.web.store_settings import Provider
from rampart.web.templating import at, words_in

THROUGH = "provider"
ASKED = "asked_of_the_provider"
MOST_ASKED = 4
"""Questions of one browser that wait for an answer: so many tabs."""
SECONDS = 600
"""For which a browser that has not signed in is remembered."""
BACKEND = "django.contrib.auth.backends.ModelBackend"
LOG = logging.getLogger("django.rampart")


class NoAccountError(Exception):
    """Whom the provider names may not enter; the text is the key of the words that say why."""


@cache
def provider() -> Asking | None:
    """The provider of the store that this process serves."""
    told = settings.OF_THE_STORE.oidc
    return None if told is None else Asking(told)


@login_not_required
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    theirs = provider()
    if theirs is None:
        return refused(request, 404)
    if request.user.is_authenticated:
        return HttpResponseRedirect(at("/"))
    asked = question()
    try:
        address = theirs.address(asked, back=_back(request))
    except UnreachableError as wrong:
        return _unreachable(request, wrong)
    back = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    waiting = request.session.get(ASKED, [])[1 - MOST_ASKED :]
    request.session[ASKED] = [*waiting, asdict(asked) | {"next": back if safe else ""}]
    request.session.set_expiry(SECONDS)
    request.session.clear_expired()
    return HttpResponseRedirect(address)


@login_not_required
@require_GET
def answered(request: HttpRequest) -> HttpResponse:
    """The browser comes back from the provider."""
    theirs = provider()
    if theirs is None:
        return refused(request, 404)
    told = request.GET
    waiting = request.session.get(ASKED, [])
    mine = next((one for one in waiting if constant_time_compare(one["state"], told.get("state", ""))), None)
    if mine is None:  # asked by another browser, answered already, or never asked
        return refused(request, 403, _words(request)("web.provider.not_asked"))
    request.session[ASKED] = [one for one in waiting if one is not mine]  # whatever comes of it, it is answered once
    request.session.save()
    if told.get("iss", theirs.provider.issuer) != theirs.provider.issuer or not told.get("code"):  # RFC 9207
        return _not_believed(request, f"error: {told.get('error', '')[:80]}")
    asked = Question(mine["state"], mine["nonce"], mine["verifier"])
    try:
        claims = theirs.claims(asked, told["code"], back=_back(request))
    except UnreachableError as wrong:
        return _unreachable(request, wrong)
    except NotBelievedError as wrong:
        return _not_believed(request, str(wrong))
    name = str(claims.get(theirs.provider.name, ""))[:80]
    try:
        with transaction.atomic():
            person, facts = opened_by(theirs.provider, claims)
            login(request, person, backend=BACKEND)  # a new key: nobody knows the session from before
            _write(request, DONE, person.name, person=person, **facts)
    except NoAccountError as wrong:
        _write(request, REFUSED, name, why=str(wrong))
        return refused(request, 403, _words(request)(f"web.provider.{wrong}", name=name))
    request.session.pop(ASKED, None)
    request.session.set_expiry(None)
    return HttpResponseRedirect(mine["next"] or at("/"))


def opened_by(provider: Provider, claims: Mapping[str, Any]) -> tuple[Person, dict[str, Any]]:
    """The account that believed claims open, and what was changed of it. Raises NoAccountError."""
    subject, name = f"{claims['sub']} {provider.issuer}", claims.get(provider.name)
    granted = _role(provider, claims) if provider.roles else None
    person = Person.objects.filter(subject=subject).first()
    if person is None:
        if not isinstance(name, str) or not name:
            raise NoAccountError("no_name")
        person = Person.objects.filter(name=Person.normalize_username(name)).first()
        if person is not None and (person.subject or not person.by_provider):
            raise NoAccountError("taken")
    if person is None:
        if granted is None:
            raise NoAccountError("no_account")
        try:
            person = Person.objects.create_person(str(name), None, role=granted[0], nation=granted[1], subject=subject)
        except ValidationError as wrong:
            raise NoAccountError("no_name") from wrong
        return person, {"added": True, "role": granted[0], "nation": granted[1]}
    if not person.is_active:
        raise NoAccountError("no_account")
    if not person.by_provider:  # it was given a password since
        raise NoAccountError("taken")
    facts: dict[str, Any] = {} if person.subject else {"first": True}
    person.subject = subject
    if granted is not None and granted != (person.role, person.nation):
        person.role, person.nation = granted
        person.signed_out += 1  # sessions of the role before
        facts |= {"role": person.role, "nation": person.nation}
    person.save()
    return person, facts


def _role(provider: Provider, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Role and nation that the groups of a person have. Raises NoAccountError where they have none, or more than one."""
    groups = claims.get(provider.groups)
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    found = {provider.roles[one] for one in named if isinstance(one, str) and one in provider.roles}
    if len(found) != 1:
        raise NoAccountError("no_role" if not found else "two_roles")
    return found.pop()


def _back(request: HttpRequest) -> str:
    """Address to which the provider sends the browser back. The name of the host is one that the settings allow."""
    return request.build_absolute_uri(reverse("provider-answered"))


def _words(request: HttpRequest) -> Any:
    from rampart.web.people.in_language import language_of

    return words_in(language_of(request))


def _unreachable(request: HttpRequest, wrong: Exception) -> HttpResponse:
    LOG.warning("The provider that signs people in cannot be reached: %s", wrong)
    return refused(request, 503, _words(request)("web.provider.unreachable"))


def _not_believed(request: HttpRequest, why: str) -> HttpResponse:
    LOG.warning("What the provider that signs people in has said is not believed: %s", why)
    _write(request, REFUSED, "", why=why[:200])
    return refused(request, 403, _words(request)("web.provider.not_believed"))


def _write(request: HttpRequest, outcome: str, about: str, *, person: Person | None = None, **facts: Any) -> None:
    write(
        SIGN_IN, about=about, outcome=outcome, facts=facts, through=THROUGH, who=person.name if person else "",
        role=person.role if person else "", address=str(request.META.get("REMOTE_ADDR", ""))[:64],
    )  # fmt: skip


def provider_urls() -> list[URLPattern]:
    """Addresses."""
    return [
        path("sign-in/provider", ask, name="provider-ask"),
        path("sign-in/provider/back", answered, name="provider-answered"),
    ]
