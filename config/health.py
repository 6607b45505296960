"""What a load balancer and a process manager ask.

`/healthz`: this process answers. `/readyz`: it also reaches its database and its
broker; JSON with `?format=json`, status 500 when one of them is missing.
"""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView

from config.celery import app

BROKER_TIMEOUT = 2  # seconds; a probe waits about that long


@dataclasses.dataclass
class Broker(HealthCheck):
    """Celery's broker accepts a connection."""

    def run(self) -> None:
        """Open a connection and close it again.

        Raises:
            ServiceUnavailable: Nothing answers at CELERY_BROKER_URL.
        """
        try:
            with app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as connection:
                connection.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT)
        except Exception as error:
            # Every transport has its own exceptions, and some raise plain OSError.
            raise ServiceUnavailable("The broker does not answer.") from error


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer without touching anything else."""
    return HttpResponse("ok", content_type="text/plain")


ready = HealthCheckView.as_view(checks=["health_check.checks.Database", Broker])
