"""The application as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    """The one application: its tables stand in ``models.py``."""

    name = "rampart.web"
    label = "web"
