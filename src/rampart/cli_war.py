"""The verb of the war of unknown length: ``war``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli import (
    FINDINGS,
    OK,
    case_argument,
    json_option,
    json_text,
    language_option,
    load,
    main,
    say,
    with_option,
)

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.scenario.war import WarPlan


@main.command()
@case_argument
@with_option
@click.option("--tree", "shape", type=click.Choice(["auto", "comb", "regimes", "given"]), default="auto",
              help="What is told apart: whether the war ends (comb), every regime, or the branches of the case.")  # fmt: skip
@click.option("--objective", help="The objective pass that counts. Default: all at their worth, else the last.")
@click.option("--cvar", type=(float, float), metavar="WEIGHT LEVEL",
              help="Weigh the mean of the worst 1 - LEVEL of the paths with WEIGHT, the mean with the rest.")  # fmt: skip
@click.option(
    "--compare/--no-compare", default=True, help="Also work out what knowing or planning otherwise would give."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the tables there, and the page.")
@language_option
@json_option
def war(
    case_path: Path, overrides: tuple[str, ...], shape: Any, objective: str | None, cvar: tuple[float, float] | None,
    compare: bool, out: Path | None, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Plan for a war of unknown length: what to decide now, and what each end of the war would leave."""
    from rampart.report.war import print_war, write_war
    from rampart.report.words import Words
    from rampart.scenario.outlook import Risk
    from rampart.scenario.war import war_plan

    case = load(case_path, overrides, lang, as_json=as_json)
    words = Words(lang, str(case.settings["currency"]), str(case.settings["money_unit"]))
    risk = None if cvar is None else Risk(mean=1 - cvar[0], level=cvar[1])
    try:
        made: WarPlan = war_plan(
            case, shape=shape, objective=objective, risk=risk, compare=compare,
            say=None if as_json else lambda step: click.echo(words(f"war.step.{step}"), err=True),
        )  # fmt: skip
    except ValueError as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(FINDINGS)
    if out:
        page = write_war(made, out, language=lang)
    if as_json:
        say(json_text({name: made[name].to_dicts() for name in ("decisions", "values", "ends")}))
    else:
        print_war(made, words)
        if compare and "wait_and_see" not in made["values"]["name"]:
            say(words("war.no_worth"))
        if out:
            say(words("cli.report", path=page))
    sys.exit(OK)
