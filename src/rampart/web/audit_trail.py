"""Every writing request runs in one transaction, and leaves one entry in it; a refused one leaves only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from rampart.web.audit import DONE, REFUSED, write
from rampart.web.people.person import Person

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
SIGN_IN = "person.sign_in"
UNCHANGED = "what is shown only"
"""Verb of requests that only change how pages look for one browser: they write nothing into the store."""


def note(request: HttpRequest, verb: str, about: str = "", **facts: Any) -> None:
    """Say what a writing request does, for its entry. Facts hold no secret."""
    request.rampart_audit = {"verb": verb, "about": about[:200], "facts": facts}  # type: ignore[attr-defined]


@contextmanager
def written(request: HttpRequest) -> Iterator[None]:
    """The transaction of a view that ``writes_itself``, with its entry: what comes before and after holds no lock."""
    with transaction.atomic():
        yield
        _write(request, DONE)
    request.rampart_written = True  # type: ignore[attr-defined]


@contextmanager
def begun(request: HttpRequest) -> Iterator[None]:
    """The transaction of a view whose entry is made once it is known what became of what it began: in the transaction that
    keeps that.
    """
    with transaction.atomic():
        yield
    request.rampart_written = True  # type: ignore[attr-defined]


def writes_itself(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that looks long before it writes, or does something after: it opens ``written`` or ``begun`` by itself, at most
    once.
    """
    view.writes_itself = True  # type: ignore[attr-defined]
    return view


class AuditTrail:
    """Middleware around every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; a writing one in a transaction that ends with its entry."""
        if request.method in READING:
            return self.get_response(request)
        if _by_itself(request):
            return self._after(request, self.get_response(request))
        if _signs_in(request):
            response = self.get_response(request)
            if not getattr(request, "rampart_written", False):
                _write(request, REFUSED if response.status_code >= 400 else DONE)
            return response
        with transaction.atomic():
            response = self.get_response(request)
            refused = response.status_code >= 400
            if refused:
                transaction.set_rollback(True)
            else:
                _write(request, DONE)
        if refused:
            _write(request, REFUSED, status=response.status_code)
        return response

    def _after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A view that writes its entry itself has done so, or was refused, or has changed nothing."""
        if getattr(request, "rampart_written", False):
            return response
        said = getattr(request, "rampart_audit", {"verb": ""})
        if response.status_code >= 400:
            _write(request, REFUSED, status=response.status_code)
        elif said["verb"] != UNCHANGED:
            raise RuntimeError(f"{request.path_info} has left no entry in the audit trail")
        return response


def _by_itself(request: HttpRequest) -> bool:
    """Whether the view of a request writes its entry itself."""
    try:
        return bool(getattr(resolve(request.path_info).func, "writes_itself", False))
    except Resolver404:
        return False


def _account(request: HttpRequest) -> object:
    """Who is signed in, without the proxy that Django lays around."""
    return Person.objects.filter(name=request.user.get_username()).first() if request.user.is_authenticated else None


def _signs_in(request: HttpRequest) -> bool:
    """Whether a request asks to sign in: what is counted against guessing stays, and no lock is held while a password is
    hashed.
    """
    try:
        return resolve(request.path_info).url_name == "sign-in"
    except Resolver404:
        return False


def _write(request: HttpRequest, outcome: str, **more: Any) -> None:
    said: dict[str, Any] = getattr(request, "rampart_audit", None) or {
        "verb": f"{request.method} {request.path_info}"[:64], "about": "", "facts": {},
    }  # fmt: skip
    if said["verb"] == UNCHANGED:
        return
    asker = asker_of(request)
    if not asker["who"] and outcome == REFUSED and said["verb"] != SIGN_IN:
        return  # nobody could fill the trail
    write(said["verb"], about=said["about"], facts=said["facts"] | more, outcome=outcome, **asker)


def asker_of(request: HttpRequest) -> dict[str, str]:
    """Who asks, with which role, through which token and from which address, as an entry has it."""
    token = getattr(request, "rampart_token", None)
    person = getattr(token, "person", None) or getattr(request, "rampart_signed_out", None) or _account(request)
    signed_in = person if isinstance(person, Person) else None
    return {
        "who": signed_in.name if signed_in else "",
        "role": signed_in.role if signed_in else "",
        "through": token.name if token is not None else "",
        "address": str(request.META.get("REMOTE_ADDR", ""))[:64],
    }
