"""A month that was closed: what each nation held at its end as known then, and the totals that nations may see."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models


class ClosedMonth(models.Model):
    """A closed month. It is made once and never changed.

    month   YYYY-MM
    who     name of the account that closed it
    figures serviceable stock at the end of the month by item and owner, as known when it was closed; shown to no nation
    shown   totals by item that may be shown to every nation
    least   holders that a total had to sum beside any reader
    """

    month = models.CharField(max_length=7, unique=True)
    closed = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=80)
    figures = models.JSONField()
    shown = models.JSONField()
    least = models.PositiveIntegerField()

    class Meta:
        """Names of the table."""

        app_label = "web"
        db_table = "closed_months"
        ordering: ClassVar[list[str]] = ["month"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it. Raises TypeError where it is there already."""
        if self.pk is not None:
            raise TypeError("a closed month is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("a closed month is never removed")
