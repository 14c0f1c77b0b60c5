"""What differs between results of one kind, and between their cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rampart.catalogues.results import Kind, result_tables
from rampart.catalogues.showing import must_be, no_such, tables_as_html
from rampart.findings import Finding, ResultError
from rampart.results.ends_of_war import by_end, known_sum, left_by_end, supply_by_end
from rampart.results.lateness import months_late
from rampart.results.origins import origins
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

# table of the comparison -> keys, and figures that are summed over the rows of a key
COMPARED: Mapping[Kind, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "plan": {
        "passes": (("rank", "objective"), ("value",)),
        "fill": (("holder", "item"), ("closing", "coverage", "years")),
        "demand": (("holder", "item", "purpose"), ("served", "unmet", "late")),
        "donations": (("donor", "recipient", "item"), ("quantity",)),
        "expansions": (("expansion",), ("units", "cost")),
        "production": (("line",), ("output",)),
        "money": (("nation", "purpose"), ("commitments", "payments")),
    },
    "war": {
        "values": (("name",), ("value",)),
        "decisions": (("kind", "what", "month"), ("quantity", "money")),
        "ends": (("ends",), ("probability", "cost", "regret", "served_share")),
        "supply": (("holder", "item", "ends"), ("served", "need")),
        "left": (("ends", "measure", "item"), ("quantity", "money")),
    },
    "fleet": {
        "availability": (("fleet", "month"), ("held", "damaged", "maintenance", "available")),
        "holding_back": (("fleet", "month", "cause", "part"), ("systems",)),
        "shops": (("shop", "month"), ("load", "bays", "jobs")),
        "exchange": (("lever", "code", "site", "from", "type"), ("cost", "system_months", "per_million")),
        "conflict": (("holder", "fleet", "month"), ("systems",)),
        "mix": (("holder",), ("systems", "apart", "together", "penalty")),
    },
}
# Paths of a war bear no number that two trees share: what they give is compared by the month in which the war ends.
BY_END: Mapping[str, Callable[[Result], pl.DataFrame]] = {
    "ends": lambda result: by_end(result).drop("weight").rename({"chance": "probability"}),
    "supply": supply_by_end,
    "left": left_by_end,
}
# What is due late counts for as long as it is waited for: units times months.
WEIGHED: Mapping[tuple[Kind, str], Callable[[Result], pl.DataFrame]] = {
    ("plan", "demand"): months_late,
}
NOT_WORKED_OUT = frozenset({("war", "values")})
"""Tables in which a row that is not there was not worked out, and rows stand as they are told, not by name; in all others
a row that is not there stands for nothing, but for an end of the war that the other side has no path to."""
SHARE_ON_PATHS, LEAST_ON_PATHS = 0.01, 0.5
"""Share and units by which a decision over drawn paths must differ: among those that cost alike the arithmetic chooses."""
NAMES: Mapping[Kind, tuple[str, str]] = {
    "plan": ("a plan", "un plan"),
    "war": ("a plan for a war", "un plan de guerre"),
    "fleet": ("an answer for fleets", "une réponse sur les parcs"),
}


@dataclass(frozen=True, slots=True)
class Beside:
    """One table of several results side by side.

    frame  keys; then of each figure and each result, "served 1", "served 2", ... as the result has it, "there 1", ...: whether
           it has the row, and "nothing 1", ...: whether it has not, and that stands for nothing, not for what was not worked
           out. Only rows in which not all agree
    """

    keys: tuple[str, ...]
    figures: tuple[str, ...]
    frame: pl.DataFrame

    def value(self, figure: str, side: int) -> pl.Expr:
        """A figure of a side, nothing where its row is not there and that stands for nothing; blank where it is not known."""
        import polars as pl

        return pl.when(pl.col(f"nothing {side}")).then(0.0).otherwise(pl.col(f"{figure} {side}"))

    def counted(self, row: Mapping[str, Any], figure: str, side: int) -> Any:
        """The same of a row of the frame."""
        return 0.0 if row[f"nothing {side}"] else row[f"{figure} {side}"]


class Comparison(dict[str, "pl.DataFrame"]):
    """What differs between two results, by table; it shows itself as a line, in a notebook as the tables that have rows."""

    def __init__(self, kind: Kind, tables: Mapping[str, pl.DataFrame]) -> None:
        super().__init__(tables)
        self._kind = kind

    def __missing__(self, table: str) -> pl.DataFrame:
        """Raise KeyError that names the nearest table."""
        raise KeyError(no_such("table", table, self))

    def __repr__(self) -> str:
        rows = [f"{name} {frame.height}" for name, frame in self.items() if frame.height]
        return f"<Comparison: {'rows that differ: ' + ', '.join(rows) if rows else 'nothing differs'}>"

    def _repr_html_(self) -> str:
        known = result_tables(self._kind)
        labels = {name: known[name].label["en"] if name in known else "cells of the case" for name in self}
        rows = {name: (frame.height, labels[name]) for name, frame in self.items()}
        return tables_as_html("What differs", [] if any(n for n, _ in rows.values()) else ["nothing"], rows)

    def _ipython_key_completions_(self) -> list[str]:
        return [name for name, frame in self.items() if not frame.is_empty()]


def compare(first: Result, second: Result) -> Comparison:
    """Differences by table: keys, then each figure in the first result, in the second, and the change.

    Rows without any change are left out; a figure missing on one side is null there, and so is the change of a figure that
    is not known on one side. A row that only one side has is counted against nothing. ``case`` lists the rows of the cases
    that differ; ``origins`` of two plans says where what is served more in the second comes from. Results of different kinds
    raise ResultError, what is no result TypeError.
    """
    import polars as pl

    from rampart.case.editions import difference

    for given in (first, second):
        must_be(given, Result, "rampart.plan")
    tables = side_by_side([first, second])
    result = {"case": difference(first.case, second.case)}
    if first.kind == "plan":
        result["origins"] = origins(first, second)
    for name, beside in tables.items():
        columns: list[pl.Expr] = [pl.col(k) for k in beside.keys]
        for f in beside.figures:
            change = (beside.value(f, 2) - beside.value(f, 1)).alias(f"{f} change")
            columns += [pl.col(f"{f} 1").alias(f), pl.col(f"{f} 2").alias(f"{f} second"), change]
        result[name] = beside.frame.select(columns)
    return Comparison(first.kind, result)


def require_one_kind(results: Sequence[Result]) -> Kind:
    """The kind of all the results. Raises ResultError where they are of different kinds."""
    kind = results[0].kind
    for result in results[1:]:
        if result.kind != kind:
            (one, un), (other, autre) = NAMES[kind], NAMES[result.kind]
            details = {"first": one, "second": other, "first_fr": un, "second_fr": autre}
            raise ResultError([Finding("results-of-two-kinds", details=details)])
    return kind


def side_by_side(results: Sequence[Result]) -> dict[str, Beside]:
    """What several results of one kind give, by table: the rows in which not all agree, sorted by their keys.

    Raises ResultError where the results are of different kinds.
    """
    import polars as pl

    kind = require_one_kind(results)
    found = {}
    for name, (keys, figures) in COMPARED[kind].items():
        joined = None
        for n, result in enumerate(results, 1):
            sums = [known_sum(pl.col(f)).alias(f"{f} {n}") for f in figures]
            side = _rows(result, name).group_by(keys).agg(sums).with_columns(pl.lit(True).alias(f"there {n}"))
            joined = side if joined is None else joined.join(side, on=keys, how="full", coalesce=True, nulls_equal=True)
        assert joined is not None
        changed = pl.any_horizontal(
            _moved(pl.col(f"{f} 1"), pl.col(f"{f} {n}")) for f in figures for n in range(2, len(results) + 1)
        )
        if name == "decisions" and over_paths(results):
            sizes = [pl.col(f"quantity {n}").fill_null(0.0) for n in range(1, len(results) + 1)]
            changed &= pl.any_horizontal(differs_on_paths(sizes[0], size) for size in sizes[1:])
        frame = joined.filter(changed).sort(keys, nulls_last=True)
        if (kind, name) in NOT_WORKED_OUT:
            told = pl.concat([_rows(result, name).select(keys) for result in results]).unique(maintain_order=True)
            frame = told.join(frame, on=keys, how="inner", nulls_equal=True, maintain_order="left")
        absent = [_stands_for_nothing(result, name, n) for n, result in enumerate(results, 1)]
        found[name] = Beside(keys, figures, frame.with_columns(absent))
    return found


def _stands_for_nothing(result: Result, table: str, side: int) -> pl.Expr:
    """Whether a row that a side has not stands for nothing: a war that ends in a month in which none of its paths does was
    not worked out.
    """
    import polars as pl

    absent = pl.col(f"there {side}").is_null() & ((result.kind, table) not in NOT_WORKED_OUT)
    if result.kind == "war" and table in BY_END:
        absent &= pl.col("ends").is_in(result["ends"]["ends"].unique().implode(), nulls_equal=True)
    return absent.alias(f"nothing {side}")


def over_paths(results: Sequence[Result]) -> bool:
    """Whether one of some results is a plan for a war over drawn paths."""
    return any(result.kind == "war" and "sampling" in result.manifest for result in results)


def differs_on_paths(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whether two amounts of a decision differ by more than what plans over drawn paths leave open."""
    import polars as pl

    apart = (a - b).abs()
    return (apart > SHARE_ON_PATHS * pl.max_horizontal(a.abs(), b.abs())) & (apart >= LEAST_ON_PATHS)


def _moved(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whether two figures differ by more than the noise of the solver, or only one is known."""
    import polars as pl

    size = pl.max_horizontal(a.abs().fill_null(0.0), b.abs().fill_null(0.0), pl.lit(1e-6))
    return ((b.fill_null(0.0) - a.fill_null(0.0)).abs() > 1e-6 * size) | (a.is_null() != b.is_null())


def _rows(result: Result, table: str) -> pl.DataFrame:
    """The rows that are compared."""
    if result.kind == "war" and table in BY_END:
        return BY_END[table](result)
    return WEIGHED[result.kind, table](result) if (result.kind, table) in WEIGHED else result[table]
