"""Signing in through a provider: whose account that opens, and which tokens are refused. oidc-provider-mock is asked."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from rampart.web.audit import Entry
from rampart.web.people import by_provider
from rampart.web.people.person import Person
from rampart.web.store_settings import Provider, StoreSettings
from web.opened import PASSWORD, client, opened
from web.people.provided import Provided, provided

pytestmark = [
    pytest.mark.docs,
    pytest.mark.usefixtures("store"),
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # oidc-provider-mock is built on what Authlib leaves behind
]
ROLES = {"planners": ("alliance_planner", "*"), "editors": ("nation_editor", "XAA"), "keepers": ("administrator", "")}


@pytest.fixture(scope="module")
def theirs() -> Iterator[Provided]:
    with provided() as found:
        yield found


@contextmanager
def trusted(address: str, **more: Any) -> Iterator[None]:
    """The store with a provider in its settings."""
    from django.test import override_settings

    told = replace(StoreSettings(), oidc=Provider(address, "rampart", "a secret of both", **more))
    by_provider.provider.cache_clear()
    with override_settings(OF_THE_STORE=told):
        yield
    by_provider.provider.cache_clear()


def asked(browser: Any, back: str = "/returns") -> str:
    """Where the provider is asked to sign a browser in."""
    answer = browser.get("/sign-in/provider", {"next": back})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def entered(browser: Any, theirs: Provided, sub: str, back: str = "/returns") -> Any:
    """What a browser gets that has signed in there."""
    led = theirs.signs_in(asked(browser, back), sub)
    return browser.get(led.removeprefix("http://localhost"))


def entries(about: str) -> list[tuple[str, str, str, str]]:
    found = Entry.objects.filter(about=about, verb="person.sign_in").order_by("pk")
    return list(found.values_list("outcome", "who", "through", "role"))


def test_an_account_of_the_store_is_opened_for_the_first_whom_the_provider_calls_so(theirs: Provided) -> None:
    Person.objects.create_person("petra.x", None, role="nation_editor", nation="XAA")
    theirs.knows("11", preferred_username="petra.x")
    theirs.knows("12", preferred_username="petra.x")
    theirs.knows("13", preferred_username="edith")
    theirs.knows("14", preferred_username="nobody.here")
    with trusted(theirs.address):
        browser = client()
        assert "Sign in through your organisation" in browser.get("/sign-in?next=/returns").content.decode()
        place = urlsplit(asked(browser))
        said = {name: value[0] for name, value in parse_qs(place.query).items()}
        assert said["code_challenge_method"] == "S256" and said["response_type"] == "code" and said["nonce"]
        before = browser.cookies["rampart"].value
        answer = entered(browser, theirs, "11")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/returns")
        assert browser.cookies["rampart"].value != before  # who knew the session before knows none now
        assert browser.get("/returns").status_code == 200
        assert "no password" in browser.get("/account").content.decode()
        assert not browser.session.get(by_provider.ASKED)
        assert browser.get("/sign-in/provider").headers["Location"] == "/"  # signed in already
        for sub, why in (("12", "not opened in this way"), ("13", "not opened in this way"), ("14", "no account")):
            answer = entered(client(), theirs, sub)
            assert answer.status_code == 403 and why in answer.content.decode()
        assert entries("petra.x") == [("done", "petra.x", "provider", "nation_editor"), ("refused", "", "provider", "")]
        assert client().post("/sign-in", {"username": "petra.x", "password": "!"}).status_code == 401
        Person.objects.filter(name="petra.x").update(is_active=False)
        assert entered(client(), theirs, "11").status_code == 403
        assert browser.get("/returns").status_code == 302
        assert entered(client(), theirs, "11", back="https://evil.example/").status_code == 403
    assert not Person.objects.filter(name="nobody.here").exists()


def test_groups_make_the_account_and_settle_its_role(theirs: Provided) -> None:
    with trusted(theirs.address, roles=ROLES):
        for groups, why in (
            (None, "None of the groups"),
            (["others"], "None of the groups"),
            (["editors", "planners"], "more than one"),
        ):
            theirs.knows("21", preferred_username="gina", **({"groups": groups} if groups else {}))
            answer = entered(client(), theirs, "21")
            assert answer.status_code == 403 and why in answer.content.decode()
        assert not Person.objects.filter(name="gina").exists()
        theirs.knows("21", preferred_username="gina", groups=["editors", "others"])
        first = client()
        assert entered(first, theirs, "21", back="https://evil.example/").headers["Location"] == "/"
        gina = Person.objects.get(name="gina")
        assert (gina.role, gina.nation, gina.by_provider) == ("nation_editor", "XAA", True)
        theirs.knows("21", preferred_username="gina.married", groups="planners")
        second = client()
        assert entered(second, theirs, "21").status_code == 302
        gina.refresh_from_db()
        assert (gina.name, gina.role, gina.nation) == ("gina", "alliance_planner", "*")
        assert first.get("/planning").status_code == 302 and second.get("/planning").status_code == 200
        assert [e[0] for e in entries("gina")] == ["refused"] * 3 + ["done"] * 2
        theirs.knows("22", preferred_username="not a name!", groups=["editors"])
        assert entered(client(), theirs, "22").status_code == 403


def test_an_administrator_leaves_an_account_to_the_provider(theirs: Provided) -> None:
    new = {"name": "lea", "role": "viewer", "nation": "XAA"}
    keeper = opened("adam")
    assert keeper.post("/people/add", new | {"password": ""}).status_code == 422
    with trusted(theirs.address):
        assert keeper.post("/people/add", new | {"password": ""}).status_code == 302
        Person.objects.create_person("leo", PASSWORD, role="viewer", nation="XAA")
        theirs.knows("31", preferred_username="leo")
        assert entered(client(), theirs, "31").status_code == 403
        assert keeper.post("/people/leo/change", {"provider": "yes", "password": PASSWORD}).status_code == 422
        assert keeper.post("/people/leo/change", {"provider": "yes"}).status_code == 302
        browser = client()
        assert entered(browser, theirs, "31").status_code == 302
        changed = {"old_password": "", "new_password1": PASSWORD + "x", "new_password2": PASSWORD + "x"}
        assert browser.post("/account", changed).status_code == 422
        assert client().post("/sign-in", {"username": "leo", "password": PASSWORD}).status_code == 401
    assert keeper.post("/people/leo/change", {"provider": "yes"}).status_code == 422
    assert client().get("/sign-in/provider").status_code == client().get("/sign-in/provider/back").status_code == 404


def test_an_answer_is_good_once_and_for_the_browser_that_asked(theirs: Provided) -> None:
    Person.objects.create_person("once", None, role="viewer", nation="XAA")
    theirs.knows("41", preferred_username="once")
    with trusted(theirs.address):
        browser, thief = client(), client()
        led = theirs.signs_in(asked(browser), "41").removeprefix("http://localhost")
        asked(thief)
        assert thief.get(led).status_code == client().get(led).status_code == 403
        assert browser.get(led).status_code == 302
        browser.post("/sign-out")
        assert browser.get(led).status_code == 403  # the state was used
        # The code of one question as the answer to another: the provider has given for it what it gives once.
        theirs.signs_in(asked(browser), "41")
        state = browser.session[by_provider.ASKED][-1]["state"]
        code = parse_qs(urlsplit(led).query)["code"][0]
        assert browser.get("/sign-in/provider/back", {"state": state, "code": code}).status_code == 403
        stolen = theirs.signs_in(asked(thief), "41").removeprefix("http://localhost")
        code = parse_qs(urlsplit(stolen).query)["code"][0]  # not used yet, and of another question: its nonce
        asked(browser)
        state = browser.session[by_provider.ASKED][-1]["state"]
        assert browser.get("/sign-in/provider/back", {"state": state, "code": code}).status_code == 403
        asked(browser)
        for more in ({"error": "access_denied"}, {"code": "x", "iss": "https://other.example"}, {}):
            asked(browser)
            state = browser.session[by_provider.ASKED][-1]["state"]
            assert browser.get("/sign-in/provider/back", {"state": state} | more).status_code == 403
        assert browser.get("/returns").status_code == 302
        for _ in range(9):
            asked(browser)
        assert len(browser.session[by_provider.ASKED]) == by_provider.MOST_ASKED
        assert browser.session.get_expiry_age() == by_provider.SECONDS


def unsigned(text: str, **changed: Any) -> str:
    """A token without a signature."""
    return ".".join([*packed(text, {"alg": "none"}, changed), ""])


def packed(text: str, head: dict[str, Any], changed: dict[str, Any]) -> list[str]:
    from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

    parts = [json.loads(urlsafe_b64decode(part.encode())) for part in text.split(".")[:2]]
    claims = {name: value for name, value in (parts[1] | changed).items() if value is not None}
    return [urlsafe_b64encode(json.dumps(one).encode()).decode() for one in (parts[0] | head, claims)]


def by_another_key(text: str) -> str:
    """The same claims signed by somebody else."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey
    from joserfc.util import urlsafe_b64decode

    head, claims = (json.loads(urlsafe_b64decode(part.encode())) for part in text.split(".")[:2])
    return jwt.encode(head, claims, RSAKey.generate_key(2048, {"kid": head.get("kid", "")}, private=True))


