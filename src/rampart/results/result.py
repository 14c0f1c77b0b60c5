"""The Result: what was worked out from a case. Typed tables and a manifest; a folder of Parquet plus ``manifest.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rampart.case.tables import Case
from rampart.catalogues.results import Kind, ResultTable, complete, result_tables, tables_in
from rampart.catalogues.showing import no_attribute, no_such, public, tables_as_html
from rampart.engine.places import write_table
from rampart.engine.whole_folder import whole_folder
from rampart.findings import Finding, Language
from rampart.results.manifest import FORMAT, findings_in, plain

if TYPE_CHECKING:
    import polars as pl

    from rampart import Plots


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A plan, a plan for a war of unknown length, or an answer for fleets.

    case      the case it was made for
    tables    every table of its kind in ``data/results.csv``, empty where nothing is to say; months are dates (the first
              of the month), amounts in the item's unit, money in the case's money unit
    manifest  kind, format, hashes of the inputs, versions, seed, solver, gap, times, findings
    """

    case: Case
    tables: Mapping[str, pl.DataFrame]
    manifest: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, kind: Kind, case: Case, tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any]) -> Result:
        """A result of a kind with every table of the catalogue, and a manifest as it is read back from its file."""
        return cls(case, complete(kind, tables), plain({"kind": kind, "format": FORMAT} | dict(manifest)))

    def __getitem__(self, table: str) -> pl.DataFrame:
        """A table by its name. Raises KeyError that names the nearest where there is none."""
        if table not in self.tables:
            called = {name: known.label for name, known in {**result_tables(self.kind), **self.own_tables}.items()}
            raise KeyError(no_such("table", table, self.tables, called=called))
        return self.tables[table]

    def __repr__(self) -> str:
        settings = self.case.settings
        months = f"{settings['start']} to {settings['end']}"
        filled = sum(not frame.is_empty() for frame in self.tables.values())
        return f"<Result: {self.kind}, {settings['title_en']!r}, {months}, {filled} tables>"

    def _repr_html_(self) -> str:
        settings = self.case.settings
        known = {**result_tables(self.kind), **self.own_tables}
        rows = {n: (f.height, known[n].label["en"] if n in known else "") for n, f in self.tables.items()}
        facts = (self.kind, f"{settings['start']} to {settings['end']}", str(self.manifest.get("status", "")))
        return tables_as_html(str(settings["title_en"]), [fact for fact in facts if fact], rows)

    def _ipython_key_completions_(self) -> list[str]:
        return [name for name, frame in self.tables.items() if not frame.is_empty()]

    def __dir__(self) -> list[str]:
        return public(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> None:
            """Raise AttributeError that says how a table is asked for, or what is near."""
            known = [] if name.startswith("_") or name == "tables" else self.tables
            raise AttributeError(no_attribute(self, name, known), name=name, obj=None)

    @property
    def plot(self) -> Plots:
        """Charts of the report by name, for a notebook: ``plan.plot.stock(item="shell")``; see ``rampart.plot``."""
        import rampart

        return rampart.plot(self)

    @property
    def kind(self) -> Kind:
        """plan, war or fleet."""
        return self.manifest["kind"]  # type: ignore[no-any-return]

    @property
    def status(self) -> str:
        """optimal, or "time limit" for the best plan found in the time given."""
        return str(self.manifest["status"])

    @property
    def feasible(self) -> bool:
        """Whether every hard rule of a plan could be kept."""
        return self.kind != "plan" or self.tables["rules_broken"].is_empty()

    @property
    def own_tables(self) -> Mapping[str, ResultTable]:
        """Tables of parts that were added to the plan, with their columns, as the manifest keeps them."""
        return tables_in(self.manifest.get("catalogue") or ())[self.kind]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found on the way, in the order found."""
        return findings_in(self.manifest)

    def measure(
        self, name: str, *, by: Sequence[str] | str = (), time: Literal["period", "year"] | None = None
    ) -> pl.DataFrame:
        """A tidy measure of a plan grouped by planner's words; see ``rampart.results.measures``.

        Raises ValueError for what is no plan.
        """
        from rampart.results.measures import measure

        if self.kind != "plan":
            rows = ", ".join(self._ipython_key_completions_())
            raise ValueError(
                f"{name} is a measure of a plan; a {self.kind} result has tables, asked for in brackets: {rows}"
            )
        return measure(self, name, by=[by] if isinstance(by, str) else list(by), time=time)

    def coverage(
        self, *, by: Sequence[str] | str = ("nation", "item"), time: Literal["period", "year"] | None = None
    ) -> pl.DataFrame:
        """Requirement covered: stock up to it, as a share of it. Raises ValueError for what is no plan."""
        return self.measure("coverage", by=by, time=time)

    def explain(self, *, holder: str | None = None, item: str | None = None, language: Language = "en") -> list[str]:
        """Why something is short or late, in sentences."""
        import rampart

        return rampart.explain(self, holder=holder, item=item, language=language)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        same = self.tables.keys() == other.tables.keys() and dict(self.manifest) == dict(other.manifest)
        return same and self.case == other.case and all(self.tables[n].equals(other.tables[n]) for n in self.tables)

    __hash__ = None  # type: ignore[assignment]

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the folder of the result: a Parquet file a table, the case beside it, ``manifest.json`` that lists them.

        The folder appears whole or not at all: it is written beside its place and then takes it. An older folder of
        results of the same kind is replaced, and what the user has laid into it is kept; anything else there is refused.

        force  also replace results of another kind, and write into a folder of the user's, whose files are kept but for
               those that bear the name of one of the result's

        Raises ``TakenError`` (a FileExistsError) where something is there that is not given up, ``PlaceError`` (an
        OSError) where nothing can be written; both have ``findings``, and what was there is as it was.
        """
        target = Path(path)
        with whole_folder(target, kind=self.kind, manifest=self.manifest, force=force) as folder:
            for name, table in self.tables.items():
                write_table(table, folder / f"{name}.parquet")
            self.case.save(folder / "case", format="parquet")
        return target
