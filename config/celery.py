"""The Celery application."""

from __future__ import annotations

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

from config import env, file_broker
from config.patient_beat import PatientBeat

env.default_settings("config.settings.embedded")
file_broker.install()


class Application(Celery):
    """Celery with the beat of ours."""

    @property
    def Beat(self) -> type[PatientBeat]:  # noqa: N802  # Celery's name
        """The class that `celery beat` runs."""
        beat: type[PatientBeat] = self.subclass_with_self(PatientBeat)
        return beat


app = Application("smart_process_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Stop Celery from setting up its own logging: Django's is already there."""
