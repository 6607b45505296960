"""The uploaded file on its way through the wizard: named by a signed token, kept nowhere else."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions.files import clean_name
from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.uploads import UPLOADS_KEPT, store

_SALT = "crm.import"


@dataclass(frozen=True)
class Upload:
    """A stored file.

    Attributes:
        file: Its name in the storage.
        name: What its owner calls it.
        type_code: The type it was uploaded for.
        owner_id: Who uploaded it; nobody else opens it.
    """

    file: str
    name: str
    type_code: str
    owner_id: int | None

    @property
    def token(self) -> str:
        """The upload as addresses and forms carry it."""
        return signing.dumps(asdict(self), salt=_SALT)


def take(upload: UploadedFile[Any], type_code: str, *, actor: Actor) -> Upload:
    """Store an upload.

    Raises:
        FileRefused: it is larger than what is read.
    """
    name = clean_name(upload.name or "")
    return Upload(store(upload), name, type_code, actor.user_id)


def of_token(token: str, type_code: str, *, actor: Actor) -> Upload:
    """Return the upload that a token names.

    Raises:
        FileRefused: the token is too old or was never one.
        PermissionDenied: somebody else's.
    """
    try:
        upload = Upload(**signing.loads(token, salt=_SALT, max_age=UPLOADS_KEPT))
    except (signing.BadSignature, TypeError) as wrong:
        raise FileRefused(
            _("This file is not here any more: uploads are kept for a week. Upload it again.")
        ) from wrong
    if upload.owner_id != actor.user_id or upload.type_code != type_code:
        raise PermissionDenied
    return upload
