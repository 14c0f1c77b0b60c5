"""The group ``case``: what is done with whole cases. ``case extract``: one of some nations, that can be planned by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import json_text, load, main, open_result, say
from rampart.cli.options import case_argument, force_option, json_option, language_option, with_option

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.results.result import Result


def _at_confidence(plan: Result, case: Case) -> bool:
    """Whether a plan was made of a case, with its delivery dates at a confidence: these then hold here too."""
    changes = [name for name in plan.manifest["overrides"] if not name.startswith("confidence-")]
    return bool(
        plan.case.settings["confidence"] is not None
        and changes == list(case.overrides)
        and plan.manifest["inputs"] == case.inputs()
    )


@main.group("case")
def case_group() -> None:
    """Make a case out of another."""


@case_group.command("extract")
@case_argument
@click.option(
    "--nation", "nations", multiple=True, required=True, metavar="CODE", help="Nation to plan; repeat for a group."
)
@click.option("--as-in", "as_in", type=click.Path(path_type=Path), metavar="PLAN",
              help="Plan of the whole case: what others send and take is fixed as there.")  # fmt: skip
@with_option
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Where the new case is written.")
@force_option
@language_option
@json_option
def extract(
    case_path: Path, nations: tuple[str, ...], as_in: Path | None, overrides: tuple[str, ...], out: Path, force: bool,
    lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Make a case of one nation or a group that can be planned by itself, and say what was cut off.

    It holds what the nations make, hold and owe, and the recipients with their need. What others may supply becomes an
    offer; with --as-in, what they send and take is fixed month by month. Every row that is cut, changed or added stands in
    the file #cut-off.csv of the new case (or the sheet #cut-off), with the reason.
    """
    from rampart.case.extract import CUT_OFF
    from rampart.case.writing import is_table
    from rampart.engine.places import require_files, require_tables
    from rampart.language.cut_off import cut_off
    from rampart.language.words import Words
    from rampart.network.alone import extract as extract_case

    sources = [case_path, *([as_in] if as_in else [])]
    if out.suffix.lower() == ".xlsx":
        require_files([out], force=force, sources=sources)
    else:
        file = f"#{CUT_OFF}.csv"
        require_tables(out, is_table=lambda name: is_table(name) or name == file, force=force, sources=sources)
    case = load(case_path, overrides, lang, as_json=as_json)
    plan = open_result(as_in, lang) if as_in else None
    if plan is not None and _at_confidence(plan, case):
        case = plan.case
    found = extract_case(case, nations, as_in=plan)
    found.save(out, force=force)
    if as_json:
        say(json_text({"case": str(out), "changes": found.table.to_dicts()}))
        return
    for sentence in cut_off(found, lang):
        say(f"• {sentence}")
    say(Words(lang)("cli.imported", folder=out))
