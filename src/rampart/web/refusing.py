"""What is said where a page is not given: not there, not allowed, wrongly asked, forged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token

from rampart.web.asking import NotAllowedError, NotThereError, WronglyAskedError
from rampart.web.people.in_language import language_of
from rampart.web.templating import shown, words_in


def refused(request: HttpRequest, status: int, said: str = "", *, lines: Sequence[str] = ()) -> HttpResponse:
    """A page that says why, with more lines of it, and leads back."""
    words = words_in(language_of(request))
    around = {
        "said": said or words(f"web.refused.{status}"),
        "code": status,
        "back": page_before(request),
        "lines": lines,
    }
    return shown(request, "refused.html.j2", status=status, **around)


def page_before(request: HttpRequest) -> str:
    """The page of this application from which a request came; "" where it came from elsewhere or from itself."""
    came = urlsplit(request.headers.get("Referer", ""))
    page = came.path + (f"?{came.query}" if came.query else "")
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    ours = came.netloc == host and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if ours and page != request.get_full_path() else ""


def refusing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose refusals are pages."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **places: Any) -> HttpResponse:
        try:
            return view(request, *args, **places)
        except NotThereError:
            return refused(request, 404)
        except NotAllowedError:
            return refused(request, 403)
        except WronglyAskedError as wrong:
            return refused(request, 422, str(wrong))

    return answer


@requires_csrf_token
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that this application did not give, or gave to somebody else, or before its session ended."""
    return refused(request, 403, words_in(language_of(request))("web.refused.form"))


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be understood."""
    return refused(request, 400)


def nowhere(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no page at this address."""
    return refused(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not for this account."""
    return refused(request, 403)


def broken(request: HttpRequest) -> HttpResponse:
    """A defect of the application: said without what would help an attacker."""
    return refused(request, 500)
