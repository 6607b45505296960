"""Files that wait to be imported: out of everybody's reach, and gone after a week."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.tables import refuse_size

# Not served by any address, as all of the storage.
FOLDER = "imports"
# Long enough to ask a colleague about a column; a file of people's data must not lie about.
UPLOADS_KEPT = timedelta(days=7)


def store(upload: UploadedFile[Any]) -> str:
    """Keep an upload under a random name and return that name.

    Raises:
        FileRefused: it is larger than what is read.
    """
    refuse_size(upload.size or 0, Path(upload.name or "").name)
    return default_storage.save(f"{FOLDER}/{token_hex(16)}", upload)


@contextmanager
def local_path(stored: str) -> Iterator[Path]:
    """Give the path of a stored file; of a storage elsewhere, that of a copy.

    Raises:
        FileRefused: it is gone.
    """
    if not stored.startswith(f"{FOLDER}/") or not default_storage.exists(stored):
        raise FileRefused(
            _("This file is not here any more: uploads are kept for a week. Upload it again.")
        )
    try:
        yield Path(default_storage.path(stored))
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy:
            with default_storage.open(stored) as file:
                shutil.copyfileobj(file, copy)
            copy.flush()
            yield Path(copy.name)


def forget_old_uploads(now: datetime) -> int:
    """Delete files that were uploaded long ago; return how many."""
    if not default_storage.exists(FOLDER):
        return 0
    forgotten = 0
    _folders, names = default_storage.listdir(FOLDER)
    for name in names:
        stored = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(stored) < now - UPLOADS_KEPT:
            default_storage.delete(stored)
            forgotten += 1
    return forgotten
