"""A provider that signs people in, in this process: that of oidc-provider-mock, whose tokens a test can spoil."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests

Spoil = Callable[[dict[str, Any]], dict[str, Any]]
"""From what the token endpoint answers to what the application gets."""


class Provided:
    """A provider that answers.

    address  of it; also its issuer
    spoil    what is done to the answers of its token endpoint
    key      with which it signs, once it has signed
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.spoil: Spoil = lambda answer: answer
        self.key: dict[str, Any] = {}

    def knows(self, sub: str, **claims: Any) -> None:
        """Let it know a person."""
        requests.put(f"{self.address}/users/{sub}", json=claims, timeout=60).raise_for_status()

    def signs_in(self, asked: str, sub: str, **more: str) -> str:
        """Where it sends the browser back to, once a person has signed in there."""
        told = requests.post(f"{asked}&{urlencode(more)}", {"sub": sub}, allow_redirects=False, timeout=60)
        assert told.status_code == 302, told.text
        return told.headers["Location"]


@contextmanager
def provided(*, seconds: float = 3600) -> Iterator[Provided]:
    """A provider whose tokens last so many seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is built on parts of Authlib that Authlib is leaving behind
        from flask import Response, g
        from oidc_provider_mock import app as application
        from werkzeug.serving import make_server

    made = application(access_token_max_age=timedelta(seconds=seconds))
    server = make_server("127.0.0.1", 0, made, threaded=True)
    found = Provided(f"http://127.0.0.1:{server.port}")

    @made.after_request
    def spoilt(answer: Response) -> Response:
        if answer.is_json and isinstance(answer.json, dict) and "id_token" in answer.json:
            found.key = g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
            answer = made.json.response(found.spoil(answer.json))
        return answer

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
