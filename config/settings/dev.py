"""The embedded system for writing code: error pages, files read anew at every request.

DJANGO_SETTINGS_MODULE=config.settings.dev .venv/bin/python manage.py runserver
"""

from __future__ import annotations

from config.settings.base import INSTALLED_APPS, STORAGES, TEMPLATES
from config.settings.embedded import *  # noqa: F403  # settings modules build on one another

DEBUG = True
# `makemigrations` then keeps `max_migration.txt`, where two branches meet as a conflict.
INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The loaders that template_partials would set, without the cache.
TEMPLATES[0]["APP_DIRS"] = False
TEMPLATES[0]["OPTIONS"]["loaders"] = [  # type: ignore[index]  # a settings dict is typed as object
    (
        "template_partials.loader.Loader",
        [
            "django.template.loaders.filesystem.Loader",
            "django.template.loaders.app_directories.Loader",
        ],
    ),
]
