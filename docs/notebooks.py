"""Write the pages on notebooks as notebooks with their outputs: each block of Python a cell, run one after the other.

``python docs/notebooks.py`` in a folder that holds ``cases``; each page becomes ``docs/notebooks/PAGE.ipynb``. What a cell
prints and the view of its last line are kept as Jupyter keeps them, and no kernel is needed.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PAGES = ("notebook", "variants-in-a-notebook")
BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"^```text\n.*?^```\n", re.MULTILINE | re.DOTALL)
OWN_LINE = re.compile(r"^.*\{download\}.*\n", re.MULTILINE)
Cell = dict[str, Any]


def parts(page: str) -> Iterator[tuple[str, str]]:
    """Text and code of a page in their order: ("markdown" or "code", source); what blocks print stands in the outputs."""
    text = OWN_LINE.sub("", SHOWN.sub("", (DOCS / "how-to" / f"{page}.md").read_text(encoding="utf-8")))
    at = 0
    for found in BLOCK.finditer(text):
        yield "markdown", text[at : found.start()]
        yield "code", found[1]
        at = found.end()
    yield "markdown", text[at:]


def cells(page: str) -> list[Cell]:
    """The cells of a page, run."""
    names: dict[str, Any] = {}
    found: list[Cell] = []
    for kind, source in parts(page):
        lines = re.sub(r"\n{3,}", "\n\n", source).strip("\n").splitlines(keepends=True)
        if not lines:
            continue
        one: Cell = {"cell_type": kind, "id": f"{page[:8]}-{len(found)}", "metadata": {}, "source": lines}
        if kind == "code":
            number = 1 + sum(c["cell_type"] == "code" for c in found)
            one |= {"execution_count": number, "outputs": run("".join(lines), names, number)}
        found.append(one)
    return found


def run(code: str, names: dict[str, Any], number: int) -> list[Cell]:
    """What a cell puts out: what it prints, then the view of its last line if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    out: list[Cell] = []
    if text := printed.getvalue():
        out.append({"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)})
    if value is not None:
        view = {"text/plain": repr(value).splitlines(keepends=True)}
        if html := getattr(value, "_repr_html_", None):
            view["text/html"] = html().splitlines(keepends=True)
        out.append({"output_type": "execute_result", "execution_count": number, "data": view, "metadata": {}})
    return out


def notebook(page: str) -> str:
    """A page as the text of a notebook."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    meta = {"kernelspec": kernel, "language_info": {"name": "python"}}
    made = {"cells": cells(page), "metadata": meta, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    (DOCS / "notebooks").mkdir(exist_ok=True)
    for page in PAGES:
        (DOCS / "notebooks" / f"{page}.ipynb").write_text(notebook(page), encoding="utf-8", newline="\n")
        sys.stdout.write(f"docs/notebooks/{page}.ipynb\n")


if __name__ == "__main__":
    main()
