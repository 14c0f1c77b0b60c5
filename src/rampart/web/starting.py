"""Starting on a store: the only place that calls ``django.setup()``."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path

from rampart.findings import Finding, FindingsError, PlaceError

PACKAGES = (
    "django", "ninja", "axes", "csp", "django_htmx", "argon2", "waitress", "whitenoise", "authlib", "joserfc", "requests",
)  # fmt: skip


def require_packages() -> None:
    """Raise FindingsError where a package of the optional group ``web`` is not installed."""
    lacking = [name for name in PACKAGES if find_spec(name) is None]
    if lacking:
        raise FindingsError([Finding("web-not-installed", value=", ".join(lacking))])


def start(store: Path) -> None:
    """Set Django up on the store in a folder, once in a process. Raises FindingsError where its settings are wrong."""
    require_packages()
    store = store.resolve()
    before = os.environ.get("RAMPART_STORE")
    os.environ["RAMPART_STORE"] = str(store)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rampart.web.settings"
    from django.apps import apps

    if apps.ready:
        if before != str(store):
            raise RuntimeError(f"this process already serves {before}")
        return
    import django

    django.setup()


def make_folder(store: Path) -> None:
    """Make the folder of a store with the key that signs its cookies, where it is not there. Raises PlaceError."""
    require_packages()
    try:
        store.mkdir(parents=True, exist_ok=True)
        (store / "plans").mkdir(exist_ok=True)
        (store / "cases").mkdir(exist_ok=True)
        key = store / "secret.key"
        if not key.is_file():
            with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
    except OSError as wrong:
        raise PlaceError([Finding("web-store-not-writable", file=str(store), value=str(wrong))]) from wrong


def upgrade(store: Path) -> list[str]:
    """Make the store and its ledger, or bring them to this version; gives the names of the steps that were taken.

    Raises PlaceError where nothing can be written there.
    """
    make_folder(store)
    start(store)
    from django.core.management import call_command

    waiting = steps_waiting()
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    return waiting + _upgrade_ledger()


def _upgrade_ledger() -> list[str]:
    """Make the ledger, or bring it to this version: the step where one was taken."""
    from django.conf import settings

    from rampart.web.books import Books

    versions = Books(settings.LEDGER).make()
    return ["ledger"] if versions is None or versions[0] != versions[1] else []


def steps_waiting() -> list[str]:
    """Steps by which the store is behind this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label} {step.name}" for step, _ in plan]


def require_store(store: Path) -> None:
    """Start on a store that is there and up to date. Raises FindingsError that says what to run where it is not."""
    require_packages()
    if not (store / "secret.key").is_file() or not (store / "store.sqlite3").is_file():
        raise FindingsError([Finding("web-no-store", value=str(store))])
    start(store)
    waiting = steps_waiting()
    if waiting:
        raise FindingsError([Finding("web-store-behind", value=str(store), details={"count": len(waiting)})])
