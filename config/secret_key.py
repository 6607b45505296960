"""The signing key of an embedded system, made once and kept beside its database."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def kept_secret_key(file: Path) -> str:
    """Return the key in the file, which only its owner may read; make it if missing."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    key = get_random_secret_key()
    with os.fdopen(handle, "w") as new:
        new.write(key)
    return key
