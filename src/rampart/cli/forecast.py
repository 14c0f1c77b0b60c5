"""Verbs that forecast: ``forecast ramp``."""

from __future__ import annotations

from pathlib import Path

import click

from rampart.cli.group import json_text, load, main, say, show_findings
from rampart.cli.options import force_option, json_option, language_option
from rampart.cli.sources import file_path, print_frame, require_case_place, require_file_place, write_rows
from rampart.cli.speech import usage
from rampart.findings import Language

_EVERY = 6
"""Months between the rows that are shown; the file has them all."""


@main.group()
def forecast() -> None:
    """Forecast what is not known yet from what was published."""


@forecast.command("ramp")
@click.argument("file", type=file_path)
@click.option(
    "--origin", default="", metavar="YYYY-MM", help="Know only what was published by then. Default: all of it."
)
@click.option("--until", default="", metavar="YYYY-MM", help="Last month forecast. Default: 36 months on.")
@click.option(
    "--like", type=click.Choice(["ammunition", "missiles"]), default="ammunition", help="Whose lines it is like."
)
@click.option("--cold", is_flag=True, help="The line does not run at the origin.")
@click.option("-o", "--out", type=file_path, help="Write every month and stage there, as CSV.")
@click.option("--case", "source", type=file_path, help="Put the forecast into this case as the rates of a line.")
@click.option("--line", help="The line of that case.")
@click.option("--level", type=click.FloatRange(0.1, 0.9), default=0.5, help="Quantile of the rates put into the case.")
@click.option("--into", type=file_path, help="Where the case with the rates is written.")
@force_option
@language_option
@json_option
def forecast_ramp(
    file: Path, origin: str, until: str, like: str, cold: bool, out: Path | None, source: Path | None, line: str | None,
    level: float, into: Path | None, force: bool, lang: Language, as_json: bool,
) -> None:  # fmt: skip
    """Monthly rates to come of a line that ramps up, by stage, from rates, capacity, targets and works in a table.

    FILE is CSV or a workbook in the layout ramp (docs/reference/layouts.md).
    """
    import polars as pl

    from rampart.language.words import Words
    from rampart.sources.ramp_forecast import forecast_ramp as made
    from rampart.sources.ramp_forecast import with_rates

    if len({source is None, line is None, into is None}) > 1:
        raise click.UsageError(usage("--case, --line and --into go together"))
    require_file_place(out, force=force, sources=[file])
    require_case_place(into, force=force, sources=[file, *([source] if source else [])])
    words = Words(lang)
    found = made(file, origin=origin, until=until, account=like, cold=cold)
    if out is not None:
        write_rows(found.frame, out, force=force, sources=[file])
    if source is not None and line is not None and into is not None:
        case = load(source, (), lang)
        if line not in case["lines"]["line"].to_list():
            raise click.UsageError(
                usage("--line {line}: no such line; known: {known}", line=line, known=", ".join(case["lines"]["line"]))
            )
        saved = with_rates(case, line, found, level=level).save(into, force=force)
        if not as_json:
            say(words("forecast.written", path=saved))
    if as_json:
        notes = [f.as_dict(lang) for f in found.findings]
        say(
            json_text(
                {"origin": found.origin, "last": dict(found.last), "rates": found.frame.to_dicts(), "findings": notes}
            )
        )
    else:
        months = found.whole["month"].to_list()
        shown = {month for i, month in enumerate(months, start=1) if i % _EVERY == 0} | {months[-1]}
        title = words("forecast.ramp", origin=found.origin)
        print_frame(found.frame.filter(pl.col("month").is_in(list(shown))), title, lang, most=60)
        show_findings(found.findings, lang, as_json=False)
