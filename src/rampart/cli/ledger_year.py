"""The verb ``ledger year``: a year as it was, replayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import json_text, load_without_fleets, say
from rampart.cli.ledger import file_path, ledger
from rampart.cli.options import banner_option, force_option, json_option, language_option, with_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.case.tables import Case
    from rampart.findings import Language
    from rampart.results.result import Result


@ledger.command("year")
@click.argument("case_path", metavar="CASE", type=file_path)
@click.argument("files", nargs=-1, required=True, type=file_path)
@with_option
@click.option("-o", "--out", required=True, type=file_path, help="Plan folder.")
@click.option("--look", "looks", multiple=True, metavar="YYYY-MM", help="Plan anew at its beginning; repeat for more.")
@click.option("--until", metavar="YYYY-MM", help="Last month. Default: that of the last document.")
@click.option("--report/--no-report", default=True, help="Also write the report beside the plan.")
@banner_option
@force_option
@language_option
@json_option
def year_(
    case_path: Path, files: tuple[Path, ...], overrides: tuple[str, ...], out: Path, looks: tuple[str, ...],
    until: str | None, report: bool, banner: str, force: bool,
    lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Replay a year as it was: the plan of its start, what happened, and the plan made anew at each look.

    FILES hold what happened, opening stocks first, as documents for `ledger post`. On the same receipts two policies are laid
    beside it: the plan of the start held to, and the plan made anew at each look. Each look takes two plans.
    """
    from rampart.case.calendar import is_month
    from rampart.engine.places import require_place
    from rampart.language.in_words import InWords
    from rampart.language.words import Words
    from rampart.ledger.actual.year import replay
    from rampart.ledger.handed_in import read_documents
    from rampart.plan.planning import plan
    from rampart.report.chapters.year import year_in_short

    for month in (*looks, *([until] if until else [])):
        if not is_month(month):
            raise click.BadParameter(usage("{value} is no month; write YYYY-MM", value=month), param_hint="--look")
    require_place(out, kind="plan", force=force, sources=[case_path, *files])
    case = load_without_fleets(case_path, overrides, lang, as_json=as_json)

    def make(of: Case) -> Result:
        return plan(of, reasons="none", give_or_keep=False)

    import tempfile

    documents = [document for file in files for document in read_documents(file)]
    with tempfile.TemporaryDirectory() as folder:
        made = replay(case, documents, looks, make=make, folder=Path(folder), until=until)
    made.save(out, force=force)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.report import write_report

        written = write_report(made, out / "report", language=lang, banner=banner, force=force)
    tables = {name: made[name].to_dicts() for name in ("year", "year_plans")}
    if as_json:
        say(json_text({"plan": str(out), "report": [str(p) for p in written], **tables}))
        return
    words = Words(lang)
    say(words("cli.year"))
    for line in year_in_short(InWords(made, lang)):
        say(line)
    say(words("cli.plan", folder=out))
    for path in written:
        say(words("cli.report", path=path))
