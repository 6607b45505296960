"""Files of records: storing, attaching, removing.

The stored name is random and without an extension, so nothing about it comes from outside;
the person's name for it is only shown.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes import history, schema
from smart_processes.actions.stages import lock
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.field_types.string import clean_text
from smart_processes.models import Item, RecordFile

LONGEST_NAME = 255
# An upload that no record took within a day was given up.
UPLOADS_KEPT = timedelta(days=1)
# They turn the reading order: "gpj.exe" would be read as "exe.jpg".
_UNREADABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def store_file(upload: UploadedFile[Any], *, actor: Actor) -> RecordFile:
    """Store an upload that no record has yet: the value of a file field to be saved.

    Raises:
        ValuesRefused: it is empty or larger than `UPLOAD_MAX_BYTES`.
    """
    return _store(upload, actor, item_id=None)


def attach_file(record: Item, upload: UploadedFile[Any], *, actor: Actor) -> RecordFile:
    """Attach an upload to a record.

    Raises:
        RecordMissing, PermissionRefused: gone, or not the actor's to change.
        ValuesRefused: it is empty or larger than `UPLOAD_MAX_BYTES`.
    """
    with transaction.atomic():
        locked = _changeable(record, actor)
        file = _store(upload, actor, item_id=locked.pk)
        try:
            _write(locked, EntryKind.FILE_ADDED, file, actor)
        except BaseException:
            _forget_content(file)
            raise
    return file


@transaction.atomic
def remove_file(file: RecordFile, *, actor: Actor) -> None:
    """Delete a file of a record, its content included.

    Raises:
        RecordMissing, PermissionRefused: the record is gone, or not the actor's to change.
        ValuesRefused: a field of the record holds the file.
    """
    if file.item is None:
        raise RecordMissing
    locked = _changeable(file.item, actor)
    present = RecordFile.objects.filter(pk=file.pk, item_id=locked.pk).first()
    if present is None:
        raise RecordMissing
    _refuse_held(locked, present, actor)
    _write(locked, EntryKind.FILE_REMOVED, present, actor)
    present.delete()
    transaction.on_commit(partial(_forget_content, present), robust=True)


def discard_files(files: Iterable[RecordFile]) -> None:
    """Delete uploads that no record took."""
    for file in files:
        deleted, _by_model = RecordFile.objects.filter(pk=file.pk, item=None).delete()
        if deleted:
            _forget_content(file)


def forget_uploads(now: datetime) -> int:
    """Delete uploads that no record took in time; return how many."""
    given_up = list(RecordFile.objects.filter(item=None, uploaded_at__lt=now - UPLOADS_KEPT))
    discard_files(given_up)
    return len(given_up)


def clean_name(raw: str) -> str:
    """Return a file's name as it may be shown: no folders, nothing that cannot be seen.

    The extension stays when a long name is cut.
    """
    last = clean_text(raw).replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNREADABLE)
    name = " ".join(seen.split()).strip(". ")
    if not name:
        return _("File")
    if len(name) <= LONGEST_NAME:
        return name
    stem, point, extension = name.rpartition(".")
    tail = f"{point}{extension}" if stem and len(extension) <= 10 else ""
    return f"{name[: LONGEST_NAME - len(tail)]}{tail}"


def _store(upload: UploadedFile[Any], actor: Actor, *, item_id: int | None) -> RecordFile:
    size = upload.size or 0
    name = clean_name(upload.name or "")
    if size > settings.UPLOAD_MAX_BYTES:
        raise ValuesRefused(
            {
                "file": _("“%(name)s” has %(size)s; a file may have %(limit)s at most.")
                % {
                    "name": name,
                    "size": filesizeformat(size),
                    "limit": filesizeformat(settings.UPLOAD_MAX_BYTES),
                }
            }
        )
    if not size:
        raise ValuesRefused({"file": _("“%(name)s” is empty.") % {"name": name}})
    file = RecordFile(
        item_id=item_id,
        name=name,
        size=size,
        uploaded_at=timezone.now(),
        uploaded_by_id=history.person_of(actor),
    )
    file.content.save(secrets.token_hex(16), upload, save=False)
    try:
        file.save(force_insert=True)
    except BaseException:
        _forget_content(file)
        raise
    return file


def _changeable(record: Item, actor: Actor) -> Item:
    locked = lock(record.pk)
    rights = access.fresh(actor)
    pipeline = schema.load(rights.schema_stamp).pipelines[locked.pipeline_id]
    access.require(rights, Action.CHANGE, locked, pipeline)
    return locked


def _refuse_held(record: Item, file: RecordFile, actor: Actor) -> None:
    if not file.field_code:
        return
    field = schema.schema_for(actor).of(record).fields.get(file.field_code)
    if field is not None and file.pk in field.each(field.read(record)):
        raise ValuesRefused(
            {
                "file": _("The field “%(field)s” holds this file. Take it out there.")
                % {"field": field.label}
            }
        )


def _write(record: Item, kind: EntryKind, file: RecordFile, actor: Actor) -> None:
    body = {"file": file.pk, "name": file.name}
    history.write(record, kind, actor=actor, at=timezone.now(), body=body)


def _forget_content(file: RecordFile) -> None:
    file.content.storage.delete(str(file.content.name))
