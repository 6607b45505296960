"""The embedded system, with static files as they lie in the work tree."""

from __future__ import annotations

from pathlib import Path

from config import env
from config.settings.base import STORAGES
from config.settings.embedded import *  # noqa: F403  # settings modules build on one another

# Jobs find their files where the benchmark put them.
MEDIA_ROOT = Path(env.text("BENCH_MEDIA_ROOT"))
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
