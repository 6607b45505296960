"""A job as pages show it: how far it is, what it did, what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from babel.dates import format_datetime
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smart_processes.choices import JobState
from smart_processes.field_types.datetime import MOMENT_PATTERN
from smart_processes.jobs.kinds.export import file_name
from smart_processes.jobs.queue import OPEN_STATES
from smart_processes.jobs.registry import all_job_kinds
from smart_processes.locales import active_locale
from smart_processes.models import Job, JobRow

# Refused rows on the page; the file has all of them.
SHOWN_ROWS = 200


@dataclass
class JobView:
    """What templates know as `view`."""

    job: Job

    @property
    def title(self) -> str:
        """What is done: "Move records"."""
        kind = all_job_kinds().get(self.job.kind)
        return str(kind.title) if kind else self.job.kind

    @property
    def done_word(self) -> str:
        """What became of a record that went well: "Moved"."""
        kind = all_job_kinds().get(self.job.kind)
        return str(kind.done) if kind else _("Done")

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.job.state in OPEN_STATES

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.is_open and self.job.is_cancel_requested

    @property
    def done_count(self) -> int:
        """How many records were made, changed or exported."""
        return self.job.created_count + self.job.updated_count

    @property
    def tone(self) -> str:
        """The tone of its state pill."""
        if self.job.state == JobState.FAILED:
            return "bad"
        if self.job.state == JobState.COMPLETED:
            return "warn" if self.job.refused_count else "ok"
        return "run" if self.job.state == JobState.RUNNING else ""

    @property
    def icon(self) -> str:
        """The icon of its state pill."""
        return {
            JobState.PENDING: "clock",
            JobState.RUNNING: "arrow-path",
            JobState.COMPLETED: "check-circle",
            JobState.CANCELLED: "stop-circle",
            JobState.FAILED: "x-circle",
        }[JobState(self.job.state)]

    @property
    def summary(self) -> str:
        """How far it is, or what it did, in one sentence."""
        job = self.job
        if job.state == JobState.PENDING:
            return _("Waiting to begin")
        if self.is_open and job.total_count:
            return _("%(done)d of %(all)d") % {"done": job.processed_count, "all": job.total_count}
        if self.is_open:
            return _("%(done)d so far") % {"done": job.processed_count}
        if job.state == JobState.CANCELLED:
            return _("Cancelled · %(result)s") % {"result": self.result}
        return self.result

    @property
    def result(self) -> str:
        """What it did: "Moved: 12. Not changed: 3"."""
        counted = {"word": self.done_word, "count": self.done_count}
        sentence = _("%(word)s: %(count)d") % counted
        if self.job.refused_count:
            refused = ngettext("%(count)d refused", "%(count)d refused", self.job.refused_count) % {
                "count": self.job.refused_count
            }
            sentence = f"{sentence} · {refused}"
        return sentence

    @property
    def went_well(self) -> bool:
        """Whether it ended, and everything was done."""
        return self.job.state == JobState.COMPLETED and not self.job.refused_count

    @property
    def may_undo(self) -> bool:
        """Whether what it deleted can be taken out of the recycle bin."""
        job = self.job
        return (
            job.kind == "bulk_delete"
            and not self.is_open
            and job.updated_count > 0
            and job.type is not None
            and job.type.has_recycle_bin
            and not job.params.get("undone")
        )

    @property
    def has_result(self) -> bool:
        """Whether there is a file to download."""
        return bool(self.job.result) and self.job.state == JobState.COMPLETED

    @property
    def file_name(self) -> str:
        """What that file is called."""
        return file_name(self.job.type.name_many if self.job.type else _("Export"), self.job)

    @property
    def back_url(self) -> str:
        """The list of the type's records."""
        return reverse("crm:list", args=[self.job.type.code]) if self.job.type else ""

    @property
    def started(self) -> str:
        """When it was asked for."""
        return _moment(self.job.created_at)

    @property
    def finished(self) -> str:
        """When it ended; empty before."""
        return _moment(self.job.finished_at) if self.job.finished_at else ""

    @cached_property
    def rows(self) -> list[JobRow]:
        """The first refused rows."""
        return list(self.job.rows.all()[:SHOWN_ROWS])

    @property
    def hidden_row_count(self) -> int:
        """How many refused rows only the file has."""
        return max(self.job.refused_count - len(self.rows), 0)

    def record_url(self, row: JobRow) -> str:
        """Return where a refused record is; empty for rows without one."""
        if row.item_id is None or not row.label or self.job.type is None:
            return ""
        return reverse("crm:record", args=[self.job.type.code, row.item_id])

    @property
    def linked_rows(self) -> list[tuple[JobRow, str]]:
        """The refused rows, each with the address of its record."""
        return [(row, self.record_url(row)) for row in self.rows]


def _moment(at: datetime) -> str:
    local = timezone.localtime(at).replace(tzinfo=None)
    return format_datetime(local, MOMENT_PATTERN, locale=active_locale())
