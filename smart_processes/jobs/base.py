"""What a kind of job must be able to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.files import File
from django_stubs_ext import StrOrPromise

from accounts.actor import Actor
from smart_processes.models import Job


@dataclass(frozen=True)
class RefusedRow:
    """A record or a row of a file that did not go through, with the reason.

    Attributes:
        number: Line in the file, or place in the selection; counted from 1.
        message: Why, as a sentence for the owner.
        item_id: The record, where there is one.
        label: What the owner knows it by.
        cells: The row as it stood in the file.
    """

    number: int
    message: str
    item_id: int | None = None
    label: str = ""
    cells: Sequence[Any] = ()


@dataclass
class Progress:
    """What one chunk did; saved in the chunk's own transaction.

    Attributes:
        processed_count: How much of the work lies behind, counted from its beginning.
        created_count: Records made by this chunk.
        updated_count: Records changed (or written to a file) by this chunk.
        refused: What this chunk could not do.
        total_count: How much there is in all, once that is known.
        result: A file for the owner, with the name it shall have.
    """

    processed_count: int
    created_count: int = 0
    updated_count: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    total_count: int | None = None
    result: File[bytes] | None = None


class JobKind:
    """One kind of job. Stateless: one instance serves the process."""

    code: ClassVar[str]  # `Job.kind`
    title: ClassVar[StrOrPromise]  # what is done, as a heading: "Move records"
    done: ClassVar[StrOrPromise]  # what became of a record that went well: "Moved"
    # True where half of the work is worth nothing: after a crash it begins again.
    starts_over: ClassVar[bool] = False

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        """Do the work from `job.processed_count` on, a chunk at each step.

        Every step runs inside a transaction that also saves its `Progress`, so a chunk
        happens with its count or not at all; nothing may be written after the last
        `yield`. A chunk takes some seconds at most: its end renews the lease, and a wish
        to cancel is heard only between two. What is refused for a reason of the domain is
        a `RefusedRow`; a refusal that is raised ends the job with its message.
        """
        raise NotImplementedError
