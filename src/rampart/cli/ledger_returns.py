"""The verbs of national returns: ``ledger return template``, ``check``, ``post``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, load, open_result, say, show_findings
from rampart.cli.ledger import file_path, ledger, ledger_argument, nation_option, show_rows
from rampart.cli.options import FINDINGS, OK, force_option, json_option, language_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.ledger.returns.checking import Checked

case_argument = click.argument("case_path", metavar="CASE", type=file_path)
plan_option = click.option("--plan", "plan_path", type=file_path, metavar="PLAN", help="Also compare with this plan.")


@ledger.group("return")
def return_() -> None:
    """National returns: a month of a nation's book as a workbook, checked, then posted whole or not at all."""


@return_.command()
@ledger_argument
@case_argument
@click.option("--nation", required=True, metavar="CODE", help="The nation that reports.")
@click.option("--month", required=True, metavar="YYYY-MM", help="The month that is reported.")
@click.option("-o", "--out", required=True, type=file_path, help="Where the workbook (.xlsx) is written.")
@force_option
@language_option
def template(
    ledger_path: Path | str, case_path: Path, nation: str, month: str, out: Path, force: bool, lang: Language
) -> None:
    """Write the workbook to fill in, with the items, lots and deliveries of the nation and what it reported last."""
    from rampart.case.calendar import is_month
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.returns.template import write_return_template

    if not is_month(month):
        raise click.BadParameter(usage("{value} is no month; write YYYY-MM", value=month), param_hint="--month")
    case = load(case_path, (), lang)
    with open_ledger(ledger_path) as book:
        write_return_template(out, book, case, nation=nation, month=month, language=lang, force=force)
    say(Words(lang)("ledger.template", file=out))


@return_.command()
@ledger_argument
@case_argument
@click.argument("file", type=file_path)
@plan_option
@click.option(
    "--annotate",
    "annotated",
    type=file_path,
    metavar="FILE",
    help="Write a copy with the cells marked; once mended it can be posted.",
)
@force_option
@language_option
@json_option
def check(
    ledger_path: Path | str, case_path: Path, file: Path, plan_path: Path | None, annotated: Path | None, force: bool,
    lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Hold a return against case and ledger, and show what it would post. Nothing is posted."""
    from rampart.case.annotating import write_annotated
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger

    with open_ledger(ledger_path) as book:
        checked = _checked(book, case_path, file, plan_path, lang, as_json=as_json)
    if annotated:
        write_annotated(file, checked.findings, annotated, language=lang, force=force)
    if as_json:
        say(json_text(_as_dict(checked, lang)))
    else:
        _show(checked, lang)
        if annotated:
            say(Words(lang)("ledger.annotated", file=annotated))
    sys.exit(OK if checked.sound else FINDINGS)


@return_.command()
@ledger_argument
@case_argument
@click.argument("file", type=file_path)
@plan_option
@nation_option
@language_option
@json_option
def post(
    ledger_path: Path | str, case_path: Path, file: Path, plan_path: Path | None, nations: tuple[str, ...], lang: Language,
    as_json: bool,
) -> None:  # fmt: skip
    """Check a return, show what it changes, and post it: whole, or not at all. The same again changes nothing."""
    from rampart.language.words import Words
    from rampart.ledger.ledger import open_ledger
    from rampart.ledger.returns.checking import post_return

    with open_ledger(ledger_path, nations=nations) as book:
        checked = _checked(book, case_path, file, plan_path, lang, as_json=as_json)
        posted = post_return(book, checked) if checked.sound else 0
    if as_json:
        say(json_text(_as_dict(checked, lang) | {"posted": posted}))
    else:
        _show(checked, lang)
        say(Words(lang)("ledger.return_posted" if posted else "ledger.return_not", posted=posted))
    sys.exit(OK if checked.sound else FINDINGS)


def _checked(
    book: Any, case_path: Path, file: Path, plan_path: Path | None, language: Language, *, as_json: bool
) -> Checked:
    from rampart.ledger.actual.planned import of_nation
    from rampart.ledger.returns.checking import check_return

    case = load(case_path, (), language, as_json=as_json)
    plan = open_result(plan_path, language) if plan_path else None
    return check_return(
        book, case, file, planned=None if plan is None else lambda nation, month: of_nation(plan, nation, month)
    )


def _as_dict(checked: Checked, language: Language) -> dict[str, Any]:
    return {
        "findings": [f.as_dict(language) for f in checked.findings],
        "compared": [row._asdict() for row in checked.compared],
        "differences": [asdict(d) for d in checked.differences],
        "documents": [d.as_dict() for d in checked.booking.documents],
    }


def _show(checked: Checked, language: Language) -> None:
    from rampart.language.words import Words
    from rampart.ledger.returns.vocabulary import KINDS

    words = Words(language)
    if checked.compared:
        rows = [
            {
                "kind_of": KINDS[c.kind][language], "item": c.item, "reported": _said(c.reported, words),
                "last": "" if c.last is None else c.last, "last_month": c.last_month,
                "age": "" if c.age is None else c.age,
                "planned": "" if c.planned is None else round(c.planned),
            }
            for c in checked.compared
        ]  # fmt: skip
        show_rows(rows, language, as_json=False)
    if checked.differences:
        say(words("ledger.differences"))
        show_rows(
            [
                {
                    "kind_of": KINDS[d.kind][language], "item": d.item, "lot": d.lot, "day": d.day,
                    "before": _said(d.before, words), "now": _said(d.now, words),
                }
                for d in checked.differences
            ],
            language, as_json=False,
        )  # fmt: skip
    show_findings(checked.findings, language, as_json=False)


def _said(quantity: int | None, words: Any) -> str:
    return str(words("ledger.not_reported")) if quantity is None else str(quantity)
