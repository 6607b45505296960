"""The locks pin everything and name no server to get it from."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.architecture.source_files import ROOT

PYTHON_LOCKS = [
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-node.txt",
    "requirements-bench.txt",
]


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_python_lock_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^\s*--?(index|extra-index|find-links|i |f )", text, re.MULTILINE)


@pytest.mark.parametrize("lock", PYTHON_LOCKS)
def test_python_lock_pins_every_package_by_hash(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")

    for line in text.splitlines():
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:", line), line


def test_npm_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for path, package in packages.items():
        assert "resolved" not in package, path
        assert path == "" or package["integrity"], path


def test_npm_is_told_to_keep_registries_out_of_the_lock() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.match(r"[\w.-]+", line)[0].lower().replace(".", "-") for line in wanted}

    locked = set(re.findall(r"^([\w.-]+)(?:\[.*?\])?==", _dev_lock(), re.MULTILINE))

    assert names <= locked, f"run `make lock`: {names - locked}"


def _dev_lock() -> str:
    return (ROOT / "requirements-dev.txt").read_text()
