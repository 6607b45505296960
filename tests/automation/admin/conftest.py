"""Who works on the configuration pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.accounts import make_role
from tests.factories.cast import Cast


@pytest.fixture
def owner(cast: Cast) -> Client:
    """Anna, who may configure."""
    cast.anna.groups.add(make_role("owner", may_configure=True))
    cast.anna.is_staff = True
    cast.anna.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(cast.anna)
    return client
