"""Several variants of a case planned one after the other, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rampart.case.doors import read_case
from rampart.case.tables import Case
from rampart.catalogues.showing import must_be, no_such, public
from rampart.plan.planning import plan
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl

    from rampart import Picture

BASE = "as it is"
"""Name of the case without a change."""
Change = Case | str | Sequence[str] | Callable[[Case], Case]
"""A case of its own, names of overrides, or a function from the case to its variant."""


@dataclass(frozen=True, repr=False)
class Sweep:
    """Plans of the variants of a case, by name, in the order given."""

    results: Mapping[str, Result]

    def __getitem__(self, variant: str) -> Result:
        if variant not in self.results:
            raise KeyError(no_such("variant", variant, self.results))
        return self.results[variant]

    def __repr__(self) -> str:
        return f"<Sweep: {', '.join(self.results)}>"

    def __dir__(self) -> list[str]:
        return public(self)

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.results)

    def measure(self, name: str, **how: Any) -> pl.DataFrame:
        """A measure of every variant, one below the other, with a column ``variant``; see ``rampart.results.measures``."""
        import polars as pl

        frames = [made.measure(name, **how) for made in self.results.values()]
        named = [f.select(pl.lit(v).alias("variant"), pl.all()) for v, f in zip(self.results, frames, strict=True)]
        return pl.concat(named)

    def table(self) -> pl.DataFrame:
        """A row a variant: coverage at the end, share of the recipients' need met, both sums of money, each drawn by ``plot``;
        then the status, and ``gap``: how far the pass least sure may be from its best, as a share. What differs by less between
        two variants may be no difference.
        """
        import polars as pl

        rows = []
        for variant, made in self.results.items():
            covered, met, money = made.measure("coverage")["value"], made.measure("need_met")["value"], made["money"]
            rows.append({
                "variant": variant, "coverage": covered[0] if len(covered) else None, "need_met": met[0] if len(met) else None,
                "commitments": float(money["commitments"].sum()), "payments": float(money["payments"].sum()),
                "status": made.status, "gap": made["passes"]["gap"].max(),
            })  # fmt: skip
        return pl.DataFrame(rows)

    def plot(self, measure: str = "coverage", **how: Any) -> Picture:
        """A measure of every variant by year, a line a variant; see ``rampart.plot``."""
        import rampart

        return rampart.plot(self, measure, **how)


def sweep(case: Case, variants: Mapping[str, Change] | Iterable[str], *, base: bool = True, **options: Any) -> Sweep:
    """Plan a case and its variants.

    variants  by name: a case, names of overrides of the case, or a function from the case to its variant; names alone are
              overrides
    base      plan the case as it is as well, first
    options   of ``rampart.plan``; reasons, which ask for many more plans, are left out where nothing is said of them

    Raises CaseError where a variant is not sound, KeyError for an override that the case does not have, TypeError for
    what is no variant.
    """
    must_be(case, Case, "rampart.read_case")
    if not isinstance(variants, Iterable):
        raise TypeError(f"variants are given by name, as a mapping, or as names of overrides: {variants!r}")
    given = variants if isinstance(variants, Mapping) else {name: name for name in variants}
    changed = {name: _changed(case, change) for name, change in given.items()}
    cases = ({BASE: case} if base else {}) | changed
    told: dict[str, Any] = {"reasons": "none", "give_or_keep": False} | options
    return Sweep({name: plan(one, **told) for name, one in cases.items()})


def _changed(case: Case, change: Change) -> Case:
    if isinstance(change, Case):
        return change
    if callable(change):
        made = change(case)
        must_be(made, Case, "the function of a variant gives a case, and case.replace")
        return made
    if not isinstance(change, Iterable):
        raise TypeError(
            f"a variant is a case, names of overrides, or a function from the case to its variant: {change!r}"
        )
    names = [change] if isinstance(change, str) else list(change)
    known = set(case.tables["overrides"]["override"]) if "override" in case.tables["overrides"].columns else set()
    for name in names:
        if known and name not in known:
            raise KeyError(no_such("override", name, known))
    if case.path is None:
        raise ValueError(
            "overrides are taken from the files of a case, and this one was made in memory: give a function"
        )
    return read_case(case.path, overrides=[*case.overrides, *names])
