"""Report, paper and slides of a plan are had in both languages by who sees the whole alliance, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest


def test_who_sees_all_downloads_each_once_made(client_of: Any) -> None:
    browser = client_of("paula")
    browser.cookies["rampart_language"] = "fr"
    files = browser.get("/api/results/tiny/papers").json()["files"]
    assert {one["language"] for one in files[: len(files) // 2]} == {"fr"}
    starts = {".pdf": b"%PDF", ".html": b"<!DOCTYPE html>", ".pptx": b"PK", ".xlsx": b"PK"}
    for one in [f for f in files if f["language"] == "fr"]:
        answer = browser.get(one["link"])
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment"), one
        ending = one["name"][one["name"].rindex(".") :]
        assert answer.content.startswith(starts[ending])
        if ending == ".html":
            assert 'lang="fr"' in answer.content.decode()[:300]
    page = browser.get("/results/tiny/papers").content.decode()
    assert page.index("Français</h2>") < page.index("English</h2>")


@pytest.mark.parametrize(("name", "status"), [("edith", 404), ("victor", 404), ("adam", 404)])
def test_nobody_else_does(client_of: Any, name: str, status: int) -> None:
    browser = client_of(name)
    assert browser.get("/results/tiny/papers/paper.fr.pdf").status_code == status
    assert browser.get("/results/tiny/papers").status_code in (status, 403)
    for path in (
        "/results/nothing/papers/paper.fr.pdf",
        "/results/tiny/papers/paper.de.pdf",
        "/results/tiny/papers/x.fr.pdf",
    ):
        assert client_of("paula").get(path).status_code == 404, path
