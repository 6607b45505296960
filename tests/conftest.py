"""Fixtures and rules that every test shares; the browser's stand in tests/support."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.factories.cast import Cast, make_cast

pytest_plugins = ["tests.support.live_server", "tests.support.browser", "tests.support.unstable"]

# No deadlines: a busy machine must not fail a test.
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browser tests last and skip what this database cannot do.

    Playwright keeps an event loop running in the main thread once it was started;
    Django then refuses queries there, unless it is told not to (tests/support/browser).
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if connection.vendor == "postgresql":
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL; this run is on SQLite")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _uploads_are_removed() -> Iterator[None]:
    yield
    shutil.rmtree(django_settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def _language_ends_with_its_test() -> Iterator[None]:
    """Forget what a request made of the thread: the reader's language and time zone."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the people of every test: see `tests.factories.cast`."""
    return make_cast()
