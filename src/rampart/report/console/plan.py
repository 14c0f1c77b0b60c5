"""Decisions and comparisons as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rampart.findings import Language
from rampart.language.decisions_and_causes import (
    deadline,
    decided_now,
    decision_name,
    delay,
    delay_costs,
    how_much,
    in_year,
    rounding,
)
from rampart.language.in_words import InWords
from rampart.report.console.wide import wide_console

if TYPE_CHECKING:
    from rampart.results.result import Result

SHOWN = 12


def print_decisions(plan: Result, language: Language) -> None:
    """The headline sentences, then the decisions to take now: who, what, how much, by when, what a month costs."""
    from rich import box
    from rich.table import Table

    from rampart.language.headlines import sentences

    answer = InWords(plan, language)
    words = answer.words
    console = wide_console()
    for sentence in sentences(answer):
        console.print(f"• {sentence}", soft_wrap=True)
    heads = ("decide.what", "decide.who", "decide.now", "decide.year", "decide.money", "decide.by", "decide.delay")
    table = Table(box=box.SIMPLE_HEAD, title=words("decide.title"), title_justify="left")
    for n, head in enumerate(heads):
        table.add_column(
            delay_costs(answer, head) if head == heads[-1] else words(head, n=decided_now(answer)),
            justify="right" if n in (2, 3, 4) else "left",
            overflow="fold",
        )
    rows = plan["decisions"].to_dicts()
    for row in rows[:SHOWN]:
        table.add_row(
            decision_name(answer, row), answer.nation(row["nation"]), how_much(answer, row),
            in_year(answer, row), words.money(row["money"]),
            deadline(answer, row),
            delay(answer, row),
        )  # fmt: skip
    console.print(table if rows else words("no_decisions"))
    if said := rounding(answer):
        console.print(said, soft_wrap=True)
    if "coupling" in plan.manifest:
        from rampart.report.chapters.plan_fleets import agreement

        console.print(agreement(answer), soft_wrap=True)
    if len(rows) > SHOWN:
        console.print(words("decide.more", n=len(rows) - SHOWN))
