"""The JSON twin of every page, and the one OpenAPI document."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Query
from ninja.security import HttpBearer, SessionAuth

from rampart.web.asked_by import asked_by, reader_of
from rampart.web.asking import NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.audit_trail import writes_itself
from rampart.web.editing.by_program import add_editing
from rampart.web.pages.every import PAGES
from rampart.web.pages.page import Page
from rampart.web.people.by_program import add_people
from rampart.web.people.person import Person
from rampart.web.people.tokens import Token, token_of
from rampart.web.plans.by_program import add_planning
from rampart.web.returns.by_program import add_returns
from rampart.web.tables.asking import TableAsked
from rampart.web.together.by_program import add_together

BY_THEMSELVES = ("returns", "editing")
"""How addresses begin whose writing requests open their transaction themselves."""


class ByToken(HttpBearer):
    """A token in the header ``Authorization: Bearer``."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token, where it stands."""
        found = token_of(token)
        if found is not None:
            request.rampart_token = found  # type: ignore[attr-defined]
        return found


class BySession(SessionAuth):
    """The session of a browser; writing requests need its CSRF token too."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Who is signed in."""
        return request.user if isinstance(request.user, Person) else None


def make_api() -> NinjaAPI:
    """The API with the twin of every page."""
    api = NinjaAPI(
        title="Rampart", version=version("rampart"), docs_url=None, urls_namespace="api", auth=[ByToken(), BySession()]
    )
    for page in PAGES:
        twin = api.get(
            "/" + page.path,
            response=page.hints["return"],
            operation_id=page.key,
            summary=(inspect.getdoc(page.data) or "").partition("\n")[0],
        )
        twin(_twin(page))

    add_people(api)
    add_planning(api)
    add_editing(api)
    add_returns(api)
    add_together(api)

    def said(status: int) -> Callable[[HttpRequest, Exception | type[Exception]], HttpResponse]:
        def answer(request: HttpRequest, wrong: Exception | type[Exception]) -> HttpResponse:
            words = asked_by(request).words
            text = str(wrong) if status == 422 else words(f"web.refused.{status}")
            return api.create_response(request, {"detail": text}, status=status)

        return answer

    for kind, status in ((NotThereError, 404), (NotAllowedError, 403), (WronglyAskedError, 422)):
        api.add_exception_handler(kind, said(status))
    return api


def _twin(page: Page) -> Callable[..., Any]:
    """A view whose signature is that of the data function with the request in place of who asks.

    In the masked mode it answers nothing: a program takes figures, not covers of figures.
    """

    def twin(request: HttpRequest, **given: Any) -> Any:
        if settings.OF_THE_STORE.masked:
            raise NotAllowedError("masked")
        require(page, request)
        return page.told(asked_by(request), **given)

    word = inspect.Parameter.KEYWORD_ONLY
    takes = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)]
    for name, kind in page.hints.items():
        if name == "return":
            continue
        if kind is TableAsked:
            takes.append(inspect.Parameter(name, word, annotation=Query[TableAsked]))
        else:
            default = page.defaults.get(name, inspect.Parameter.empty)
            takes.append(inspect.Parameter(name, word, annotation=kind, default=default))
    twin.__signature__ = inspect.Signature(takes)  # type: ignore[attr-defined]
    twin.__annotations__ = {p.name: p.annotation for p in takes}
    twin.__name__ = page.key
    return twin


def require(page: Page, request: HttpRequest) -> None:
    """Raise NotAllowedError where the reader lacks the right that a page asks for."""
    if not reader_of(request).may(page.right):
        raise NotAllowedError(page.key)


def api_urls(api: NinjaAPI) -> list[URLPattern | URLResolver]:
    """Addresses of the API. It asks for who comes itself, and answers 401 rather than sending a program to a form."""
    patterns = api.urls[0]
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback.login_required = False  # type: ignore[attr-defined]
            if str(pattern.pattern).startswith(BY_THEMSELVES):
                writes_itself(pattern.callback)
    return list(patterns)
