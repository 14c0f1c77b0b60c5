"""What a reader needs of anything that was worked out from a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.tables import Case


class WorkedOut(Protocol):
    """The case, its result tables, and how they were made."""

    @property
    def case(self) -> Case:
        """The case it was made for."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Result tables by name, with the columns of the catalogue."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Versions, hashes, solver, sizes."""

    def __getitem__(self, table: str) -> pl.DataFrame:
        """One result table."""
