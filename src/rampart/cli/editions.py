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
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.language.words import Words

file_or_folder = click.Path(path_type=Path)
GUIDES = ("README", "LISEZ-MOI")
"""First sheets of a template, which is written with every one."""


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
    spoken = "" if as_json else lang
    cells = cells_that_differ([load(path, (), lang, as_json=as_json) for path in paths], language=spoken)
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
    said = _written(made, cases, out, force=force, words=Words(lang))
    if as_json:
        say(json_text({"case": str(out), "notes": said}))
        return
    say(Words(lang)("cli.merged", folder=out))
    for line in said:
        say(line)


def _written(made: Case, editions: list[Case], out: Path, *, force: bool, words: Words) -> list[str]:
    """Write the merged case into copies of the files that both came from. Gives what is not in it."""
    from rampart.case.in_file import InFile
    from rampart.case.into_folder import into_folder
    from rampart.case.into_workbook import copy_with, lost_in_copy, own_sheets
    from rampart.case.template import write_template
    from rampart.case.writing import is_table
    from rampart.engine.whole_file import whole_file
    from rampart.engine.whole_folder import whole_tables

    base = editions[0]
    if out.suffix.lower() != ".xlsx" and base.path is not None and base.path.is_dir():
        with whole_tables(out, is_table=is_table, force=force) as part:
            if not into_folder(editions, made, part):
                made.save(part)
        return []
    of = InFile.of(base) if out.suffix.lower() == ".xlsx" else None
    if of is None or base.path is None or (base.path.is_dir() and of.language == "en"):
        made.save(out, force=force)
        return []
    own = [own_sheets(e.path) if e.path and e.path.suffix.lower() in (".xlsx", ".xlsm") else {} for e in editions]
    whole, told = copy_with(base, made), list[str]()
    if whole is None:
        write_template(out, of.language, case=made, force=force)
        left = [name for name in own[0] if name not in GUIDES]
        told += [words("cli.merge.base_left", file=base.path.name, sheets=words.list(left))] if left else []
    else:
        with whole_file(out, force=force) as part:
            part.write_bytes(whole)
        lost = [words(f"cli.merge.lost.{kind}") for kind in lost_in_copy(base.path)]
        told += [words("cli.merge.lost", file=base.path.name, parts=words.list(lost))] if lost else []
    for edition, sheets in zip(editions[1:], own[1:], strict=True):
        left = [name for name, cells in sheets.items() if cells and own[0].get(name) != cells]
        if left and edition.path:
            told.append(words("cli.merge.left", file=edition.path.name, sheets=words.list(left)))
    return told
