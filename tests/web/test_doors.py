"""Two doors: the ledger is reached through one file, and knows nothing of Django."""

from __future__ import annotations

import ast

from test_house import MODULES, imported


def test_only_books_reaches_the_ledger() -> None:
    reaching = {
        module
        for module in MODULES
        if module.startswith("rampart.web") and any(name.startswith("rampart.ledger") for name in imported(module))
    }
    assert reaching <= {"rampart.web.books"}


def test_django_stays_in_the_web_room() -> None:
    """Nothing else imports it, the ledger least of all: a notebook, where a loop runs, must be able to keep one."""
    packages = {"django", "ninja", "axes", "csp", "django_htmx", "waitress", "whitenoise"}
    for module, path in MODULES.items():
        if module.startswith("rampart.web"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not packages & {name.partition(".")[0] for name in names}, module
