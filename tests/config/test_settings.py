"""Each environment insists on what it needs and keeps its promises."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.secret_key import kept_secret_key
from tests.architecture.source_files import ROOT

SERVER = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "a-test-needs-no-secret-but-it-must-be-long-enough-all-the-same",
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgres://crm@127.0.0.1:5432/crm",
    "CELERY_BROKER_URL": "amqp://127.0.0.1:5672//",
}


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL"]
)
def test_a_server_refuses_to_start_without(missing: str) -> None:
    environment = {name: value for name, value in SERVER.items() if name != missing}

    answer = _check(environment)

    assert answer.returncode != 0
    assert f"ImproperlyConfigured: Set {missing}: " in answer.stderr


def test_a_server_with_everything_set_passes_its_deployment_check() -> None:
    answer = _check(SERVER, "--deploy", "--fail-level", "WARNING")

    assert answer.returncode == 0, answer.stderr


def test_another_database_is_refused_by_name() -> None:
    answer = _check(SERVER | {"DATABASE_URL": "mysql://crm@127.0.0.1/crm"})

    assert "DATABASE_URL must start with postgres:// or sqlite:///, not 'mysql'." in answer.stderr


def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number, not 'eighty'"):
        env.integer("PORT", 8000)


def test_an_embedded_system_keeps_its_key_to_itself(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"

    first, second = kept_secret_key(file), kept_secret_key(file)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _check(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    inherited = {"PATH": os.environ["PATH"]}  # noqa: TID251  # nothing else may leak in
    return subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )
