"""The form that closes a month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from rampart.web.asked_by import asked_by
from rampart.web.audit_trail import note
from rampart.web.refusing import refusing
from rampart.web.templating import at
from rampart.web.together.closing import close


@require_POST
@refusing
def close_form(request: HttpRequest) -> HttpResponse:
    """Close a month."""
    month = request.POST.get("month", "")[:20]
    note(request, "month.close", month)
    close(asked_by(request), month)
    return HttpResponseRedirect(at("/together"))


def together_urls() -> list[URLPattern]:
    """Addresses."""
    return [path("together/close", close_form, name="month-close")]
