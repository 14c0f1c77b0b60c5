"""Tokens for programs: each belongs to an account, has a role of its own, and ends."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.utils import timezone

from rampart.web.people.person import Person
from rampart.web.people.roles import RIGHTS, VIEWER, Reader

MOST_DAYS = 366
PREFIX = "rampart_"


class Token(models.Model):
    """One token. The store knows only the digest of it.

    role  the role of the account, or viewer: a token never may more than its account
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=24)
    created = models.DateTimeField(auto_now_add=True)
    ends = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        """Names and constraints of the table."""

        app_label = "web"
        db_table = "token"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "name"], name="token_name_once_a_person")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> bool:
        """Whether it still opens the door: not ended, not revoked, its account active and of a role that allows its own."""
        allowed = self.role in roles_for(self.person.role)
        return self.revoked is None and self.ends > timezone.now() and self.person.is_active and allowed

    @property
    def reader(self) -> Reader:
        """Who asks with it: the account with the token's role."""
        return Reader(self.person.name, self.role, self.person.nation)


def roles_for(role: str) -> tuple[str, ...]:
    """Roles that a token of an account with a role may have."""
    return tuple(dict.fromkeys((role, VIEWER))) if "read" in RIGHTS[role] else (role,)


def new_token(person: Person, name: str, *, role: str, days: int) -> tuple[Token, str]:
    """Make a token; gives it and its text, which is shown once and kept nowhere. Raises ValueError for a wrong role or time."""
    if role not in roles_for(person.role):
        raise ValueError(f"an account that is {person.role} has no token that is {role}")
    if not 1 <= days <= MOST_DAYS:
        raise ValueError(f"a token lasts 1 to {MOST_DAYS} days")
    text = PREFIX + secrets.token_urlsafe(32)
    ends = timezone.now() + timedelta(days=days)
    return Token.objects.create(person=person, name=name, digest=digest_of(text), role=role, ends=ends), text


def digest_of(text: str) -> str:
    """What the store keeps of a token."""
    return sha256(text.encode()).hexdigest()


def token_of(text: str) -> Token | None:
    """The token of a text, where it stands."""
    found = Token.objects.select_related("person").filter(digest=digest_of(text)).first()
    return found if found is not None and found.stands else None
