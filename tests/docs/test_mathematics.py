"""Where an equation lives it is stated: docstrings of the parts, the page on the mathematics, and the programme agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import rampart
from docs.programmes import programmes
from places import ROOT
from rampart.plan.programme.programme import Programme

PACKAGE = Path(rampart.__file__).parent
PAGE = (ROOT / "docs" / "explanation" / "mathematics.md").read_text(encoding="utf-8")
SIGNS = {"==": ("=",), "<=": ("<=", r"\le "), ">=": (">=", r"\ge ")}


def called(function: str) -> Iterator[tuple[str, ast.Call]]:
    """Calls of a function or class in the package, with the module file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
                yield str(path.relative_to(PACKAGE)), node


def literal(node: ast.expr) -> str:
    """A name that is written out, as every name of rows or variables must be."""
    assert isinstance(node, ast.Constant) and isinstance(node.value, str), ast.dump(node)
    return node.value


ROWS = {literal(call.args[1]): module for module, call in called("Rows")}
FAMILIES = {literal(call.args[0]): module for module, call in called("FamilySpec")}


def stated(module: str) -> dict[str, str]:
    """Equations of a module's docstring: name of the rows, and what follows it up to the next."""
    text = ast.get_docstring(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))) or ""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if start := re.match(r" {4}(\S+(?: \S+)*?) {2,}(\S.*)", line):
            name = start[1]
            found[name] = start[2]
        elif name and line.startswith(" " * 8):
            found[name] += " " + line.strip()
        else:
            name = ""
    return found


@cache
def entries() -> dict[str, str]:
    """Equations of the page: name of the rows, and what follows it up to the next, or the end of the section."""
    parts = re.split(r"^\*\*`([^`]+)`\*\* ", PAGE, flags=re.MULTILINE)[1:]
    names = parts[::2]
    assert len(names) == len(set(names)), "an equation is stated twice"
    return {name: text.split("\n## ")[0] for name, text in zip(names, parts[1::2], strict=True)}


@cache
def symbols() -> dict[str, str]:
    """Symbol of each family of variables, without its axes."""
    return {name: symbol for name, symbol in re.findall(r"^\| `([^`]+)` \| \$(.+?)_\{", PAGE, re.MULTILINE)}


@cache
def in_use() -> tuple[dict[str, set[str]], dict[str, str]]:
    """Over programmes that use every equation: the families in each family of rows, and their sign."""
    families: dict[str, set[str]] = {}
    signs: dict[str, str] = {}
    for p in programmes():
        of_column = columns(p)
        for rows in p.rows:
            matrix = rows._matrix(p.model.columns)
            families.setdefault(rows.name, set()).update(of_column[np.unique(matrix.indices)])
            signs[rows.name] = rows.sign
    return families, signs


def columns(p: Programme) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Family of every column."""
    found = np.empty(p.model.columns, dtype=object)
    for name, family in p.families.items():
        found[family.labels[family.labels >= 0]] = name
    return found


def formulas(text: str) -> list[str]:
    """Formulas of an entry, without subscripts and without what they explain beside."""
    found = [a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$([^$]+?)\$", text, re.DOTALL)]
    return [re.sub(r"_\{[^{}]*\}", "", formula).split("\\qquad")[0] for formula in found]


def points(formula: str) -> bool:
    """Whether it is an equation or an inequality."""
    return any(mark in formula for marks in SIGNS.values() for mark in marks)


def test_every_equation_is_stated_where_it_lives_and_no_other() -> None:
    for module in {*ROWS.values()}:
        assert set(stated(module)) == {name for name, home in ROWS.items() if home == module}, module


def test_the_page_states_every_equation_and_no_other() -> None:
    assert set(entries()) == set(ROWS)


def test_the_page_names_every_variable_and_no_other() -> None:
    assert set(symbols()) == set(FAMILIES)
    assert len(set(symbols().values())) == len(symbols()), "two families share a symbol"


@pytest.mark.docs
def test_the_programmes_use_every_equation() -> None:
    families, signs = in_use()
    assert set(signs) == set(ROWS)
    assert {name for name, used in families.items() if not used} == set()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_equation_says_what_the_programme_does(name: str) -> None:
    """Every variable in it is named in both, and it points the same way."""
    families, signs = in_use()
    in_words, in_signs = stated(ROWS[name])[name], entries()[name]
    others = set() if name == "cancel" else {"cancel"}  # stated once: what it undoes it undoes in every equation
    for family in families[name] - others:
        assert re.search(rf"(?<![a-z]){family}\[", in_words) or "x[s]" in in_words, f"{family} is not in the docstring"
        symbol = re.escape(symbols()[family])
        assert re.search(rf"(?<![A-Za-z\\]){symbol}_", in_signs), f"{family} is not in the formula"
    formula = next(filter(points, formulas(in_signs)))
    other = {"==": ("<=", ">="), "<=": (">=",), ">=": ("<=",)}[signs[name]]
    for text in (in_words, formula):
        assert any(sign in text for sign in SIGNS[signs[name]]), text
        assert not any(mark in text for sign in other for mark in SIGNS[sign]), text
