"""Exit codes and options that verbs share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

OK, FINDINGS, USAGE, INFEASIBLE, TIME_LIMIT = 0, 1, 2, 3, 4


def default_language() -> str:
    """French where the user's environment says so, else English."""
    for name in ("RAMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def _kept(ctx: click.Context, option: click.Parameter, value: Any) -> Any:
    """The value, kept for whoever has to say what went wrong with the verb (``cli.group.Verbs``)."""
    ctx.meta[f"rampart.{option.name}"] = value
    return value


def _seconds(ctx: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Seconds above nothing; nan is no number of seconds."""
    if value is not None and not value > 0:
        raise click.BadParameter(f"{value:g} is not a number of seconds above 0.", ctx=ctx, param=option)
    return value


time_limit_option = click.option(
    "--time-limit", type=float, metavar="SECONDS", callback=_seconds,
    help="Stop solving then, with the best plan so far.",
)  # fmt: skip
language_option = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default=default_language, is_eager=True, callback=_kept,
    help="Language of what is shown.",
)  # fmt: skip
json_option = click.option(
    "--json", "as_json", is_flag=True, is_eager=True, callback=_kept, help="Machine-readable output."
)
force_option = click.option(
    "--force", is_flag=True, help="Also replace what is there. Files of yours with other names are kept."
)
with_option = click.option(
    "--with", "overrides", multiple=True, metavar="NAME", help="Apply a named override of the case; repeat to stack."
)
case_argument = click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
