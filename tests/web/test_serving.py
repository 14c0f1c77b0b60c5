"""`rampart serve` as a process: its address, its prefix, what stands in its way."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from importlib import util
from pathlib import Path

import pytest

from rampart.findings import FindingsError
from rampart.web import starting
from rampart.web.store_settings import Provider, StoreSettings, read_settings
from web.served import new_store, rampart_says, served


def test_a_store_is_served_under_its_prefix_with_its_banner(tmp_path: Path) -> None:
    store = new_store(tmp_path / "staff", adam=("administrator", ""))
    (store / "settings.toml").write_text('prefix = "/stocks"\nbanner = "EXERCISE <1>"\n', encoding="utf-8")
    with served(store) as (address, _):
        assert address.endswith("/stocks")
        with urllib.request.urlopen(f"{address}/", timeout=300) as answer:
            html = answer.read().decode()
            assert answer.url == f"{address}/sign-in?next=/stocks/"
        assert html.count("EXERCISE &lt;1&gt;") == 2
        assert 'href="/stocks/static/web/rampart.css"' in html and 'action="/stocks/sign-in"' in html
        for file in ("web/rampart.css", "web/rampart.js", "django_htmx/htmx-2.min.js"):
            with urllib.request.urlopen(f"{address}/static/{file}", timeout=300) as answer:
                assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError) as wrong:
            urllib.request.urlopen(
                urllib.request.Request(f"{address}/sign-in", headers={"Host": "evil.example"}), timeout=300
            )
        assert wrong.value.code == 400
        wrong.value.close()


@pytest.mark.parametrize(("proxy", "enters"), [("127.0.0.1", True), ("127.0.0.9", False)])
@pytest.mark.docs
def test_only_the_proxy_says_who_has_signed_in(tmp_path: Path, proxy: str, enters: bool) -> None:
    store = new_store(tmp_path / "staff", vera=("viewer", "*"))
    (store / "settings.toml").write_text(
        f'trusted_proxy = "{proxy}"\nuser_header = "X-Remote-User"\n', encoding="utf-8"
    )
    with served(store) as (address, _):

        def reached(**headers: str) -> str:
            asked = urllib.request.Request(f"{address}/account", headers=headers)
            with urllib.request.urlopen(asked, timeout=300) as answer:
                return str(answer.url)

        assert ("sign-in" not in reached(**{"X-Remote-User": "vera"})) is enters
        assert "sign-in" in reached()
        assert "sign-in" in reached(**{"X-Remote-User": "nobody"})
        assert "sign-in" in reached(**{"Remote-User": "vera"})
        assert "sign-in" in reached(**{"X-Forwarded-For": proxy, "Remote_User": "vera"})


@pytest.mark.docs
def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    said = rampart_says("serve", "--store", str(tmp_path / "none"), code=1)
    assert "There is no store" in said and "rampart db upgrade" in said
    said = rampart_says(
        "people", "add", "x", "--role", "viewer", "--store", str(tmp_path / "none"), "--lang", "fr", code=1
    )
    assert "Il n’y a pas de magasin" in said
    store = new_store(tmp_path / "staff")
    assert "up to date" in rampart_says("db", "upgrade", "--store", str(store))
    said = rampart_says(
        "people", "add", "x", "--role", "nation_editor", "--store", str(store), given="a long enough word\n", code=1
    )
    assert "belongs to a nation" in said
    said = rampart_says(
        "people",
        "add",
        "x",
        "--role",
        "auditor",
        "--nation",
        "FRA",
        "--store",
        str(store),
        given="a long enough word\n",
        code=1,
    )
    assert "does not go with" in said
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = rampart_says("serve", "--store", str(store), "--port", str(taken.getsockname()[1]), code=1)
    assert "cannot be served" in said


def test_without_the_packages_it_says_which_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = util.find_spec
    monkeypatch.setattr(starting, "find_spec", lambda name: None if name in ("ninja", "axes") else real(name))
    with pytest.raises(FindingsError) as wrong:
        starting.require_store(tmp_path)
    assert [(f.code, f.value) for f in wrong.value.findings] == [("web-not-installed", "ninja, axes")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('hosts = "one"\nport = 3', ["web-setting-wrong", "web-setting-unknown"]),
        ('hosts = ["*"]', ["web-setting-wrong"]),
        ('prefix = "stocks/"', ["web-setting-wrong"]),
        ('user_header = "X-Remote-User"', ["web-setting-wrong"]),
        ('https = "yes"', ["web-setting-wrong"]),
        ("= nothing", ["web-settings-unreadable"]),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, codes: list[str]) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError) as wrong:
        read_settings(tmp_path)
    assert [f.code for f in wrong.value.findings] == codes
    for finding in wrong.value.findings:
        assert finding.sentence("fr") and finding.sentence("en")


def test_settings_that_are_left_out_are_blank(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == StoreSettings()
    (tmp_path / "settings.toml").write_text('hosts = ["a.example"]\nmasked = true', encoding="utf-8")
    assert read_settings(tmp_path) == StoreSettings(hosts=("a.example",), masked=True)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('oidc = "x"', ["oidc"]),
        ("[oidc]", ["oidc.issuer", "oidc.client"]),
        ('[oidc]\nissuer = "http://login.example"\nclient = "a"', ["oidc.issuer"]),
        ('[oidc]\nissuer = "https://login.example"\nclient = "a"\nscope = "profile"', ["oidc.scope"]),
        ('[oidc]\nissuer = "https://login.example"\nclient = "a"\nage = 3', [""]),
        ('[oidc]\nissuer = "https://login.example"\nclient = "a"\n[oidc.roles]\na = "king"\nb = "nation_editor"\nc = 3',
         ["oidc.roles.a", "oidc.roles.b", "oidc.roles.c"]),
    ],
)  # fmt: skip
def test_wrong_settings_of_a_provider_are_named(tmp_path: Path, text: str, columns: list[str]) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FindingsError) as wrong:
        read_settings(tmp_path)
    assert [f.column for f in wrong.value.findings] == columns


def test_settings_of_a_provider_are_read(tmp_path: Path) -> None:
    text = '[oidc]\nissuer = "https://login.example"\nclient = "a"\n[oidc.roles]\nstaff = "auditor"\nfr = "nation_editor FRA"\n'
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    roles = {"staff": ("auditor", "*"), "fr": ("nation_editor", "FRA")}
    assert read_settings(tmp_path).oidc == Provider("https://login.example", "a", roles=roles)