def by_the_public_key(text: str, address: str) -> str:
    """Signed with the provider's public key as if it were a secret of both."""
    import hashlib
    import hmac

    from joserfc.jwk import RSAKey
    from joserfc.util import urlsafe_b64encode

    key = requests.get(f"{address}/jwks", timeout=60).json()["keys"][0]
    pem = RSAKey.import_key(key).as_pem(private=False)
    body = ".".join(packed(text, {"alg": "HS256"}, {}))
    return f"{body}.{urlsafe_b64encode(hmac.digest(pem, body.encode(), hashlib.sha256)).decode()}"


def signed(theirs: Provided, text: str, **changed: Any) -> str:
    """The claims changed, and signed by the provider's own key."""
    from joserfc import jwt
    from joserfc.jwk import RSAKey
    from joserfc.util import urlsafe_b64decode

    head, claims = (json.loads(urlsafe_b64decode(part.encode())) for part in text.split(".")[:2])
    claims = {name: value for name, value in (claims | changed).items() if value is not None}
    key = RSAKey.import_key(theirs.key)
    return jwt.encode(head, claims, key)


NOW = int(time.time())
SPOILT: dict[str, Callable[[Provided, str], str]] = {
    "unsigned": lambda p, t: unsigned(t),
    "unsigned, in other letters": lambda p, t: ".".join([*packed(t, {"alg": "nOnE"}, {}), ""]),
    "changed after it was signed": lambda p, t: ".".join(
        [*packed(t, {}, {"preferred_username": "adam"}), t.split(".")[2]]
    ),
    "signed by another key": lambda p, t: by_another_key(t),
    "signed with the public key": lambda p, t: by_the_public_key(t, p.address),
    "of another issuer": lambda p, t: signed(p, t, iss="https://other.example"),
    "of no issuer": lambda p, t: signed(p, t, iss=None),
    "for another application": lambda p, t: signed(p, t, aud="another"),
    "for nobody": lambda p, t: signed(p, t, aud=None),
    "for another application beside this": lambda p, t: signed(p, t, aud=["rampart", "another"]),
    "given to another application": lambda p, t: signed(p, t, aud=["rampart", "another"], azp="another"),
    "expired": lambda p, t: signed(p, t, exp=NOW - 3600, iat=NOW - 7200),
    "without an end": lambda p, t: signed(p, t, exp=None),
    "of tomorrow": lambda p, t: signed(p, t, iat=NOW + 86400, exp=NOW + 90000),
    "an answer to another question": lambda p, t: signed(p, t, nonce="another"),
    "an answer to no question": lambda p, t: signed(p, t, nonce=None),
    "about nobody": lambda p, t: signed(p, t, sub=None),
    "no token": lambda p, t: "",
    "nonsense": lambda p, t: "a.b.c",
}


