"""An account: who it is, its role, its nation. It is deactivated, never deleted."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.crypto import salted_hmac

from rampart.web.people.roles import RIGHTS, Reader, fits

NAME = r"\A[\w.@-]+\Z"
LONGEST = 80
"""Names that an account may have, and their signs."""


class People(BaseUserManager["Person"]):
    """All accounts."""

    def create_person(self, name: str, password: str | None, *, role: str, nation: str, subject: str = "") -> Person:
        """A new account; None as password: the provider signs it in.

        Raises ValidationError where name, password, role or nation will not do.
        """
        from django.contrib.auth.password_validation import validate_password

        person = Person(name=self.model.normalize_username(name), role=role, nation=nation, subject=subject)
        if password is not None:
            validate_password(password, person)
        person.set_password(password)
        person.full_clean()
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """One account: it has a password, or the provider signs it in.

    subject  whom the provider has signed in with it: who that is there, and the provider; "" before the first time
    """

    name = models.CharField(max_length=LONGEST, unique=True, validators=[RegexValidator(NAME, code="name")])
    role = models.CharField(max_length=24, choices=[(role, role) for role in RIGHTS])
    nation = models.CharField(max_length=24, blank=True)
    language = models.CharField(max_length=2, blank=True, choices=[("en", "en"), ("fr", "fr")])
    is_active = models.BooleanField(default=True)
    signed_out = models.PositiveIntegerField(default=0)  # how often all sessions were ended
    created = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(max_length=600, blank=True, default="")

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "name"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role", "nation"]

    class Meta:
        """Names and constraints of the table."""

        app_label = "web"
        db_table = "person"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject"], condition=~models.Q(subject=""), name="person_subject_once")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a role that does not go with the nation."""
        super().clean()
        if not fits(self.role, self.nation):
            raise ValidationError({"nation": ValidationError("nation", code="nation")})

    @property
    def by_provider(self) -> bool:
        """Whether the provider signs it in, rather than a password."""
        return not self.has_usable_password()

    @property
    def reader(self) -> Reader:
        """The account as one who asks."""
        return Reader(self.name, self.role, self.nation)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What ties a session to the password and to the last time that all sessions were ended."""
        salt = "rampart.web.people.person"
        return salted_hmac(salt, f"{self.signed_out} {self.password}", secret=secret, algorithm="sha256").hexdigest()

    def sign_out_everywhere(self) -> None:
        """End every session of the account."""
        self.signed_out += 1
        self.save(update_fields=["signed_out"])

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: what an account did stays with its name. Deactivate it."""
        raise TypeError("an account is deactivated, never deleted")
