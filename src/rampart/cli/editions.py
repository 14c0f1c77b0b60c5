"""Verbs of editions of a case that were changed apart: ``case compare``, ``case merge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.alone import case_group
from rampart.cli.group import json_text, load, say
from rampart.cli.options import force_option, json_option, language_option
from rampart.cli.results import names_apart

if TYPE_CHECKING:
    from rampart.findings import Language

file_or_folder = click.Path(path_type=Path)


@case_group.command("compare")
@click.argument("first", metavar="A", type=file_or_folder)
@click.argument("others", metavar="B", nargs=-1, required=True, type=file_or_folder)
@language_option
@json_option
def compare(first: Path, others: tuple[Path, ...], lang: Language, as_json: bool) -> None:
    """List the cells in which editions of a case differ, without planning any of them.

    Rows are matched by the key of their table, whatever their order. A row that one edition does not have is shown whole.
    """
    from rampart.case.editions import cells_that_differ

    paths = [first, *others]
    cells = cells_that_differ([load(path, (), lang, as_json=as_json) for path in paths])
    if as_json:
        say(json_text(cells.to_dicts()))
        return
    from rampart.report.console.comparison import print_cells

    print_cells(cells, names_apart(paths, [()] * len(paths)), lang)


@case_group.command("merge")
@click.argument("base", metavar="BASE", type=file_or_folder)
@click.argument("first", metavar="A", type=file_or_folder)
@click.argument("second", metavar="B", type=file_or_folder)
@click.option("-o", "--out", required=True, type=file_or_folder, help="Where the new case is written.")
@force_option
@language_option
@json_option
def merge(base: Path, first: Path, second: Path, out: Path, force: bool, lang: Language, as_json: bool) -> None:
    """Make two editions of a case one, cell by cell, against the edition that both came from.

    What one of them changed is taken. What both changed, and not to the same, is a conflict: it is named with its file, row,
    column and the three values, nothing is written, and the exit code is 1. A figure and its range count as one statement.
    """
    from rampart.case.merging import merged_case
    from rampart.case.writing import is_table
    from rampart.engine.places import require_files, require_tables
    from rampart.language.words import Words

    paths = [base, first, second]
    if out.suffix.lower() == ".xlsx":
        require_files([out], force=force, sources=paths)
    else:
        require_tables(out, is_table=is_table, force=force, sources=paths)
    cases = [load(path, (), lang, as_json=as_json) for path in paths]
    made = merged_case(*cases, names=names_apart(paths, [()] * 3))
    made.save(out, force=force)
    if as_json:
        say(json_text({"case": str(out)}))
        return
    say(Words(lang)("cli.merged", folder=out))
