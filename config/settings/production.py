"""Servers: no secret has a default, everything is sent over HTTPS."""

from __future__ import annotations

from config import env
from config.databases import database
from config.logging import logging_settings
from config.settings.base import *  # noqa: F403  # settings modules build on one another

SECRET_KEY = env.required("SECRET_KEY", "a long random text that signs sessions and links.")
ALLOWED_HOSTS = env.required(
    "ALLOWED_HOSTS", "the names this site answers to, separated by commas."
).split(",")
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS")
DATABASES = {
    "default": database(
        env.required("DATABASE_URL", "postgres://user:password@host:5432/name of the database.")
    ),
}
CELERY_BROKER_URL = env.required(
    "CELERY_BROKER_URL", "amqp://user:password@host:5672// or redis://host:6379/0."
)
# Sign-in limits count per process where no shared cache is named.
CACHES = {"default": env.cache("CACHE_URL")}
LOGGING = logging_settings(as_json=True, level=env.text("LOG_LEVEL", "INFO"))

vars().update(env.email(env.text("EMAIL_URL", "smtp://localhost:25")))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "crm@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if env.flag("BEHIND_PROXY"):
    # Only where a proxy in front sets this header itself; else a visitor could claim HTTPS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
