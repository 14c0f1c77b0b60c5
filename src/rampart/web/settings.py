"""Django's settings: strict by default, everything of one store in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from rampart.web.store_settings import read_settings

STORE = Path(os.environ.get("RAMPART_STORE", "rampart-store"))
"""Folder of the store; ``starting.start`` sets it."""
OF_THE_STORE = read_settings(STORE)
PLANS = Path(OF_THE_STORE.plans) if OF_THE_STORE.plans else STORE / "plans"
CASES = Path(OF_THE_STORE.cases) if OF_THE_STORE.cases else STORE / "cases"
LEDGER = OF_THE_STORE.ledger or str(STORE / "alliance.ledger")

_SECRET = STORE / "secret.key"
SECRET_KEY = _SECRET.read_text(encoding="ascii") if _SECRET.is_file() else "not made yet"  # no store is served without
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *OF_THE_STORE.hosts]
ROOT_URLCONF = "rampart.web.addresses"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "ninja",
    "rampart.web.application.Web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rampart.web.leading_back.LeadingBack",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rampart.web.people.signed_out.SignedIn",
    "rampart.web.people.in_language.InLanguage",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rampart.web.audit_trail.AuditTrail",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"environment": "rampart.web.templating.environment"},
    }
]
FORM_RENDERER = "django.forms.renderers.Jinja2"
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STORE / "store.sqlite3",
        "OPTIONS": {
            # A writer takes its lock when it begins: a lock that is taken late fails at once, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("fr", "Français")]
STATIC_URL = f"{OF_THE_STORE.prefix}/static/"
WHITENOISE_STATIC_PREFIX = "/static/"  # the server takes the prefix off
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

AUTH_USER_MODEL = "web.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
if OF_THE_STORE.user_header:
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
        "django.contrib.auth.middleware.RemoteUserMiddleware",
    )
    AUTHENTICATION_BACKENDS.append("rampart.web.people.by_proxy.ByProxy")
PASSWORD_HASHERS = ["rampart.web.people.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name",)},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"
# Throttled by name and address together: by name alone anyone could lock anyone out, by address alone one a whole office.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "rampart.web.people.signing_in.locked_out"
AXES_HTTP_RESPONSE_CODE = 429
AXES_USERNAME_FORM_FIELD = "username"
AXES_SENSITIVE_PARAMETERS = ["password"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "rampart.web.people.sessions"
SESSION_COOKIE_NAME = "rampart"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = OF_THE_STORE.https
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in OF_THE_STORE.hosts] if OF_THE_STORE.https else []
CSRF_FAILURE_VIEW = "rampart.web.refusing.forged"
SECURE_PROXY_SSL_HEADER = ("wsgi.url_scheme", "https") if OF_THE_STORE.https else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a grid of a thousand rows
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler", "level": "WARNING"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": True}},
}
