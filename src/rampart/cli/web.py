"""Verbs of the web application: ``serve``, ``db``, ``people``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rampart.cli.group import main, say
from rampart.cli.options import FINDINGS, OK, language_option
from rampart.cli.speech import usage

if TYPE_CHECKING:
    from rampart.findings import Language

store_option = click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    default="rampart-store",
    metavar="FOLDER",
    help="Folder of the store. Default: rampart-store.",
)
ROLES = ("viewer", "nation_editor", "nation_approver", "alliance_planner", "administrator", "auditor")


@main.command()
@store_option
@click.option("--host", default="127.0.0.1", help="Address to listen on. Default: this machine only.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Port; 0: any that is free. Default: 8000.")
@language_option
def serve(store: Path, host: str, port: int, lang: Language) -> None:
    """Serve the web application of a store, on this machine only unless told otherwise.

    Make the store first with `rampart db upgrade`, and the first account with `rampart people add`.
    """
    from rampart.language.words import Words
    from rampart.web.serving import serve as serving

    serving(store, host=host, port=port, ready=lambda address: say(Words(lang)("web.serving", address=address)))


@main.group()
def db() -> None:
    """Keep the store of the web application."""


@db.command("upgrade")
@store_option
@language_option
def db_upgrade(store: Path, lang: Language) -> None:
    """Make the store, or bring it to this version of the program."""
    from rampart.language.words import Words
    from rampart.web.starting import upgrade

    steps = upgrade(store)
    words = Words(lang)
    say(words("web.upgraded", store=store, n=len(steps)) if steps else words("web.up_to_date", store=store))


@db.command("backup")
@store_option
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="Where the copy is written."
)
@language_option
def db_backup(store: Path, out: Path, lang: Language) -> None:
    """Copy the store and its ledger while they are used: accounts, audit trail, returns, kept cases. The copy can be served."""
    from rampart.language.words import Words
    from rampart.web.starting import require_store

    require_store(store)
    from rampart.web.backing_up import back_up

    copied = back_up(store, out)
    say(Words(lang)("web.backed_up" if copied.ledger else "web.backed_up_without", folder=out))


@db.command("check")
@store_option
@click.option("--post-missing", is_flag=True, help="Post again, as approved, the returns that the ledger lacks.")
@language_option
def db_check(store: Path, post_missing: bool, lang: Language) -> None:
    """List returns that are said to be posted and that the ledger does not have: it was restored to an earlier day."""
    from rampart.language.words import Words
    from rampart.web.starting import require_store

    require_store(store)
    from rampart.web.returns import completing

    words = Words(lang)
    lacking, posted = completing.post_missing() if post_missing else (completing.missing(), 0)
    for one in lacking:
        say(words("web.return.named", nation=one.nation, month=words.month(one.month), n=one.revision))
    say(words("web.lacking", n=len(lacking), posted=posted) if lacking else words("web.lacking_none"))
    sys.exit(FINDINGS if len(lacking) > posted else OK)


@main.group()
def people() -> None:
    """Keep the accounts of the web application."""


@people.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@click.option("--nation", default="", help="Code of the nation that it sees, or * for the whole alliance.")
@click.option(
    "--provider", is_flag=True, help="The provider that the settings name signs it in: the account has no password."
)
@store_option
@language_option
def people_add(name: str, role: str, nation: str, provider: bool, store: Path, lang: Language) -> None:
    """Add an account. The password is asked for, or read from the first line of standard input where that is no terminal."""
    from rampart.language.words import Words
    from rampart.web.starting import require_store

    require_store(store)
    from rampart.web.people.adding import add_from_command_line, require_provider

    password = None
    if provider:
        require_provider(name)
    elif sys.stdin.isatty():
        password = click.prompt(usage("Password"), hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_from_command_line(name, password, role=role, nation=nation, by=os.environ.get("USER", ""), language=lang)
    say(Words(lang)("web.added", name=name, role=Words(lang)(f"web.role.{role}")))
