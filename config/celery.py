"""The Celery application."""

from __future__ import annotations

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from config import env, file_broker

env.default_settings("config.settings.embedded")
file_broker.install()

app = Celery("smart_process_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Stop Celery from setting up its own logging: Django's is already there."""
