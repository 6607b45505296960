"""The filesystem broker of `make up`, with messages that appear whole.

kombu's own writes a message under its final name, so that a worker may read it before it is
there and stops. https://github.com/celery/kombu/issues/1551; goes when that is closed.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

NAME = "filesystem"


class Channel(filesystem.Channel):
    """Writes beside and renames."""

    def _put(  # type: ignore[override]  # kombu names the message differently itself
        self, queue: str, payload: dict[str, Any], **_: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        # Readers take the files of a queue in the order of their names, in milliseconds.
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        unfinished = folder / f"unfinished-{uuid4()}"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(folder / name)
        except OSError as failed:
            raise ChannelError(f"Cannot add {name!r} to {folder}") from failed


class Transport(filesystem.Transport):
    """What `filesystem://` means here."""

    Channel = Channel


def install() -> None:
    """Make `filesystem://` this one."""
    TRANSPORT_ALIASES[NAME] = f"{__name__}:Transport"
