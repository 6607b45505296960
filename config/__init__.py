"""Wiring: settings, URLs, Celery, the page shell. No business rule; nothing imports it.

The Celery app is loaded here so that `@shared_task` binds to it in every process.
"""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]
