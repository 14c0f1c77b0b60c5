"""How a case and a result show themselves in a notebook: a line, a small table, names that are near a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from html import escape


def no_such(kind: str, name: str, known: Iterable[str]) -> str:
    """That there is no such thing, with the nearest name that there is: "no table 'stok'; did you mean 'stock'?"."""
    names = list(known)
    near = get_close_matches(name, names, 1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(names))}"
    return f"no {kind} {name!r}; {hint}"


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
