"""Verbs of results of every kind: ``explain``, ``compare``, ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import json_text, load, main, open_result, say
from rampart.cli.options import force_option, json_option, language_option, with_option
from rampart.cli.planning import make_plan
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.results.result import Result

result_argument = click.argument("result_path", metavar="RESULT", type=click.Path(path_type=Path))


def known_code(result: Result, option: str, code: str | None, table: str, column: str) -> None:
    """Refuse a code that the case does not have: an empty answer would read as "nothing is short"."""
    from difflib import get_close_matches

    codes = result.case[table][column].to_list()
    if table == "items":  # what is short of a fleet is known by the fleet, and what holds one back by its parts
        codes += result.case["fleets"]["fleet"].to_list()
        codes += result.case["parts"]["part"].to_list() if result.kind == "fleet" else []
    if code is None or code in codes:
        return
    near = get_close_matches(code, codes, 1)
    hint = usage("; did you mean {near}?", near=near[0]) if near else usage(
        "; the case has {codes}", codes=", ".join(sorted(codes))
    )  # fmt: skip
    told = usage("{option} {code}: no such code in {table}{hint}", option=option, code=code, table=table, hint=hint)
    raise click.UsageError(told)


@main.command()
@result_argument
@click.option("--holder", help="Only this nation.")
@click.option("--item", help="Only this item; of fleets, only this fleet or part.")
@language_option
@json_option
def explain(result_path: Path, holder: str | None, item: str | None, lang: Language, as_json: bool) -> None:
    """Say why things are short or late: of a plan, a plan for a war, or an answer for fleets."""
    import polars as pl

    made = open_result(result_path, lang)
    known_code(made, "--holder", holder, "nations", "nation")
    known_code(made, "--item", item, "items", "item")
    if not as_json:
        for sentence in made.explain(holder=holder, item=item, language=lang):
            say(sentence)
        return
    about, whole = {"plan": ("reasons", "bottlenecks"), "war": ("supply", "turns"), "fleet": ("holding_back", "shops")}[
        made.kind
    ]
    chosen = made[about]
    if made.kind == "fleet":
        chosen = chosen.join(made.case["fleets"].select("fleet", "holder"), on="fleet", maintain_order="left")
        chosen = chosen.filter((pl.col("fleet") == item) | (pl.col("part") == item)) if item else chosen
    elif item:
        chosen = chosen.filter(pl.col("item") == item)
    chosen = chosen.filter(pl.col("holder") == holder) if holder else chosen
    say(json_text({about: chosen.to_dicts(), whole: made[whole].to_dicts()}))


@main.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@with_option
@language_option
@json_option
def compare(first: Path, second: Path, overrides: tuple[str, ...], lang: Language, as_json: bool) -> None:
    """Compare two results of one kind, or two cases (planned first). --with applies to the second."""
    from rampart.engine.manifest import is_result
    from rampart.results.comparison import compare as differences_of

    one, other = [
        open_result(path, lang) if is_result(path)
        else make_plan(load(path, names, lang, as_json=as_json), lang, quiet=as_json)
        for path, names in ((first, ()), (second, overrides))
    ]  # fmt: skip
    differences = differences_of(one, other)
    if as_json:
        say(json_text({k: v.to_dicts() for k, v in differences.items()}))
        return
    from rampart.report.console.comparison import print_comparison

    print_comparison(one, differences, lang)


@main.command()
@result_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder or .html file. Default: RESULT/report.")
@click.option("--workbook/--no-workbook", default=True, help="Also the Excel workbook.")
@click.option("--banner", default="", help="Marking printed on every page.")
@force_option
@language_option
def report(result_path: Path, out: Path | None, workbook: bool, banner: str, force: bool, lang: Language) -> None:
    """Write the report of a result: one HTML file to print, and an Excel workbook with native charts.

    A report inside the folder of the result is renewed; elsewhere a file that is there is not overwritten.
    """
    from rampart.report.report import write_report

    made = open_result(result_path, lang)
    target = out or result_path / "report"
    for path in write_report(made, target, language=lang, workbook=workbook, banner=banner, force=force):
        say(str(path))


@main.command()
@result_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder. Default: RESULT/report.")
@click.option("--banner", default="", help="Marking printed on every page.")
@force_option
@language_option
def paper(result_path: Path, out: Path | None, banner: str, force: bool, lang: Language) -> None:
    """Write the decision paper of a plan: four to six A4 pages as HTML to print and as PDF.

    The first page holds the decision: what stays missing, what to decide by which dates, and what waiting costs.
    """
    from rampart.report.papers.paper import write_paper

    made = open_result(result_path, lang)
    for path in write_paper(made, out or result_path / "report", language=lang, banner=banner, force=force):
        say(str(path))


@main.command()
@result_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder. Default: RESULT/report.")
@click.option("--banner", default="", help="Marking printed on every slide.")
@force_option
@language_option
def slides(result_path: Path, out: Path | None, banner: str, force: bool, lang: Language) -> None:
    """Write the slides of a plan: a .pptx with native charts and tables that can be edited, in the words of the paper."""
    from rampart.report.papers.slides import write_slides

    made = open_result(result_path, lang)
    say(str(write_slides(made, out or result_path / "report", language=lang, banner=banner, force=force)))
