"""What differs between two plans: objectives, requirements met, deliveries, expansions, money, and the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from rampart.results.result import Plan

# table of the comparison -> (result table, keys, figures that are summed over the keys)
COMPARED = {
    "passes": ("passes", ["rank", "objective"], ["value"]),
    "fill": ("fill", ["holder", "item"], ["closing", "coverage", "years"]),
    "demand": ("demand", ["holder", "item", "purpose"], ["served", "unmet"]),
    "donations": ("donations", ["donor", "recipient", "item"], ["quantity"]),
    "expansions": ("expansions", ["expansion"], ["units", "cost"]),
    "production": ("production", ["line"], ["output"]),
    "money": ("money", ["nation", "purpose"], ["commitments", "payments"]),
}


def compare(first: Plan, second: Plan) -> dict[str, pl.DataFrame]:
    """Differences by table: keys, then each figure in the first plan, in the second, and the change.

    Rows without any change are left out; a figure missing on one side is null there. ``case`` lists the rows of the
    cases that differ.
    """
    import polars as pl

    from rampart.case.overrides import difference

    result = {"case": difference(first.case, second.case)}
    for name, (table, keys, figures) in COMPARED.items():
        sides = [p[table].group_by(keys).agg([_total(f) for f in figures]) for p in (first, second)]
        joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, suffix=" second")
        columns: list[pl.Expr] = [pl.col(k) for k in keys]
        changed = pl.lit(False)
        for f in figures:
            a, b = pl.col(f), pl.col(f"{f} second")
            columns += [a.alias(f), b, (b.fill_null(0.0) - a.fill_null(0.0)).alias(f"{f} change")]
            size = pl.max_horizontal(a.abs().fill_null(0.0), b.abs().fill_null(0.0), pl.lit(1e-6))
            moved = (b.fill_null(0.0) - a.fill_null(0.0)).abs() > 1e-6 * size
            changed = changed | moved | (a.is_null() != b.is_null())
        result[name] = joined.filter(changed).select(columns).sort(keys)
    return result


def _total(figure: str) -> pl.Expr:
    """Sum that stays unknown where nothing is known."""
    import polars as pl

    values = pl.col(figure)
    return pl.when(values.is_not_null().any()).then(values.sum()).otherwise(None).alias(figure)
