"""The Case: what is known and assumed. Immutable; loads from CSV, a workbook or Parquet; saves back equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.case.calendar import Calendar
from rampart.catalogues.inputs import Column, tables
from rampart.catalogues.showing import no_attribute, no_such, public, tables_as_html

if TYPE_CHECKING:
    import polars as pl

    from rampart.case.writing import Format
    from rampart.findings import Finding


def dtype_of(column: Column) -> Any:
    """Polars type of a catalogue column: months stay "YYYY-MM", "unlimited" is infinity, blank is null."""
    import polars as pl

    return {
        "number": pl.Float64,
        "limit": pl.Float64,
        "integer": pl.Int64,
        "flag": pl.Boolean,
    }.get(column.kind, pl.String)


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """Tables of the catalogue as typed Polars frames.

    tables     every catalogue table by name (empty where the case has none), blanks null, in the order read
    path       where it was read from; like the next two it takes no part in ==
    overrides  names of the overrides applied, in order
    findings   warnings and notes met while reading and checking (errors never make a Case)
    """

    tables: Mapping[str, pl.DataFrame]
    path: Path | None = None
    overrides: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def __getitem__(self, table: str) -> pl.DataFrame:
        """The table with catalogue defaults in place of blanks that have one, sorted by key.

        Raises KeyError that names the nearest where there is none.
        """
        if table not in self.tables:
            called = {name: tables()[name].label for name in self.tables if name in tables()}
            raise KeyError(no_such("table", table, self.tables, called=called))
        if table not in self._filled:
            self._filled[table] = self._fill(table)
        return self._filled[table]

    def __repr__(self) -> str:
        given = self.settings
        filled = sum(not frame.is_empty() for frame in self.tables.values())
        changed = f", with {', '.join(self.overrides)}" if self.overrides else ""
        return f"<Case: {given['title_en']!r}, {given['start']} to {given['end']}, {filled} tables{changed}>"

    def _repr_html_(self) -> str:
        given, known = self.settings, tables()
        rows = {
            n: (f.height, known[n].help["en"].partition(". ")[0].rstrip("."))
            for n, f in self.tables.items()
            if n in known
        }
        facts = (f"{given['start']} to {given['end']}", str(given["currency"]), *self.overrides)
        return tables_as_html(str(given["title_en"]), facts, rows)

    def _ipython_key_completions_(self) -> list[str]:
        return [name for name, frame in self.tables.items() if not frame.is_empty()]

    def __dir__(self) -> list[str]:
        return public(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> None:
            """Raise AttributeError that says how a table is asked for, or what is near."""
            known = [] if name.startswith("_") or name == "tables" else self.tables
            raise AttributeError(no_attribute(self, name, known), name=name, obj=None)

    def replace(self, **changed: Any) -> Case:
        """The case with some tables in place of its own, checked as one that is read; see ``rampart.replace``."""
        import rampart

        return rampart.replace(self, **changed)

    @cached_property
    def _filled(self) -> dict[str, pl.DataFrame]:
        return {}

    def _fill(self, name: str) -> pl.DataFrame:
        import polars as pl

        frame, table = self.tables[name], tables()[name]
        filled = [pl.col(c.name).fill_null(c.default_value) for c in table.columns.values() if c.default]
        if name != "settings" and filled:
            frame = frame.with_columns(filled)
        return frame.sort(table.key, nulls_last=False, maintain_order=True) if table.key else frame

    @cached_property
    def _sound(self) -> dict[str, pl.DataFrame]:
        """Tables as they were checked and found sound; none where that was not done. Not sent to other processes."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_sound"}

    def with_tables(self, changed: Mapping[str, pl.DataFrame]) -> Case:
        """The case with some tables in place of its own; what is known of the others is kept."""
        found = Case(tables={**self.tables, **changed}, overrides=self.overrides)
        found._filled.update({name: self[name] for name in self.tables if name not in changed})
        return found

    @cached_property
    def settings(self) -> Mapping[str, str | None]:
        """Settings by name, defaults in place of blanks that have one, None where unknown."""
        given = dict(self.tables["settings"].iter_rows())
        return {
            name: given.get(name) or (column.default or None) for name, column in tables()["settings"].columns.items()
        }

    def says_yes(self, setting: str) -> bool:
        """Whether a setting that is yes or no says yes."""
        from rampart.case.cells import read_cell

        return bool(read_cell(self.settings[setting], tables()["settings"].columns[setting])[0])

    @cached_property
    def calendar(self) -> Calendar:
        """The periods of the plan."""
        stretches: list[tuple[str, int]] = list(self.tables["calendar"].select("from", "step").iter_rows())
        return Calendar.of(str(self.settings["start"]), str(self.settings["end"]), stretches)

    @property
    def money_unit(self) -> float:
        """Currency in one money unit (budgets, expansion costs, totals)."""
        return {"one": 1.0, "thousand": 1e3, "million": 1e6}[str(self.settings["money_unit"])]

    def names(self, table: str, language: str = "en") -> dict[str, str]:
        """Display name of every code of a table that names things; French falls back to English, that to the code."""
        import polars as pl

        frame = self.tables[table]
        code = {
            "nations": "nation", "items": "item", "postures": "posture", "regimes": "regime",
            "fleets": "fleet", "parts": "part", "sites": "site", "shops": "shop", "overrides": "override",
        }[table]  # fmt: skip
        named = frame.group_by(code, maintain_order=True).agg(pl.col("name_en", "name_fr").drop_nulls().first())
        return {key: ((fr if language == "fr" else None) or en or key) for key, en, fr in named.iter_rows()}

    def save(self, path: str | Path, *, format: Format | None = None, force: bool = False) -> Path:
        """Write the case so that it loads back equal, and give the path.

        format  "csv" or "parquet" (a folder) or "xlsx"; by default xlsx where the path ends so, else csv
        force   also over a case that is there, or into a folder that holds other files, which are kept

        Raises ``TakenError`` (a FileExistsError) where something is there, ``PlaceError`` (an OSError) where nothing can be
        written; both have ``findings``.
        """
        from rampart.case.writing import save

        return save(self.tables, Path(path), format=format, force=force)

    def hash(self) -> str:
        """SHA-256 of the content: the same for the same rows in any order, read from any form of file."""
        from rampart.case.writing import content_hash

        return content_hash(self.tables)

    def inputs(self) -> dict[str, str]:
        """SHA-256 of each file that the case was read from, by file name; empty for a case made in memory."""
        from hashlib import sha256

        if self.path is None or not self.path.exists():
            return {}
        files = [self.path] if self.path.is_file() else sorted(p for p in self.path.iterdir() if p.is_file())
        kinds = {".csv", ".parquet", ".xlsx", ".xlsm", ".ods"}
        return {p.name: sha256(p.read_bytes()).hexdigest() for p in files if p.suffix.lower() in kinds}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Case):
            return NotImplemented
        return all(self.tables[n].equals(other.tables[n]) for n in tables()) and self.overrides == other.overrides

    __hash__ = None  # type: ignore[assignment]
