"""Which records a job works on, frozen when it was made.

The filter that chose them may choose others a minute later: moving a record out of a
stage takes it out of "all in this stage". So the ids are kept: few in the row itself, many
in a file of which each chunk reads its part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile

from smart_processes.models import Job

# Ids that stand in `Job.params`; the row is read at every poll and must stay small.
LISTED = 500
_WIDTH = 8  # bytes of an id in the file


def freeze(ids: Sequence[int]) -> tuple[dict[str, Any], ContentFile[bytes] | None]:
    """Return the parameters of a job for these records, and its file for many of them.

    The order is kept. Bulk changes pass ids in ascending order, so that two jobs lock
    records in the same order and cannot deadlock.
    """
    if len(ids) <= LISTED:
        return {"ids": list(ids)}, None
    packed = b"".join(one.to_bytes(_WIDTH, "big") for one in ids)
    return {}, ContentFile(packed, name="selection.bin")


def frozen_count(job: Job) -> int:
    """Return how many records were chosen."""
    listed = job.params.get("ids")
    return len(listed) if listed is not None else job.upload.size // _WIDTH


def frozen_ids(job: Job, start: int, count: int | None = None) -> list[int]:
    """Return the ids from place `start` on, at most `count` of them."""
    listed = job.params.get("ids")
    if listed is not None:
        return list(listed[start : None if count is None else start + count])
    with job.upload.storage.open(str(job.upload.name)) as stored:
        stored.seek(start * _WIDTH)
        packed = stored.read(-1 if count is None else count * _WIDTH)
    return [
        int.from_bytes(packed[place : place + _WIDTH], "big")
        for place in range(0, len(packed), _WIDTH)
    ]
