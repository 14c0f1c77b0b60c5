"""Verbs of results of every kind: ``explain``, ``compare``, ``report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rampart.cli.group import json_text, load, main, open_result, say
from rampart.cli.options import banner_option, force_option, json_option, language_option, with_option
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
@click.argument("others", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write an HTML page and an Excel workbook into it.",
)
@banner_option
@with_option
@force_option
@language_option
@json_option
def compare(
    first: Path,
    others: tuple[Path, ...],
    out: Path | None,
    banner: str,
    overrides: tuple[str, ...],
    force: bool,
    lang: Language,
    as_json: bool,
) -> None:
    """Compare results of one kind, or cases (planned first), with the first. --with applies to all but the first.

    Says which cells of the case differ, which decisions, what they bring, how late, and what they cost; with -o as a page
    to print and a workbook.
    """  # fmt: skip
    from rampart.engine.manifest import is_result
    from rampart.engine.places import require_files

    targets = [out / f"compare.{lang}.{kind}" for kind in ("html", "xlsx")] if out else []
    require_files(targets, force=force, sources=[first, *others])
    results = [
        open_result(path, lang) if is_result(path)
        else make_plan(load(path, names, lang, as_json=as_json), lang, quiet=as_json)
        for path, names in ((first, ()), *((other, overrides) for other in others))
    ]  # fmt: skip
    names = names_apart([first, *others], [(), *(() if is_result(other) else overrides for other in others)])
    if out:
        from rampart.report.comparison import write_comparison

        paths = write_comparison(results, out, names=names, language=lang, banner=banner, force=force)
    if as_json:
        say(json_text(_compared_tables(results)))
        return
    if out:
        for path in paths:
            say(str(path))
        return
    from rampart.language.compared import Compared
    from rampart.report.console.comparison import print_comparison

    print_comparison(Compared(results, names, lang))


def _compared_tables(results: Sequence[Result]) -> dict[str, list[dict[str, Any]]]:
    """Differences of two results by table; of more, each figure of each with the number of the result."""
    from rampart.case.editions import cells_that_differ
    from rampart.results.comparison import compare as differences_of
    from rampart.results.comparison import side_by_side

    if len(results) == 2:
        return {name: table.to_dicts() for name, table in differences_of(*results).items()}
    cells = cells_that_differ([result.case for result in results])
    return {"case": cells.to_dicts()} | {n: beside.frame.to_dicts() for n, beside in side_by_side(results).items()}


def names_apart(paths: Sequence[Path], overrides: Sequence[Sequence[str]]) -> list[str]:
    """A name for each place: as little of its path as tells it from the others, and the overrides that it was read with."""
    whole = [path.resolve() for path in paths]
    names = [" + ".join((path.name, *own)) for path, own in zip(whole, overrides, strict=True)]
    for depth in range(2, max(len(path.parts) for path in whole) + 1):
        if len(set(names)) == len(names):
            return names
        names = [" + ".join(("/".join(path.parts[-depth:]), *own)) for path, own in zip(whole, overrides, strict=True)]
    return names if len(set(names)) == len(names) else [f"{n}: {name}" for n, name in enumerate(names, 1)]


@main.command()
@result_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder or .html file. Default: RESULT/report.")
@click.option("--workbook/--no-workbook", default=True, help="Also the Excel workbook.")
@banner_option
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
@banner_option
@force_option
@language_option
def paper(result_path: Path, out: Path | None, banner: str, force: bool, lang: Language) -> None:
    """Write the decision paper of a result: at most six A4 pages as HTML to print and as PDF.

    The first page holds the decision: what to decide by which dates, what it brings, what stays missing, what waiting costs.
    Of a plan, a plan for a war, or an answer for fleets.
    """
    from rampart.report.papers.paper import write_paper

    made = open_result(result_path, lang)
    for path in write_paper(made, out or result_path / "report", language=lang, banner=banner, force=force):
        say(str(path))


@main.command()
@result_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder. Default: RESULT/report.")
@banner_option
@force_option
@language_option
def slides(result_path: Path, out: Path | None, banner: str, force: bool, lang: Language) -> None:
    """Write the slides of a result: a .pptx with native charts and tables that can be edited, in the words of the paper."""
    from rampart.report.papers.slides import write_slides

    made = open_result(result_path, lang)
    say(str(write_slides(made, out or result_path / "report", language=lang, banner=banner, force=force)))
