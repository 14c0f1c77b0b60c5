"""Signing in by the word of a proxy: a header that names the account, believed of one address only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from rampart.web.audit import write
from rampart.web.audit_trail import SIGN_IN
from rampart.web.people.person import Person

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
THROUGH = "proxy"


class ByProxy(RemoteUserBackend):
    """The account of the name that the proxy says, where there is one and it is active."""

    create_unknown_user = False


def named_by_proxy(application: Application, *, proxy: str, header: str) -> Application:
    """The application behind a proxy: the header is taken off every request, and believed where the proxy itself sent it."""
    key = "HTTP_" + header.upper().replace("-", "_")

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        name = environ.pop(key, "")
        environ.pop("REMOTE_USER", None)
        if name and environ.get("REMOTE_ADDR") == proxy:
            environ["REMOTE_USER"] = name
        return application(environ, start)

    return answer


@receiver(user_logged_in)
def _noted(sender: object, request: HttpRequest, user: object, **_: Any) -> None:
    """An entry for a sign-in that no form asked for."""
    if isinstance(user, Person) and user.backend == f"{ByProxy.__module__}.{ByProxy.__name__}":
        write(
            SIGN_IN, who=user.name, role=user.role, about=user.name, through=THROUGH,
            address=str(request.META.get("REMOTE_ADDR", ""))[:64],
        )  # fmt: skip
