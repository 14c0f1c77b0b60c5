"""The group of verbs, and what every verb says the same way."""

from __future__ import annotations

import json
import math
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.options import FINDINGS, INFEASIBLE, OK, TIME_LIMIT

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Finding, Language
    from rampart.results.result import Result


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rampart")
def main() -> None:
    """Plan how an alliance rebuilds its stocks, raises production and keeps a partner supplied.

    A case is a folder of CSV or Parquet files, or an .xlsx workbook. Exit codes: 0 ok, 1 findings, 2 usage,
    3 some hard rule could not be kept, 4 time limit reached with a plan.
    """


def say(text: str = "") -> None:
    """Print for the reader."""
    click.echo(text)


def json_text(value: Any) -> str:
    """JSON as the standard has it, which knows no infinity: a number without a limit is null. Months are "YYYY-MM"."""

    def plain(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: plain(x) for k, x in v.items()}
        if isinstance(v, list | tuple):
            return [plain(x) for x in v]
        if isinstance(v, date):
            return f"{v:%Y-%m}"
        return None if isinstance(v, float) and not math.isfinite(v) else v

    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False)


def show_findings(findings: tuple[Finding, ...], language: Language, *, as_json: bool) -> None:
    """All findings with place, value, expectation and remedy."""
    if as_json:
        say(json_text([f.as_dict(language) for f in findings]))
        return
    from rampart.language.words import Words

    words = Words(language)
    for f in findings:
        say(f"{words(f'cli.{f.severity}')}  {f.where(language)}")
        parts = (f.message(language), f.expected(language), f.remedy(language))
        say("   " + " ".join(part for part in parts if part))
    errors = sum(f.severity == "error" for f in findings)
    say(words("cli.findings", errors=errors, others=len(findings) - errors))


def load(path: Path, overrides: tuple[str, ...], language: Language, *, as_json: bool = False) -> Case:
    """Read a case, or show its findings and leave with exit code 1."""
    from rampart.case.doors import check_case

    case, findings = check_case(path, overrides=overrides)
    if case is None:
        show_findings(findings, language, as_json=as_json)
        sys.exit(FINDINGS)
    return case


def leave_unbounded(status: str, language: Language, *, as_json: bool) -> None:
    """Leave with a finding where the solver says that a plan could gain without end."""
    if "nbounded" in status:
        from rampart.findings import Finding

        show_findings((Finding("gain-unbounded"),), language, as_json=as_json)
        sys.exit(FINDINGS)


def exit_code(result: Result) -> int:
    """0, or 3 where a hard rule gave way, or 4 where the time ran out."""
    if result.status == "time limit":
        return TIME_LIMIT
    return OK if result.feasible else INFEASIBLE


def open_result(path: Path, language: Language, *, as_json: bool = False) -> Result:
    """Load a folder of results, or say in a sentence what is wrong with it and leave: exit code 2 where there is none."""
    from rampart.findings import NoResultError, ResultError
    from rampart.results.folder import read_result

    try:
        return read_result(path)
    except ResultError as wrong:
        if isinstance(wrong, NoResultError):
            said = (f"{f.where(language)}: {f.message(language)} {f.remedy(language)}" for f in wrong.findings)
            raise click.UsageError("\n".join(said)) from wrong
        show_findings(wrong.findings, language, as_json=as_json)
        sys.exit(FINDINGS)


def keep_off(folder: Path) -> None:
    """Leave with a usage message where a plan must not be written, before any work is done."""
    from rampart.engine.whole_folder import require_place

    try:
        require_place(folder)
    except FileExistsError as taken:
        raise click.UsageError(str(taken)) from taken
