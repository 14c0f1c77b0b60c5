"""The audit trail: one entry a writing request. Nothing changes or removes one, in the store neither."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models

DONE, REFUSED = "done", "refused"


class Entry(models.Model):
    """One writing request, or one attempt to sign in.

    who      name of the account; "" where nobody is signed in
    through  "" for a session, else the name of the token; "command line" for a command
    verb     what was asked, as "person.add"
    about    what it was about: the name of an account, of a plan, of a return
    facts    what was given, without secrets
    outcome  ``DONE`` or ``REFUSED``
    """

    when = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=24, blank=True)
    through = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=64)
    about = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8)

    class Meta:
        """Names of the table."""

        app_label = "web"
        db_table = "audit"
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["who"], name="audit_who")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry. Raises TypeError where it is there already."""
        if self.pk is not None:
            raise TypeError("an entry of the audit trail is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("an entry of the audit trail is never removed")


def write(verb: str, *, who: str = "", outcome: str = DONE, **of: Any) -> Entry:
    """Add an entry in the transaction that is open."""
    entry = Entry(verb=verb, who=who, outcome=outcome, **of)
    entry.save(force_insert=True)
    return entry
