"""How a case and a result show themselves in a notebook: a line, a small table, names that are near a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from html import escape


def no_such(
    kind: str, name: str, known: Iterable[str], *, called: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """That there is no such thing, with the nearest name that there is: "no table 'stok'; did you mean 'stock'?".

    called  what things are called in each language, by name: "réglages" is near to "settings"
    """
    names = list(known)
    near = get_close_matches(name, names, 1, cutoff=0.5)
    words = {word.casefold(): of for of, labels in (called or {}).items() for word in labels.values()}
    as_called = get_close_matches(name.casefold(), words, 1, cutoff=0.8)
    near = [words[as_called[0]]] if as_called else near
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(names))}"
    return f"no {kind} {name!r}; {hint}"


def must_be(given: object, kind: type, made_by: str) -> None:
    """Raise TypeError where something else than an object of a kind is given, saying what makes one."""
    if not isinstance(given, kind):
        raise TypeError(f"expected a {kind.__name__}, not {given!r:.60}; {made_by} makes one")


def no_attribute(thing: object, name: str, tables: Iterable[str]) -> str:
    """That a thing has no such attribute: a table is asked for in brackets, or the nearest name is told."""
    kind = type(thing).__name__
    if name in tables:
        return f"a {kind} has no attribute {name!r}; a table is asked for in brackets: [{name!r}]"
    near = get_close_matches(name, public(thing), 1, cutoff=0.5)
    if near:
        return f"a {kind} has no attribute {name!r}; did you mean {near[0]!r}?"
    near = get_close_matches(name, list(tables), 1, cutoff=0.5)
    return f"a {kind} has no attribute {name!r}" + (f"; did you mean the table [{near[0]!r}]?" if near else "")


def public(thing: object) -> list[str]:
    """Names of a thing that are for its users: what ``dir`` and the Tab key of a notebook give."""
    return sorted(name for name in object.__dir__(thing) if not name.startswith("_"))


class Sentences(list[str]):
    """Sentences that show themselves one below the other, and otherwise are a list of text."""

    def __repr__(self) -> str:
        return "\n".join(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<div style='margin-left:{len(text) - len(text.lstrip())}ch'>{escape(text.strip())}</div>" for text in self
        )
        return f"<div style='text-align:left;max-width:60em'>{rows}</div>"


def tables_as_html(title: str, facts: Iterable[str], rows: Mapping[str, tuple[int, str]]) -> str:
    """A title, a line of facts, and the tables that have rows with what they hold; for a notebook.

    rows  rows and label of each table by name
    """
    shown = [
        f"<tr><td style='text-align:left'><code>{escape(name)}</code></td><td>{number:,}</td>"
        f"<td style='text-align:left'>{escape(label)}</td></tr>"
        for name, (number, label) in rows.items()
        if number
    ]
    head = "<tr><th style='text-align:left'>table</th><th>rows</th><th style='text-align:left'>what it holds</th></tr>"
    return (
        f"<div><b>{escape(title)}</b><br>{escape(' · '.join(facts))}"
        f"<table><thead>{head}</thead><tbody>{''.join(shown)}</tbody></table></div>"
    )