def test_no_token_is_believed_that_is_not_the_word_of_the_provider_on_this_question(theirs: Provided) -> None:
    Person.objects.create_person("true", None, role="viewer", nation="XAA")
    theirs.knows("51", preferred_username="true")
    with trusted(theirs.address):
        for how, spoil in SPOILT.items():
            theirs.spoil = lambda answer, spoil=spoil: answer | {"id_token": spoil(theirs, answer["id_token"])}
            browser = client()
            answer = entered(browser, theirs, "51")
            assert answer.status_code == 403 and "could not be verified" in answer.content.decode(), how
            assert browser.get("/returns").status_code == 302, how
        refused = Entry.objects.filter(verb="person.sign_in", through="provider", outcome="refused")
        assert refused.count() >= len(SPOILT)
        for how, good in (("as it is", {}), ("to two, this one asked", {"aud": ["rampart", "b"], "azp": "rampart"})):
            theirs.spoil = lambda answer, good=good: answer | {"id_token": signed(theirs, answer["id_token"], **good)}
            assert entered(client(), theirs, "51").status_code == 302, how
    theirs.spoil = lambda answer: answer


def test_tokens_that_have_aged_are_refused() -> None:
    Person.objects.create_person("aged", None, role="viewer", nation="XAA")
    with provided(seconds=-31) as late, trusted(late.address):
        late.knows("61", preferred_username="aged")
        assert entered(client(), late, "61").status_code == 403


