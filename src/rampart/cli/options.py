"""Exit codes and options that verbs share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    pass

OK, FINDINGS, USAGE, INFEASIBLE, TIME_LIMIT = 0, 1, 2, 3, 4


def default_language() -> str:
    """French where the user's environment says so, else English."""
    for name in ("RAMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


language_option = click.option(
    "--lang", type=click.Choice(["en", "fr"]), default=default_language, help="Language of what is shown."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
with_option = click.option(
    "--with", "overrides", multiple=True, metavar="NAME", help="Apply a named override of the case; repeat to stack."
)
case_argument = click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
