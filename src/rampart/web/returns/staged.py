"""Returns as the web store keeps them: each with every version, who made it and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.functional import cached_property

from rampart.web.returns.content import Content, content_of

DRAFT, SUBMITTED, APPROVED, POSTED = "draft", "submitted", "approved", "posted"
STATES = (DRAFT, SUBMITTED, APPROVED, POSTED)


class StagedReturn(models.Model):
    """A nation's return of a month.

    version    number of the version that stands
    submitted  hash of what was submitted; "" while it is a draft: any save makes it one again
    approved   hash of what was approved
    approved_by, posted_at  by whom; when the ledger had it, None until it is known to have it
    approved_through        role, token and address, for the entry in the audit trail: it is made once it is known what became
                            of the approval
    """

    nation = models.CharField(max_length=24)
    month = models.CharField(max_length=7)
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=9, default=DRAFT)
    version = models.PositiveIntegerField(default=0)
    submitted = models.CharField(max_length=64, blank=True)
    submitted_by = models.CharField(max_length=80, blank=True)
    approved = models.CharField(max_length=64, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_through = models.JSONField(default=dict)
    posted_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True)

    class Meta:
        """Names of the table, and what never stands in it twice."""

        app_label = "web"
        db_table = "returns"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["nation", "month", "revision"], name="returns_one_of_a_revision")
        ]

    def __str__(self) -> str:
        return f"{self.nation} {self.month} r{self.revision}"

    @cached_property
    def content(self) -> Content:
        """What stands in it."""
        return self.content_at(self.version)

    def content_at(self, version: int) -> Content:
        """What stood in a version; nothing in version 0."""
        found = self.versions.filter(number=version).first()
        return content_of(found.content) if found else Content({}, {})

    @property
    def hash(self) -> str:
        """What an approval is of: who reports what of which month, and all that is entered."""
        return self.content.hash(self.nation, self.month, self.revision, self.version, self.author)

    @property
    def author(self) -> str:
        """Who saved it last."""
        last = self.versions.filter(number=self.version).first()
        return last.who if last else ""

    @property
    def authors(self) -> set[str]:
        """Everybody who saved it, and who submitted it: none of them may approve it."""
        return {*self.versions.values_list("who", flat=True), self.submitted_by} - {""}


class ReturnVersion(models.Model):
    """One saving of a return: what it held then, by whom, and why. It is never changed."""

    of = models.ForeignKey(StagedReturn, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    who = models.CharField(max_length=80)
    when = models.DateTimeField(auto_now_add=True)
    why = models.CharField(max_length=200, blank=True)
    content = models.JSONField()

    class Meta:
        """Names of the table, and what never stands in it twice."""

        app_label = "web"
        db_table = "return_versions"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of", "number"], name="return_versions_one_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.of} v{self.number}"
