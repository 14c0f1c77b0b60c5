"""Every address of the application."""

from __future__ import annotations

from django.urls import include, path

from rampart.web import refusing
from rampart.web.api import api_urls, make_api
from rampart.web.editing.forms import editing_urls
from rampart.web.files import file_urls
from rampart.web.html_pages import html_urls
from rampart.web.people.accounts import account_urls
from rampart.web.people.administering import administering_urls
from rampart.web.people.by_provider import provider_urls
from rampart.web.people.signing_in import signing_in_urls
from rampart.web.plans.forms import planning_urls
from rampart.web.returns.forms import return_urls
from rampart.web.together.forms import together_urls

api = make_api()

urlpatterns = [
    path("api/", include((api_urls(api), "api"), namespace="api")),
    *signing_in_urls(),
    *provider_urls(),
    *account_urls(),
    *administering_urls(),
    *editing_urls(),
    *planning_urls(),
    *return_urls(),
    *together_urls(),
    *file_urls(),
    *html_urls(),
]

handler400 = refusing.bad
handler403 = refusing.forbidden
handler404 = refusing.nowhere
handler500 = refusing.broken
