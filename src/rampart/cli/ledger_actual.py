"""The verb ``ledger actual``: what happened beside what was planned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, open_result, say
from rampart.cli.ledger import file_path, known_option, ledger, ledger_argument, show_rows
from rampart.cli.options import json_option, language_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.findings import Language


@ledger.command()
@ledger_argument
@click.argument("plan_path", metavar="PLAN", type=file_path)
@click.option(
    "--through", metavar="YYYY-MM", help="Up to and with this month. Default: the last that the ledger knows of."
)
@known_option
@language_option
@json_option
def actual(
    ledger_path: Path | str, plan_path: Path, through: str | None, known: str | None, lang: Language, as_json: bool
) -> None:
    """What happened beside the plan: figures by month, lines and how far they are behind, money, decisions, rates.

    What is not known is left blank; it is never taken for nothing.
    """
    from rampart.case.calendar import is_month
    from rampart.language.words import Words
    from rampart.ledger.actual import against_plan, estimates
    from rampart.ledger.actual.lessons import lessons
    from rampart.ledger.ledger import open_ledger

    if through is not None and not is_month(through):
        raise click.BadParameter(usage("{value} is no month; write YYYY-MM", value=through), param_hint="--through")
    plan = open_result(plan_path, lang)
    with open_ledger(ledger_path) as book:
        documents = book.documents(known=known)
        last = through or max((d.day[:7] for d in documents), default=str(plan.case.settings["start"]))
        made = against_plan.lines(documents, plan, last)
        told: dict[str, list[Any]] = {
            "figures": against_plan.figures(book, plan, last, known=known),
            "lines": made,
            "schedule": against_plan.schedule(made, plan),
            "money": against_plan.money(documents, plan),
            "decisions": against_plan.decisions(documents, plan, last),
            "lessons": lessons(book, plan.case, known=known),
            "estimates": [*estimates.rates(documents, plan.case), *estimates.days_on_the_way(documents, plan.case)],
        }
    rows = {name: [_row(name, row) for row in of] for name, of in told.items()}
    if as_json:
        say(json_text(rows))
        return
    words = Words(lang)
    for name, of in rows.items():
        say(words(f"actual.{name}", month=last))
        shown = [{"kind_of" if k == "kind" else k: _shown(words, k, v) for k, v in row.items()} for row in of]
        show_rows(shown, lang, as_json=False)
        say()


def _row(name: str, row: Any) -> dict[str, Any]:
    said: dict[str, Any] = row._asdict()
    return said | ({"late": row.late} if name == "schedule" else {})


def _shown(words: Any, column: str, value: Any) -> Any:
    """A cell as a reader sees it: blank where nothing is known, no more figures than are known."""
    if column == "what":
        return words(f"actual.what.{value}")
    if column == "status":
        return words(f"actual.status.{value}")
    if column == "kind":
        return words.choice("news" if words.has(f"news.{value}") else "kind", value)
    if value is None:
        return ""
    return words.number(value) if isinstance(value, float) else value
