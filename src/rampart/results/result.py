"""The Plan: what to do. Tables of decisions, measures and reasons; a folder of Parquet plus ``manifest.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rampart.case.tables import Case
from rampart.catalogues.results import catalogue
from rampart.engine.manifest import read_manifest, require_whole
from rampart.engine.whole_folder import whole_folder
from rampart.findings import Finding, Language, ResultError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Plan:
    """What to do, and why.

    case      the case it was made for
    tables    result tables of ``data/results.csv``; amounts in the item's unit, money in the case's money unit
    duals     value of one more unit of each limit, by pass: pass, family, code, period, dual (pass unit per unit)
    manifest  hashes of the inputs, versions, seed, solver, gap, times
    """

    case: Case
    tables: Mapping[str, pl.DataFrame]
    duals: pl.DataFrame = field(repr=False)
    manifest: Mapping[str, Any] = field(repr=False)

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    @property
    def status(self) -> str:
        """optimal, or "time limit" for the best plan found in the time given."""
        return str(self.manifest["status"])

    @property
    def feasible(self) -> bool:
        """Whether every hard rule could be kept."""
        return self.tables["rules_broken"].is_empty()

    def measure(
        self, name: str, *, by: Sequence[str] | str = (), time: Literal["period", "year"] | None = None
    ) -> pl.DataFrame:
        """A tidy measure grouped by planner's words; see ``rampart.results.measures``."""
        from rampart.results.measures import measure

        return measure(self, name, by=[by] if isinstance(by, str) else list(by), time=time)

    def coverage(
        self, *, by: Sequence[str] | str = ("nation", "item"), time: Literal["period", "year"] | None = None
    ) -> pl.DataFrame:
        """Stock over requirement."""
        return self.measure("coverage", by=by, time=time)

    def explain(self, *, holder: str | None = None, item: str | None = None, language: Language = "en") -> list[str]:
        """Why something is short or late, in sentences."""
        import rampart

        return rampart.explain(self, holder=holder, item=item, language=language)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plan):
            return NotImplemented
        same = all(self.tables[n].equals(other.tables[n]) for n in catalogue())
        return same and self.case == other.case and dict(self.manifest) == dict(other.manifest)

    __hash__ = None  # type: ignore[assignment]

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the plan folder: a Parquet file a table, the case beside it, ``manifest.json`` that lists them.

        The folder appears whole or not at all: it is written beside its place and then takes it. An older plan folder of
        the same name is replaced, and what the user has laid into it is kept; anything else there is refused.

        force  also replace results of another kind, and lay the plan into a folder of the user's, whose files are kept but
               for those that bear the name of one of the plan's

        Raises ``TakenError`` (a FileExistsError) where something is there that is not given up, ``PlaceError`` (an
        OSError) where nothing can be written; both have ``findings``, and what was there is as it was.
        """
        target = Path(path)
        with whole_folder(target, kind="plan", manifest=self.manifest, force=force) as folder:
            for name, table in self.tables.items():
                table.write_parquet(folder / f"{name}.parquet")
            self.duals.write_parquet(folder / "duals.parquet")
            self.case.save(folder / "case", format="parquet")
        return target


def read_plan(path: str | Path) -> Plan:
    """Load a plan folder; equal to the plan that was saved.

    Raises ``NoResultError`` (a FileNotFoundError) where there is none, ``ResultError`` where it is damaged, was changed
    after it was written, or holds another kind of result; both have ``findings``.
    """
    from rampart.case.doors import read_case

    folder = Path(path)
    manifest = read_manifest(folder, kind="plan")
    tables = (*catalogue(), "duals")
    of_case = [name for name, digest in manifest.files.items() if digest and name.startswith("case/")]
    require_whole(folder, manifest, [f"{name}.parquet" for name in tables] + of_case)
    *read, duals = [_table(folder, f"{name}.parquet") for name in tables]
    case = read_case(folder / "case")
    case = Case(case.tables, case.path, tuple(manifest.said.get("overrides", ())), case.findings)
    return Plan(case, dict(zip(catalogue(), read, strict=True)), duals, manifest.said)


def _table(folder: Path, name: str) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_parquet(folder / name)
    except (OSError, pl.exceptions.PolarsError) as fault:
        raise ResultError([Finding("result-damaged", file=str(folder), value=name)]) from fault
