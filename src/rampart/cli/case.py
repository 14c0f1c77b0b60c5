"""Verbs of a case: ``new``, ``template``, ``check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import load, main, say, show_findings
from rampart.cli.options import (
    FINDINGS,
    OK,
    USAGE,
    case_argument,
    force_option,
    json_option,
    language_option,
    with_option,
)

if TYPE_CHECKING:
    from rampart.findings import Language


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@force_option
@language_option
def new(folder: Path, force: bool, lang: Language) -> None:
    """Start a case: a folder of CSV files with every table and column of the catalogue."""
    from rampart.case.writing import is_table
    from rampart.catalogues.inputs import tables
    from rampart.engine.whole_folder import whole_tables
    from rampart.language.words import Words

    with whole_tables(folder, is_table=is_table, force=force) as part:
        for name, table in tables().items():
            if name == "settings":
                lines = ["setting,value", *(f"{c.name},{c.default}" for c in table.columns.values())]
            else:
                lines = [",".join(table.columns)]
            (part / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(Words(lang)("cli.new", folder=folder))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case", "case_path", type=click.Path(path_type=Path), help="Fill the template from this case.")
@force_option
@language_option
def template(file: Path, case_path: Path | None, force: bool, lang: Language) -> None:
    """Write an Excel workbook to fill in: a sheet a table, drop-downs, notes in both languages."""
    from rampart.case.template import write_template
    from rampart.engine.places import require_files
    from rampart.language.words import Words

    require_files([file], force=force, sources=[case_path] if case_path else [])
    case = load(case_path, (), lang) if case_path else None
    write_template(file, language=lang, case=case, force=force)
    say(Words(lang)("cli.template", file=file))


@main.command()
@case_argument
@with_option
@click.option("--annotate", type=click.Path(path_type=Path), help="Write a copy with the findings as red cells.")
@force_option
@language_option
@json_option
def check(
    case_path: Path, overrides: tuple[str, ...], annotate: Path | None, force: bool, lang: Language, as_json: bool
) -> None:
    """Check a case and list every finding: where, which value, what is expected, how to mend it."""
    from rampart.case.doors import check_case
    from rampart.engine.places import require_files

    if annotate:
        require_files([annotate], force=force, sources=[case_path])
    case, findings = check_case(case_path, overrides=overrides)
    code = OK if case is not None else FINDINGS
    if annotate:
        from rampart.case.annotating import write_annotated
        from rampart.findings import FindingsError, PlaceError

        try:
            write_annotated(case_path, findings, annotate, language=lang, force=force)
        except FindingsError as wrong:  # no copy; what was found in the case is said all the same
            findings = (*findings, *(f for f in wrong.findings if f.code not in {found.code for found in findings}))
            code = USAGE if isinstance(wrong, PlaceError) else FINDINGS
    show_findings(findings, lang, as_json=as_json)
    sys.exit(code)
