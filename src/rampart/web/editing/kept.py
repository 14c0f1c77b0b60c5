"""Versions of the cases that the store keeps: a row each, and a folder of tables that is never changed."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from rampart.case.tables import Case


class CaseVersion(models.Model):
    """A version of a case.

    case    its name, as that of a file in the folder of cases
    number  from 1; the highest stands
    folder  where its tables lie, below the folder of kept cases
    hash    of what it says
    """

    case = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    who = models.CharField(max_length=80)
    when = models.DateTimeField(auto_now_add=True)
    why = models.CharField(max_length=200, blank=True)
    folder = models.CharField(max_length=140)
    hash = models.CharField(max_length=64)

    class Meta:
        """Names of the table, and what never stands in it twice."""

        app_label = "web"
        db_table = "case_versions"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "number"], name="case_versions_one_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.case} v{self.number}"

    @property
    def path(self) -> Path:
        """Where its tables lie."""
        return kept_folder() / self.folder


def kept_folder() -> Path:
    """Where the tables of kept cases lie."""
    return Path(settings.STORE) / "kept"


def kept_names() -> list[str]:
    """Names of the kept cases."""
    return list(CaseVersion.objects.order_by("case").values_list("case", flat=True).distinct())


def newest(case: str) -> CaseVersion | None:
    """The version of a case that stands; None where it is not kept."""
    return CaseVersion.objects.filter(case=case).order_by("-number").first()


def version(case: str, number: int) -> CaseVersion | None:
    """A version of a case; None where there is none."""
    return CaseVersion.objects.filter(case=case, number=number).first()


def lay_down(name: str, case: Case) -> str:
    """Write the tables of a version that is to be; gives its folder. One that no row names was not kept after all."""
    folder = f"{name}/{secrets.token_hex(8)}"
    kept_folder().mkdir(exist_ok=True)
    (kept_folder() / name).mkdir(exist_ok=True)
    case.save(kept_folder() / folder, format="csv")
    return folder
