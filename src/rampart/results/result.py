"""The Plan: what to do. Tables of decisions, measures and reasons; a folder of Parquet plus ``manifest.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rampart.case.tables import Case
from rampart.catalogues.results import catalogue
from rampart.engine.whole_folder import whole_folder
from rampart.findings import Language

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

    def save(self, path: str | Path) -> Path:
        """Write the plan folder: a Parquet file a table, the case beside it, ``manifest.json``.

        The folder appears whole or not at all: it is written beside its place and then moved there. An older plan
        folder of the same name is replaced; anything else there is refused.
        """
        target = Path(path)
        with whole_folder(target) as folder:
            for name, table in self.tables.items():
                table.write_parquet(folder / f"{name}.parquet")
            self.duals.write_parquet(folder / "duals.parquet")
            self.case.save(folder / "case", format="parquet")
            text = json.dumps(dict(self.manifest), indent=1, ensure_ascii=False, sort_keys=True)
            (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
        return target


def read_plan(path: str | Path) -> Plan:
    """Load a plan folder; equal to the plan that was saved. Raises FileNotFoundError where there is none."""
    import polars as pl

    from rampart.case.doors import read_case

    folder = Path(path)
    if not (folder / "manifest.json").exists():
        raise FileNotFoundError(f"{folder} is not a plan folder: it has no manifest.json")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in catalogue()}
    case = read_case(folder / "case")
    case = Case(case.tables, case.path, tuple(manifest["overrides"]), case.findings)
    return Plan(case, tables, pl.read_parquet(folder / "duals.parquet"), manifest)
