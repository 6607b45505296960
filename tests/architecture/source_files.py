"""The repository's own files, as the architecture tests walk over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["accounts", "smart_processes", "automation", "crm"]
PACKAGES = ["config", *APPS]


def files(*patterns: str, within: list[str] | None = None) -> Iterator[Path]:
    """Yield the matching files of the given top-level folders, in order."""
    for folder in within or [*PACKAGES, "scripts", "tests"]:
        for pattern in patterns:
            yield from sorted(
                path for path in (ROOT / folder).rglob(pattern) if "__pycache__" not in path.parts
            )


def name(path: Path) -> str:
    """Return the path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()
