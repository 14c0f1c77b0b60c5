"""Exit codes and options that verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rampart.cli.speech import default_language, usage

Verb = TypeVar("Verb", bound=Callable[..., Any])

OK, FINDINGS, USAGE, INFEASIBLE, TIME_LIMIT, INTERRUPTED = 0, 1, 2, 3, 4, 130


def _kept(ctx: click.Context, option: click.Parameter, value: Any) -> Any:
    """The value, kept for whoever has to say what went wrong with the verb (``cli.group.Verbs``)."""
    ctx.meta[f"rampart.{option.name}"] = value
    return value


def _seconds(ctx: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Seconds above nothing; nan is no number of seconds."""
    if value is not None and not value > 0:
        told = usage("{value} is not a number of seconds above 0.", value=f"{value:g}")
        raise click.BadParameter(told, ctx=ctx, param=option)
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
banner_option = click.option("--banner", default="", envvar="RAMPART_BANNER", help="Marking printed on every page.")
force_option = click.option(
    "--force", is_flag=True, help="Also replace what is there. Files of yours with other names are kept."
)


def _month(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Keeps the change "as known by" or "as said by" a month, to be applied before the overrides."""
    from rampart.case.states import name_of, read_name

    if value is None:
        return
    name = name_of(str(option.name).removesuffix("_by"), value)
    if read_name(name) is None:
        raise click.BadParameter(usage("{value} is no month; write YYYY-MM", value=value))
    ctx.meta.setdefault("rampart.states", []).append(name)


def _changes(ctx: click.Context, option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """The names of all changes of the case: its state by a month first, then the overrides in the order given."""
    return (*ctx.meta.get("rampart.states", ()), *value)


def with_option(verb: Verb) -> Verb:
    """The options that change a case: ``--with``, ``--known-by``, ``--said-by``, all in the parameter ``overrides``."""
    state: dict[str, Any] = {"metavar": "YYYY-MM", "is_eager": True, "expose_value": False, "callback": _month}
    options = (
        click.option("--with", "overrides", multiple=True, metavar="NAME", callback=_changes,
                     help="Apply a named override of the case; repeat to stack."),
        click.option("--known-by", help="Leave out rows that state something later than this month.", **state),
        click.option("--said-by", help="Leave out rows whose source is later than this month.", **state),
    )  # fmt: skip
    for option in reversed(options):
        verb = option(verb)
    return verb


case_argument = click.argument("case_path", metavar="CASE", type=click.Path(path_type=Path))
