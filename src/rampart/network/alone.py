"""``extract``: a case of some nations that can be planned by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from rampart.case.extract import Extract, cut_out
from rampart.case.tables import Case
from rampart.findings import CaseError, Finding
from rampart.results.result import Result

if TYPE_CHECKING:
    import polars as pl


def extract(
    case: Case, nations: Collection[str], *, as_in: Result | Mapping[str, pl.DataFrame] | None = None
) -> Extract:
    """A case of some nations: what they make, hold and owe, with the recipients; and what was cut off.

    nations  codes of the nations to be planned
    as_in    a plan of the whole case, or its tables: what others send and take there is fixed month by month. None: what
             others may supply is estimated from the case, as offers

    With ``as_in`` every objective of the new case comes out as the nations' terms of the whole plan, within the stated
    rooms: ``rampart.network.as_in`` says why.

    Raises CaseError where a nation is unknown, the plan is none or of another case, or what is left is no sound case.
    """
    if as_in is None:
        return cut_out(case, nations)
    from rampart.network.as_in import fixed_as_in

    if isinstance(as_in, Result):
        if as_in.kind != "plan":
            raise CaseError([Finding("extract-no-plan", value=as_in.kind)])
        if as_in.case.hash() != case.hash():
            raise CaseError([Finding("extract-other-case", value=str(as_in.manifest.get("case", "")))])
    tables = as_in.tables if isinstance(as_in, Result) else as_in
    return _same_worth(case, cut_out(case, nations, outside=fixed_as_in(case, nations, tables)))


def _same_worth(whole: Case, found: Extract) -> Extract:
    """Every item at worth 1 where the whole case counts so for want of a price that the new case does not want."""
    import polars as pl

    from rampart.requirements.worth import without_worth

    if not without_worth(whole) or without_worth(found.case):
        return found
    items = found.case.tables["items"].with_columns(pl.lit(1.0).alias("worth"))
    notes = tuple(Finding("changed-worth", "items", value=code) for code in items["item"])
    return Extract(Case({**found.case.tables, "items": items}), (*found.changes, *notes))
