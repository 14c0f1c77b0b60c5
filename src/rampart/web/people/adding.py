"""Adding an account: the same checks and the same entry in the audit trail from the command line and from a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from rampart.findings import Finding, FindingsError, Language
from rampart.web.audit import write
from rampart.web.people.person import Person
from rampart.web.people.roles import NO_NATION, OF_ONE_NATION, fits, nation_of


def add_from_command_line(
    name: str, password: str | None, *, role: str, nation: str, by: str, language: Language
) -> Person:
    """Add an account and its entry; None as password: the provider signs it in.

    Raises FindingsError that says all that will not do.
    """
    nation = nation_of(role, nation)
    if not fits(role, nation):
        code = "web-nation-needed" if role in OF_ONE_NATION or nation == NO_NATION else "web-nation-not-of-role"
        raise FindingsError([Finding(code, value=nation, details={"role": role})])
    with transaction.atomic(), translation.override(language):
        try:
            person = Person.objects.create_person(name, password, role=role, nation=nation)
        except ValidationError as wrong:
            raise FindingsError(list(_findings(name, wrong, language))) from wrong
        write("person.add", about=name, facts={"role": role, "nation": nation, "by": by}, through="command line")
    return person


def require_provider(name: str) -> None:
    """Raise FindingsError where an account could not sign in through a provider because the settings name none."""
    if settings.OF_THE_STORE.oidc is None:
        raise FindingsError([Finding("web-no-provider", value=name)])


def _findings(name: str, wrong: ValidationError, language: Language) -> Any:
    """What Django says against it, a finding each."""
    for message in wrong.messages:
        yield Finding("web-account-refused", value=name, details={"why": message})
