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
    from waitress.proxy_headers import proxy_headers_middleware

    from rampart.web.people.by_proxy import named_by_proxy

    given = settings.OF_THE_STORE
    how: dict[str, Any] = {
        "threads": THREADS,
        "ident": None,
        "max_request_body_size": 30_000_000,
        "url_prefix": given.prefix,
    }
    if given.https:
        how["url_scheme"] = "https"
    application: Any = get_wsgi_application()
    if given.trusted_proxy:
        application = proxy_headers_middleware(
            application,
            trusted_proxy=given.trusted_proxy,
            trusted_proxy_headers={"x-forwarded-for"},
            clear_untrusted=True,
        )
    if given.user_header:  # outside: what is inside sees the reader's address in place of the proxy's
        application = named_by_proxy(application, proxy=given.trusted_proxy, header=given.user_header)
    try:
        server = waitress.create_server(application, host=host, port=port, **how)
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
