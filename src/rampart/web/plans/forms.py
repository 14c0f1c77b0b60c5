"""Forms that ask for a plan, or for its end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from rampart.web.asked_by import asked_by, cases
from rampart.web.audit_trail import note
from rampart.web.plans.ordering import ask, stop
from rampart.web.refusing import refusing
from rampart.web.templating import at


@require_POST
@refusing
def ask_form(request: HttpRequest, case: str) -> HttpResponse:
    """Ask for the plan of a case."""
    changes, name = request.POST.getlist("change")[:100], request.POST.get("name", "")
    note(request, "plan.ask", case, changes=[one[:100] for one in changes], name=name[:100])
    job = ask(asked_by(request), cases(), case, changes, name)
    note(request, "plan.ask", case, changes=job.overrides, name=job.name, job=job.pk)
    return HttpResponseRedirect(at(f"/planning/{job.pk}"))


@require_POST
@refusing
def stop_form(request: HttpRequest, job: int) -> HttpResponse:
    """Ask for the end of a job."""
    note(request, "plan.stop", str(job))
    stop(asked_by(request), job)
    return HttpResponseRedirect(at(f"/planning/{job}"))


def planning_urls() -> list[URLPattern]:
    """Addresses."""
    return [
        path("planning/cases/<str:case>/ask", ask_form, name="plan-ask"),
        path("planning/<int:job>/stop", stop_form, name="plan-stop"),
    ]