def test_a_provider_that_is_not_there_or_calls_itself_otherwise_is_told(theirs: Provided) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    for address in (nowhere, theirs.address.replace("127.0.0.1", "localhost") + "/", f"{theirs.address}/users"):
        with trusted(address):
            answer = client().get("/sign-in/provider")
            assert answer.status_code == 503 and "does not answer" in answer.content.decode()


def test_a_provider_that_nobody_here_wrote_signs_somebody_in() -> None:
    """oidc-provider of npm: a proof key is required, and what it knows of a person stands in no ID token."""
    folder = Path(os.environ.get("OIDC_PROVIDER", ""))
    if shutil.which("node") is None or not (folder / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("no oidc-provider: OIDC_PROVIDER names a folder in which npm has installed it")
    command = [
        "node",
        str(Path(__file__).with_name("provider.mjs")),
        str(folder),
        "http://localhost/sign-in/provider/back",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = f"http://127.0.0.1:{int(process.stdout.readline())}"
            with trusted(address, roles=ROLES):
                browser, there = client(), requests.Session()

                def on(asked: str, **fields: str) -> str:
                    """Follow it, fill in what it asks, until it sends the browser back."""
                    answer = (
                        there.post(asked, fields, allow_redirects=False)
                        if fields
                        else there.get(asked, allow_redirects=False)
                    )
                    while answer.status_code in (302, 303) and not answer.headers["Location"].startswith(
                        "http://localhost/"
                    ):
                        answer = there.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)
                    return answer.headers.get("Location", answer.url)

                form = on(asked(browser))
                form = on(form, prompt="login", login="ida", password="any")
                led = on(form, prompt="consent").removeprefix("http://localhost")
                assert "iss=" in led
                assert browser.get(led).headers["Location"] == "/returns"
                ida = Person.objects.get(name="npm.ida")
                assert (ida.role, ida.nation, ida.subject) == ("nation_editor", "XAA", f"ida {address}")
                again = client()
                led = on(asked(again)).removeprefix("http://localhost")
                code = parse_qs(urlsplit(led).query)["code"][0]
                assert client().get(led).status_code == 403
                assert again.get(led).status_code == 302
                third = client()
                asked(third)
                state = third.session[by_provider.ASKED][-1]["state"]
                replayed = third.get("/sign-in/provider/back", {"state": state, "code": code, "iss": address})
                assert replayed.status_code == 403
        finally:
            process.kill()
