"""What is asked of the provider that signs people in, and what of its answer is believed: OpenID Connect Core 1.0, sections
3.1.2 and 3.1.3 (authorization code), with a proof key (RFC 7636) always.

The words of the protocol are Authlib's and joserfc's. What this file adds is strictness: only signatures by a key pair, only
the issuer that the settings name, only for this application, only for the question that was asked.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rampart.web.store_settings import Provider, safe_address

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that are believed, whatever the provider offers: those that only it can make. "none" is not one."""
CLOCKS = 30
"""Seconds by which the clock of the provider may differ."""
PATIENCE = 10.0
"""Seconds that the provider has for an answer."""
KEPT = 300.0
"""Seconds for which its addresses are remembered."""


class UnreachableError(Exception):
    """The provider does not answer, or answers what is no provider's answer."""


class NotBelievedError(Exception):
    """What came back is not the provider's word on the question that was asked."""


@dataclass(frozen=True)
class Question:
    """What was asked of the provider for one browser; kept in its session, and good for one answer.

    state     names the question in the answer
    nonce     names it in the signed token
    verifier  shows that who has the answer is who asked
    """

    state: str
    nonce: str
    verifier: str


def question() -> Question:
    """A new question."""
    return Question(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


class Asking:
    """The provider of a store."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._addresses: tuple[float, Mapping[str, Any]] = (0.0, {})
        self._lock = threading.Lock()

    def address(self, asked: Question, *, back: str) -> str:
        """Where the browser is sent. Raises UnreachableError.

        back  address to which the provider sends it back
        """
        with self._session(back) as session:
            address, _ = session.create_authorization_url(
                self._known("authorization_endpoint"),
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
            )
        return str(address)

    def claims(self, asked: Question, code: str, *, back: str) -> dict[str, Any]:
        """What the provider says of who has signed in. Raises UnreachableError, NotBelievedError."""
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        try:
            with self._session(back) as session:
                token = session.fetch_token(
                    self._known("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=asked.verifier,
                    allow_redirects=False,
                )  # fmt: skip
        except AuthlibBaseError as wrong:
            raise NotBelievedError(str(wrong)) from wrong
        except (RequestException, ValueError) as wrong:
            raise UnreachableError(str(wrong)) from wrong
        claims = believed(token, self._got(self._known("jwks_uri")), asked, self.provider)
        return claims | self._more(token, claims)

    def _more(self, token: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
        """What is needed and does not stand in the ID token: the provider keeps it to be asked for (section 5.3).

        Raises UnreachableError, and NotBelievedError where the answer is about somebody else.
        """
        needed = (self.provider.name, *((self.provider.groups,) if self.provider.roles else ()))
        lacking = [name for name in needed if name not in claims]
        if not lacking or "userinfo_endpoint" not in self._metadata():
            return {}
        told = self._got(self._known("userinfo_endpoint"), {"Authorization": f"Bearer {token.get('access_token')}"})
        if told.get("sub") != claims["sub"]:
            raise NotBelievedError("what is told of the person is about another")
        return {name: told[name] for name in lacking if name in told}

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        ways = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        how = "client_secret_post" if "client_secret_basic" not in ways else "client_secret_basic"
        return OAuth2Session(
            self.provider.client, self.provider.secret or None, scope=self.provider.scope, redirect_uri=back,
            code_challenge_method="S256", token_endpoint_auth_method=how if self.provider.secret else "none",
            default_timeout=PATIENCE,
        )  # fmt: skip

    def _known(self, name: str) -> str:
        """An address that the provider tells. Raises UnreachableError where it tells none that is safe."""
        address = self._metadata().get(name)
        if not isinstance(address, str) or not safe_address(address):
            raise UnreachableError(f"{name}: {address!r}")
        return address

    def _metadata(self) -> Mapping[str, Any]:
        """What the provider tells of itself (OpenID Connect Discovery 1.0, section 4). Raises UnreachableError."""
        with self._lock:
            when, told = self._addresses
            if not told or time.monotonic() - when > KEPT:
                told = self._got(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
                if told.get("issuer") != self.provider.issuer:
                    raise UnreachableError(f"it calls itself {told.get('issuer')!r}")
                self._addresses = (time.monotonic(), told)
            return told

    def _got(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        import requests

        try:
            answer = requests.get(address, headers=headers, timeout=PATIENCE, allow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
        except (requests.RequestException, ValueError) as wrong:
            raise UnreachableError(str(wrong)) from wrong
        if answer.status_code != 200 or not isinstance(told, dict):
            raise UnreachableError(f"{address} gives no object")
        return told


def believed(token: Mapping[str, Any], keys: Any, asked: Question, provider: Provider) -> dict[str, Any]:
    """The claims of an ID token, where all of it holds. Raises NotBelievedError.

    token  what the provider gave for the code; ``id_token`` in it
    keys   its public keys, as a JWK Set
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet
    from joserfc.jws import JWSRegistry

    text = token.get("id_token")
    if not isinstance(text, str):
        raise NotBelievedError("no ID token")
    try:
        read = jwt.decode(
            text, KeySet.import_key_set(keys), registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        )
        claims = CodeIDToken(
            read.claims, read.header,
            {"iss": {"essential": True, "value": provider.issuer}, "aud": {"essential": True, "value": provider.client}},
            {"nonce": asked.nonce, "client_id": provider.client, "access_token": token.get("access_token")},
        )  # fmt: skip
        claims.validate(leeway=CLOCKS)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise NotBelievedError(f"{type(wrong).__name__}: {wrong}") from wrong
    if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
        raise NotBelievedError("sub")
    return dict(claims)
