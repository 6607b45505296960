"""One machine, nothing to install: SQLite, files as the broker, a key made at first start.

What `make up` and `manage.py` use. DATABASE_URL and CELERY_BROKER_URL point it at real
servers instead.
"""

from __future__ import annotations

import hashlib
import warnings

from config import env
from config.databases import database
from config.logging import logging_settings
from config.secret_key import kept_secret_key
from config.settings.base import *  # noqa: F403  # settings modules build on one another
from config.settings.base import DATA_DIR

DATA_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = env.text("SECRET_KEY") or kept_secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.listing("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS")
_database_url = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")
DATABASES = {"default": database(_database_url)}
# A line a request would push the address and the logins off the terminal.
LOGGING = logging_settings(as_json=False, level=env.text("LOG_LEVEL", "WARNING"))

# Letters are written to files, so that "forgot password" can be tried without a mail server.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://localhost")
# Celery warns root because of pickle; only JSON is accepted here.
warnings.filterwarnings("ignore", message="You're running the worker with superuser")
if CELERY_BROKER_URL.startswith("filesystem:"):
    # One folder a database, so that two systems started here do not take each other's nudges.
    _broker = DATA_DIR / "broker" / hashlib.sha256(_database_url.encode()).hexdigest()[:12]
    for _folder in ("messages", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
        # Seconds between two looks; the default of 1 makes a nudge feel slow, and 0.1 costs
        # under one per cent of a core.
        "polling_interval": 0.1,
    }
    # Both talk to every worker over the broker, which leaves a file a message here.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    CELERY_WORKER_SEND_TASK_EVENTS = False
