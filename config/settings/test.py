"""The test suite: on a SQLite file, or on the database that DATABASE_URL names."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import uuid4

from config import env
from config.databases import database
from config.logging import logging_settings
from config.settings.base import *  # noqa: F403  # settings modules build on one another
from config.settings.base import DATA_DIR, INSTALLED_APPS, STORAGES

# Keeps `max_migration.txt`, so that two branches with a migration each meet as a conflict.
INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]
SECRET_KEY = "only-for-tests-" * 4
ALLOWED_HOSTS = ["*"]
DATA_DIR.mkdir(parents=True, exist_ok=True)
# Two people (or two runs) on one machine give themselves different names.
_suffix = env.text("TEST_DB_SUFFIX")
_name = f"test_smart_process_crm_{_suffix}" if _suffix else "test_smart_process_crm"
_database = database(
    env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'unused.sqlite3'}"), pooled=False
)
_on_sqlite = _database["ENGINE"].endswith("sqlite3")
# A file, not memory: a server in another thread has to see the same rows.
_database["TEST"] = {"NAME": str(DATA_DIR / f"{_name}.sqlite3") if _on_sqlite else _name}
DATABASES = {"default": _database}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Each process has its own; made by the first upload, removed at the end (tests/conftest.py).
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"smart-process-crm-media-{uuid4().hex}"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Nothing reads this broker: tests call actions and tasks, they do not wait for a worker.
CELERY_BROKER_URL = "memory://"
LOGGING = logging_settings(as_json=False, level="WARNING")
ACCOUNT_RATE_LIMITS = False
