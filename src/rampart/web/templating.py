"""Templates: their words, addresses under the prefix, and what every page shows around its own."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import get_script_prefix
from jinja2 import Environment, StrictUndefined

from rampart.findings import Language
from rampart.language.words import Words
from rampart.web.asked_by import reader_of
from rampart.web.masking import mask
from rampart.web.people.in_language import language_of

THEME = "rampart_theme"
THEMES = ("auto", "light", "dark")


def environment(**options: Any) -> Environment:
    """Jinja2 as Django's templates use it."""
    made = Environment(**(options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}))  # noqa: S701 - Django sets autoescape
    made.globals.update(static=static, at=at)
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


def at(path: str) -> str:
    """A path from the root of the application as the browser knows it, under the prefix."""
    return get_script_prefix().rstrip("/") + path


@cache
def words_in(language: Language) -> Words:
    """Words of pages about no case."""
    return Words(language)


def shown(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page."""
    language = language_of(request)
    theme = request.COOKIES.get(THEME, "auto")
    around = {
        "words": words_in(language),
        "language": language,
        "other_language": "fr" if language == "en" else "en",
        "theme": theme if theme in THEMES else "auto",
        "banner": settings.OF_THE_STORE.banner,
        "masked": settings.OF_THE_STORE.masked,
        "provider": settings.OF_THE_STORE.oidc is not None,
        "reader": reader_of(request),
        "here": request.get_full_path(),
    }
    if around["masked"] and "page" in context:
        context["page"] = mask(context["page"])
    return render(request, template, around | context, status=status)
