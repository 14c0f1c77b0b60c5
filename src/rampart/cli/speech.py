"""The command line in the reader's language: its help, its usage errors, and what click itself says."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rampart.findings import Language

_SPEAKING: ContextVar[Language | None] = ContextVar("speaking", default=None)
_WRITTEN: dict[int, tuple[Any, str]] = {}
"""Help of a command or option as it is written in the code, by the identity of the thing, which is kept alive."""


def default_language() -> Language:
    """The language that the command line was told, else French where the user's environment says so, else English."""
    told_to = _SPEAKING.get()
    if told_to is not None:
        return told_to
    for name in ("RAMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


_PLACES: dict[tuple[int, str], tuple[Any, Any, str]] = {}
"""What stands for a value, as it is made and as it is shown in English, by the identity of the thing and the attribute."""


@lru_cache(maxsize=1)
def french() -> dict[str, str]:
    """French by English of every text of the command line (``data/command_line.csv``)."""
    from rampart.language.words import french_spaces

    text = files("rampart").joinpath("data/command_line.csv").read_text(encoding="utf-8")
    rows = [
        {k: v.replace("\\n", "\n").replace("\\t", "\t") for k, v in r.items()}
        for r in csv.DictReader(text.splitlines())
    ]
    return {row["en"]: french_spaces(row["fr"]) for row in rows}


def said(text: str) -> str:
    """A text of the command line in the language spoken; as it is written where there is no other."""
    return french().get(text, text) if _SPEAKING.get() == "fr" else text


def usage(text: str, **places: Any) -> str:
    """A usage error in the language spoken, its places filled."""
    return said(text).format(**places)


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a help text, each in one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]


def asked(words: Sequence[str]) -> Language | None:
    """The language that a command line asks for by ``--lang``, before or after its verb."""
    found: Language | None = None
    for word, after in zip(words, [*words[1:], ""], strict=True):
        given = after if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if given in ("en", "fr"):
            found = "fr" if given == "fr" else "en"
    return found


def without_language(words: Sequence[str]) -> list[str]:
    """A command line without its ``--lang``, wherever it stands; one that asks for no language we speak is left."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("--lang=") and word.removeprefix("--lang=") in ("en", "fr"):
            continue
        if word == "--lang":
            after = next(rest, None)
            if after not in ("en", "fr"):
                kept += [word] if after is None else [word, after]
            continue
        kept.append(word)
    return kept


@contextmanager
def speaking(language: Language, command: click.Command) -> Iterator[None]:
    """Everything that click says in a language, with the help of a command and those below it."""
    _listen()
    before = _SPEAKING.set(language)
    _put(command)
    try:
        yield
    finally:
        _SPEAKING.reset(before)


def _put(command: click.Command) -> None:
    """Write the help of a command, its options and what stands for their values, and those below it, in the language
    spoken.
    """
    _put_places(command)
    for thing in (command, *command.params):
        written = _WRITTEN.setdefault(id(thing), (thing, getattr(thing, "help", None) or ""))[1]
        if written:
            setattr(thing, "help", "\n\n".join(map(said, paragraphs(written))))  # noqa: B010 - an argument has none
    if (asking := getattr(command, "_help_option", None)) is not None:  # click makes it once, and keeps it
        asking.help = said("Show this message and exit.")
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        _put(below)


def _put_places(command: click.Command) -> None:
    """Write what stands in a line of usage for what the reader puts there: CASE, FOLDER, [OPTIONS]."""
    texts: list[tuple[Any, str]] = [(command, "options_metavar")]
    texts += [(command, "subcommand_metavar")] if isinstance(command, click.Group) else []
    texts += [(p, "metavar") for p in command.params if not isinstance(p.type, click.Choice) and not _no_value(p)]
    context = click.Context(command)
    for thing, name in texts:
        as_made = getattr(thing, name)
        shown = thing.make_metavar(context) if isinstance(thing, click.Parameter) else as_made
        as_made, written = _PLACES.setdefault((id(thing), name), (thing, as_made, shown))[1:]
        told = said(written)
        if told == written:
            told = re.sub(r"[A-Z][A-Z-]+", lambda word: said(word[0]), written)
        setattr(thing, name, as_made if told == written else told)


def _no_value(param: click.Parameter) -> bool:
    """Whether an option stands alone, without a value."""
    return isinstance(param, click.Option) and (param.is_flag or param.count)


@lru_cache(maxsize=1)
def _listen() -> None:
    """Let click's own texts go through ``said``: it takes them from gettext, which would want compiled catalogues."""
    for name, module in list(sys.modules.items()):
        if name.startswith("click.") and getattr(getattr(module, "_", None), "__name__", "") == "gettext":
            setattr(module, "_", said)  # noqa: B010
        if name.startswith("click.") and hasattr(module, "ngettext"):
            setattr(module, "ngettext", _counted)  # noqa: B010


def _counted(one: str, other: str, number: int) -> str:
    few = number < 2 if _SPEAKING.get() == "fr" else number == 1  # nothing is singular in French
    return said(one if few else other)
