"""What somebody is told who is not signed in, or is not any more: reading leads to the form, what would write is refused.

A form that is sent after its session has ended, and a question that a page asks by itself, are not answered by another page:
the page that is open says it, and what was typed stays there.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

from rampart.web.audit_trail import READING
from rampart.web.refusing import refused


class SignedIn(LoginRequiredMiddleware):
    """Middleware that lets nobody in who is not signed in."""

    def handle_no_permission(  # type: ignore[override]  # the parent always redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """The form, or 401 where a redirection would be taken for the answer."""
        if request.method in READING and not request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        return refused(request, 401)
