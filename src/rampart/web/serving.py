"""Serving the pages of a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rampart.findings import Finding, FindingsError
from rampart.web.starting import require_store

THREADS = 8


def serve(store: Path, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    ready  is told the address when it answers

    Raises FindingsError where the store will not do, is served already, or the port is taken.
    """
    require_store(store)
    held = _held(store)
    import waitress
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    given = settings.OF_THE_STORE
    how: dict[str, Any] = {
        "threads": THREADS,
        "ident": None,
        "max_request_body_size": 30_000_000,
        "url_prefix": given.prefix,
    }
    if given.https:
        how["url_scheme"] = "https"
    if given.trusted_proxy:
        how |= {
            "trusted_proxy": given.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for"},
            "clear_untrusted_proxy_headers": True,
        }
    try:
        server = waitress.create_server(get_wsgi_application(), host=host, port=port, **how)
    except OSError as wrong:
        raise FindingsError([Finding("web-port-taken", value=f"{host}:{port}", details={"why": str(wrong)})]) from wrong
    from rampart.web.plans.runner import Runner

    runner = Runner(settings.PLANS, settings.CASES)
    runner.start()
    named = f"[{host}]" if ":" in host else host
    ready(f"http://{named}:{server.effective_port}{given.prefix}/")
    try:
        server.run()
    finally:
        server.close()
        runner.close()
        held.close()


def _held(store: Path) -> sqlite3.Connection:
    """A lock on the store that ends with this process, however that ends. Raises FindingsError where another holds it."""
    held = sqlite3.connect(store / "serving.lock", timeout=0, isolation_level=None)
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as wrong:
        held.close()
        raise FindingsError([Finding("web-store-served", value=str(store))]) from wrong
    return held
