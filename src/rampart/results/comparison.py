"""What differs between two results of one kind, and between their cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rampart.catalogues.results import Kind
from rampart.findings import Finding, ResultError
from rampart.results.ends_of_war import by_end, known_sum, left_by_end, supply_by_end
from rampart.results.origins import origins
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

# table of the comparison -> keys, and figures that are summed over the rows of a key
COMPARED: Mapping[Kind, Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "plan": {
        "passes": (("rank", "objective"), ("value",)),
        "fill": (("holder", "item"), ("closing", "coverage", "years")),
        "demand": (("holder", "item", "purpose"), ("served", "unmet")),
        "donations": (("donor", "recipient", "item"), ("quantity",)),
        "expansions": (("expansion",), ("units", "cost")),
        "production": (("line",), ("output",)),
        "money": (("nation", "purpose"), ("commitments", "payments")),
    },
    "war": {
        "values": (("name",), ("value",)),
        "decisions": (("kind", "what", "month"), ("quantity",)),
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
    "ends": lambda result: by_end(result).rename({"chance": "probability"}),
    "supply": supply_by_end,
    "left": left_by_end,
}
NOT_WORKED_OUT = frozenset({("war", "values")})
"""Tables in which a row that is not there was not worked out; in all others it stands for nothing."""
NAMES: Mapping[Kind, tuple[str, str]] = {
    "plan": ("a plan", "un plan"),
    "war": ("a plan for a war", "un plan de guerre"),
    "fleet": ("an answer for fleets", "une réponse sur les parcs"),
}


def compare(first: Result, second: Result) -> dict[str, pl.DataFrame]:
    """Differences by table: keys, then each figure in the first result, in the second, and the change.

    Rows without any change are left out; a figure missing on one side is null there, and so is the change of a figure that
    is not known on one side. A row that only one side has is counted against nothing. ``case`` lists the rows of the cases
    that differ; ``origins`` of two plans says where what is served more in the second comes from. Results of different kinds
    raise ResultError.
    """
    import polars as pl

    from rampart.case.overrides import difference

    if first.kind != second.kind:
        (one, un), (other, autre) = NAMES[first.kind], NAMES[second.kind]
        details = {"first": one, "second": other, "first_fr": un, "second_fr": autre}
        raise ResultError([Finding("results-of-two-kinds", details=details)])
    result = {"case": difference(first.case, second.case)}
    if first.kind == "plan":
        result["origins"] = origins(first, second)
    for name, (keys, figures) in COMPARED[first.kind].items():
        sides = [
            (BY_END[name](r) if r.kind == "war" and name in BY_END else r[name])
            .group_by(keys)
            .agg([known_sum(pl.col(f)).alias(f) for f in figures])
            .with_columns(there=pl.lit(True))
            for r in (first, second)
        ]
        joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, suffix=" second", nulls_equal=True)
        columns: list[pl.Expr] = [pl.col(k) for k in keys]
        worked_out = (first.kind, name) not in NOT_WORKED_OUT
        changed = pl.lit(False)
        for f in figures:
            a, b = pl.col(f), pl.col(f"{f} second")
            before, after = (_against_nothing(v, t, worked_out) for v, t in ((a, "there"), (b, "there second")))
            columns += [a.alias(f), b, (after - before).alias(f"{f} change")]
            size = pl.max_horizontal(a.abs().fill_null(0.0), b.abs().fill_null(0.0), pl.lit(1e-6))
            moved = (b.fill_null(0.0) - a.fill_null(0.0)).abs() > 1e-6 * size
            changed = changed | moved | (a.is_null() != b.is_null())
        result[name] = joined.filter(changed).select(columns).sort(keys, nulls_last=True)
    return result


def _against_nothing(figure: pl.Expr, there: str, worked_out: bool) -> pl.Expr:
    """The figure, nothing where its row is not there and that stands for nothing; blank where it is not known."""
    import polars as pl

    return pl.when(pl.col(there).is_null() & worked_out).then(0.0).otherwise(figure)
