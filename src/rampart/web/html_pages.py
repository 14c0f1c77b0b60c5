"""The page of a browser: the same data function as its JSON twin, shown by the template of its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from rampart.web.api import require
from rampart.web.asked_by import asked_by, reader_of
from rampart.web.asking import WronglyAskedError
from rampart.web.pages.every import PAGES
from rampart.web.pages.page import Page
from rampart.web.refusing import refusing
from rampart.web.tables.asking import TableAsked
from rampart.web.templating import at, shown

FIRST = "overview"
"""The page with which everybody begins who may read."""


def html_urls() -> list[URLPattern]:
    """Address of every page."""
    return [path(re.sub(r"\{(\w+)\}", partial(_place, page), page.path), _view(page), name=page.key) for page in PAGES]


def _place(page: Page, braced: re.Match[str]) -> str:
    """A place in an address, as Django writes it: a number where the data function takes one."""
    return f"<{'int' if page.hints[braced[1]] is int else 'str'}:{braced[1]}>"


def _view(page: Page) -> Callable[..., HttpResponse]:
    @refusing
    def view(request: HttpRequest, **places: str | int) -> HttpResponse:
        if page.key == FIRST and not reader_of(request).may("read"):
            return HttpResponseRedirect(at("/people"))  # who keeps the accounts begins with them
        require(page, request)
        asked = asked_by(request)
        given = _query(page, request, places)
        data = page.told(asked, **places, **given)
        table = next((one for one in given.values() if isinstance(one, TableAsked)), TableAsked())
        others = {name: str(one) for name, one in given.items() if not isinstance(one, TableAsked) and one}
        around: dict[str, Any] = {"asked_table": table, "query": partial(query_of, table, others), "checked": None}
        return shown(request, f"pages/{page.key}.html.j2", page=data, key=page.key, **around)

    return require_safe(view)


def _query(page: Page, request: HttpRequest, places: dict[str, str | int]) -> dict[str, Any]:
    """What the query gives of what the data function takes. Raises WronglyAskedError."""
    found: dict[str, Any] = {}
    for name, kind in page.hints.items():
        if name == "return" or name in places:
            continue
        if kind is TableAsked:
            found[name] = table_asked(request.GET, request)
        elif name == "give" and "donor" in request.GET:  # a line of the form has its cells in fields of their own
            columns = [request.GET.getlist(field)[:50] for field in ("donor", "item", "quantity", "month")]
            found[name] = ";".join(":".join(cells) for cells in zip(*columns, strict=False))
        elif name in request.GET:
            found[name] = _number(request, name) if kind is int else request.GET[name]
    return found


def _number(request: HttpRequest, name: str) -> int:
    """A whole number of the query. Raises WronglyAskedError."""
    text = request.GET[name]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise WronglyAskedError(asked_by(request).words("web.wrong.asked", names=name))
    return int(text)


def query_of(table: TableAsked, others: dict[str, str], *, sort: str = "", page: int = 0) -> str:
    """The question of a table as the query of an address, sorted by another column or on another page; "" where it is none.

    others  what else the page was asked
    """
    asked = others | table.model_dump(exclude_defaults=True, exclude={"page"})
    asked |= {"sort": [sort]} if sort else {}
    asked |= {"page": page} if page > 1 else {}
    return f"?{urlencode(asked, doseq=True)}" if asked else ""


def table_asked(query: QueryDict, request: HttpRequest) -> TableAsked:
    """What a query asks of a table. Raises WronglyAskedError."""
    given: dict[str, Any] = {name: query[name] for name in ("q", "page", "size") if query.get(name)}
    given |= {name: [one for one in query.getlist(name) if one] for name in ("sort", "filter", "show")}
    for column in [
        name for name in query if name.startswith("from.")
    ]:  # the two ends of a span are fields of their own
        key = column.removeprefix("from.")
        given["filter"].append(f"{key}:{query[column]}..{query.get(f'to.{key}', '')}")
    try:
        return TableAsked(**given)
    except ValidationError as wrong:
        words = asked_by(request).words
        names = ", ".join(sorted({str(e["loc"][0]) for e in wrong.errors()}))
        raise WronglyAskedError(words("web.wrong.asked", names=names)) from wrong
