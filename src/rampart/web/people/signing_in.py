"""Signing in and out, and how pages look in one browser: language and colours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from rampart.web.audit_trail import SIGN_IN, UNCHANGED, note, written
from rampart.web.people.in_language import COOKIE
from rampart.web.people.person import Person
from rampart.web.refusing import refused
from rampart.web.templating import THEME, THEMES, at, shown


class SignIn(LoginView):
    """The page on which one signs in."""

    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - as Django declares it

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, and let the trail say whose name was given."""
        if request.method == "POST":
            note(request, SIGN_IN, request.POST.get("username", "")[:80])
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Begin the session: what that writes, and its entry, wait for the disk once."""
        with written(self.request):
            return super().form_valid(form)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page; 401 where name or password was wrong."""
        form: AuthenticationForm = context["form"]
        return shown(
            self.request, "sign_in.html.j2", form=form, next=context["next"], status=401 if form.errors else 200
        )


class SignOut(LogoutView):
    """Ends the session."""

    http_method_names = ["post"]  # noqa: RUF012

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Sign out, and let the trail say who."""
        name = request.user.get_username()
        request.rampart_signed_out = Person.objects.filter(name=name).first()  # type: ignore[attr-defined]
        note(request, "person.sign_out", name)
        return super().post(request, *args, **kwargs)


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Too many wrong passwords for one name from one address."""
    return refused(request, 429)


@login_not_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Set language or colours of this browser; nothing is written into the store."""
    note(request, UNCHANGED)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    answer = HttpResponseRedirect(back if safe else at("/"))
    for cookie, field, known in ((COOKIE, "language", ("en", "fr")), (THEME, "theme", THEMES)):
        value = request.POST.get(field, "")
        if value in known:
            answer.set_cookie(
                cookie, value, max_age=365 * 86400, secure=settings.OF_THE_STORE.https, httponly=True, samesite="Lax",
                path=at("/"),
            )  # fmt: skip
    return answer


def signing_in_urls() -> list[URLPattern]:
    """Addresses."""
    sign_in = login_not_required(sensitive_post_parameters("password")(SignIn.as_view()))
    return [
        path("sign-in", sign_in, name="sign-in"),
        path("sign-out", SignOut.as_view(), name="sign-out"),
        path("look", look, name="look"),
    ]
