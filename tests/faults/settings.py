"""The embedded system on servers of the harness, with workers that are given up sooner."""

from __future__ import annotations

from config import env
from config.settings.base import INSTALLED_APPS, STORAGES
from config.settings.embedded import *  # noqa: F403  # settings modules build on one another

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.apps.FaultsConfig"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.integer("FAULTS_MAIL_PORT", 25)
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
