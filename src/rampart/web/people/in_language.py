"""The language of an answer: the account's, else the browser's choice, else what the browser prefers; never a stranger's."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from rampart.findings import Language

COOKIE = "rampart_language"


def language_of(request: HttpRequest) -> Language:
    """The language in which a request is answered."""
    wanted = request.COOKIES.get(COOKIE, "")
    if wanted not in ("en", "fr"):
        own = getattr(getattr(request, "user", None), "language", "")  # a request refused early has no user yet
        wanted = own or translation.get_language_from_request(request)[:2]
    return "fr" if wanted == "fr" else "en"


class InLanguage:
    """Middleware that settles the language of each request, and lets no cache keep an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        language = language_of(request)
        with translation.override("fr" if language == "fr" else "en-gb"):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("Cookie", "Accept-Language", "Authorization"))
        return response
