"""Changing accounts: what may be changed, by whom, and what ends with it. Pages and programs come through here."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError

from rampart.language.words import Words
from rampart.web.people.person import LONGEST, NAME, Person
from rampart.web.people.roles import ADMINISTRATOR, NO_NATION, OF_ONE_NATION, fits, nation_of


def add(name: str, password: str, *, role: str, nation: str, words: Words) -> Person:
    """A new account. Where a provider signs people in, one without a password is opened by the provider.

    Raises ValidationError that says all that will not do.
    """
    nation = nation_of(role, nation)
    if not re.match(NAME, name) or len(name) > LONGEST:
        raise ValidationError(words("web.people.name", value=name[:90]))
    if Person.objects.filter(name=name).exists():
        raise ValidationError(words("web.people.there", name=name))
    _require_fit(role, nation, words)
    theirs = not password and settings.OF_THE_STORE.oidc is not None
    return Person.objects.create_person(name, None if theirs else password, role=role, nation=nation)


def change(
    person: Person,
    *,
    by: Person,
    words: Words,
    role: str | None = None,
    nation: str | None = None,
    active: bool | None = None,
    password: str = "",
    provider: bool = False,
) -> list[str]:
    """Change an account; every session of it ends. Gives the names of what changed.

    provider  the provider signs it in from now on, as whom it says next: the password ends

    Raises ValidationError where it will not do: a role that does not go with the nation, a password that is too weak, one's
    own role or access, the last administrator's.
    """
    as_role = person.role if role is None else role
    of_nation = nation_of(as_role, person.nation if nation is None else nation)
    stays = person.is_active if active is None else active
    wanted = {"role": as_role, "nation": of_nation, "is_active": stays}
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    if changed and person.pk == by.pk:
        raise ValidationError(words("web.people.own"))
    _require_fit(as_role, of_nation, words)
    others = Person.objects.filter(role=ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    loses = person.role == ADMINISTRATOR and person.is_active and not (stays and as_role == ADMINISTRATOR)
    if loses and not others.exists():
        raise ValidationError(words("web.people.last"))
    if provider and (password or settings.OF_THE_STORE.oidc is None):
        raise ValidationError(words("web.people.no_provider"))
    for field, value in wanted.items():
        setattr(person, field, value)
    if provider:
        person.set_unusable_password()
        person.subject = ""
        changed.append("provider")
    if password:
        from django.contrib.auth.password_validation import validate_password

        validate_password(password, person)
        person.set_password(password)
        changed.append("password")
    if changed:
        person.signed_out += 1
        person.full_clean()
        person.save()
    return changed


def _require_fit(role: str, nation: str, words: Words) -> None:
    if not fits(role, nation):
        key = "web.people.one_nation" if role in OF_ONE_NATION or nation == NO_NATION else "web.people.no_nation"
        raise ValidationError(words(key))
