"""For servers that speak WSGI; live updates need the ASGI entry instead."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from config import env

env.default_settings("config.settings.embedded")
application = get_wsgi_application()
