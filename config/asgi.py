"""The web process: `uvicorn config.asgi:application`."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

from config import env

env.default_settings("config.settings.embedded")
application = get_asgi_application()
