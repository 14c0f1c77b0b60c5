"""An address that only takes a form leads to its page when it is read: by a reload, another language, a link that was kept."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from rampart.web.templating import at

EDITED, SHOWN = "/editing/", "/planning/cases/"
"""How addresses of forms of a case begin, and those of its pages."""


class LeadingBack:
    """Middleware around every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; in place of "not so", the nearest page above."""
        response = self.get_response(request)
        path = request.path_info
        if response.status_code != 405 or request.method != "GET" or path.startswith("/api/"):
            return response
        path = SHOWN + path.removeprefix(EDITED) if path.startswith(EDITED) else path
        while path:
            path = path.rpartition("/")[0]
            try:
                resolve(path or "/")
            except Resolver404:
                continue
            break
        return HttpResponseRedirect(at(path or "/"))
