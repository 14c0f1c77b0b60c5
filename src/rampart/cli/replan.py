"""The verb ``replan``: the plan made anew from the ledger."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import exit_code, json_text, load, main, open_result, say, show_findings
from rampart.cli.ledger import file_path, known_option, ledger_argument
from rampart.cli.options import banner_option, force_option, json_option, language_option, time_limit_option
from rampart.cli.planning import make_plan

if TYPE_CHECKING:
    from rampart.findings import Language


@main.command()
@ledger_argument
@click.argument("plan_path", metavar="PLAN", type=file_path)
@click.option("-o", "--out", required=True, type=file_path, help="Plan folder.")
@click.option("--month", metavar="YYYY-MM", help="First month of the new plan. Default: the second of the plan before.")
@click.option(
    "--case", "case_path", type=file_path, metavar="CASE", help="What is assumed now. Default: what the plan assumed."
)
@known_option
@time_limit_option
@click.option("--report/--no-report", default=True, help="Also write the report beside the plan.")
@banner_option
@force_option
@language_option
@json_option
def replan(
    ledger_path: Path | str, plan_path: Path, out: Path, month: str | None, case_path: Path | None, known: str | None,
    time_limit: float | None, report: bool, banner: str, force: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Plan on from where things stand: stocks, orders in hand and deliveries as the ledger has them.

    Decisions of the plan before are kept as far as no objective loses by that. The report begins with what changed since,
    and why: what happened this month, what was learned late, what was corrected.
    """
    from rampart.engine.places import require_place
    from rampart.language.words import Words
    from rampart.ledger.actual.news import ALWAYS, with_news
    from rampart.ledger.actual.replanning import position
    from rampart.ledger.ledger import moment, open_ledger
    from rampart.ledger.store.writing import now

    require_place(out, kind="plan", force=force, sources=[plan_path, *([case_path] if case_path else [])])
    before = open_result(plan_path, lang)
    case = load(case_path, (), lang, as_json=as_json) if case_path else None
    since = int(before.manifest.get("replanned", {}).get("known", ALWAYS))
    with open_ledger(ledger_path) as book:
        start = month or f"{before['periods']['month'][min(1, before['periods'].height - 1)]:%Y-%m}"
        at = position(book, before, start, case=case, known=known)
        if not as_json:
            show_findings(at.case.findings, lang, as_json=False)
        made = make_plan(at.case, lang, time_limit=time_limit, quiet=as_json, give_or_keep=False)
        made = with_news(made, at, book, since=since, known=known)
    told = {"known": now() if known is None else moment(known), "month": start, "plan": plan_path.name}
    made = replace(made, manifest={**made.manifest, "replanned": told})
    made.save(out, force=force)
    written: tuple[Path, ...] = ()
    if report:
        from rampart.report.report import write_report

        written = write_report(made, out / "report", language=lang, banner=banner, force=force)
    if as_json:
        found = [f.as_dict(lang) for f in at.case.findings]
        tables = {name: made[name].to_dicts() for name in ("news", "because", "decisions", "changes", "rules_broken")}
        say(
            json_text(
                {
                    "status": made.status,
                    "plan": str(out),
                    "report": [str(p) for p in written],
                    **tables,
                    "findings": found,
                }
            )
        )
    else:
        words = Words(lang)
        otherwise = made["news"].filter(made["news"]["why"] != "not_reported").height
        say(words("cli.replan", month=start, news=otherwise, changes=made["changes"].height))
        say(words("cli.plan", folder=out))
        for path in written:
            say(words("cli.report", path=path))
    sys.exit(exit_code(made))
