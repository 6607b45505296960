"""The environment, read in this one place.

Every getter names the variable it wants and says what it is for when it is
missing, so that a server without its settings stops with a sentence.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()


def default_settings(module: str) -> None:
    """Choose the settings module unless the environment already names one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)


def default_variable(name: str, value: str) -> None:
    """Give a variable a value for this process and its children unless it has one."""
    os.environ.setdefault(name, value)


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is not set or empty."""
    return _env.str(name, default="") or default


def required(name: str, purpose: str) -> str:
    """Return a variable that has no default.

    Raises:
        ImproperlyConfigured: It is not set or empty; the message says what it is for.
    """
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {purpose}")
    return value


def integer(name: str, default: int) -> int:
    """Return the variable as a whole number.

    Raises:
        ImproperlyConfigured: It is no whole number.
    """
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def flag(name: str, *, default: bool = False) -> bool:
    """Return the variable as yes or no: 1, true, yes and on mean yes."""
    return _env.bool(name, default=default) if text(name) else default


def listing(name: str) -> list[str]:
    """Return the variable's comma-separated parts without blanks; empty when not set."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """Return the variable as an absolute path."""
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def database(url: str) -> dict[str, Any]:
    """Turn `postgres://user:password@host:port/name` or `sqlite:///path` into settings.

    Raises:
        ImproperlyConfigured: The address is of another database or of none.
    """
    settings = dict(environ.Env.db_url_config(url))
    engine = settings.get("ENGINE", "")
    if engine not in {"django.db.backends.postgresql", "django.db.backends.sqlite3"}:
        scheme = url.split(":", 1)[0]
        raise ImproperlyConfigured(
            f"DATABASE_URL must start with postgres:// or sqlite:///, not {scheme!r}."
        )
    return settings


def email(url: str) -> dict[str, Any]:
    """Turn `smtp+tls://user:password@host:587` into Django's EMAIL_* settings."""
    return dict(environ.Env.email_url_config(url))


def cache(name: str) -> dict[str, Any]:
    """Return Django's cache settings for `redis://host:6379/1`; this process's memory if not set."""
    return dict(environ.Env.cache_url_config(text(name, "locmemcache://")))
