"""A check or an import as the wizard shows it: how far it is, what it did, what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.web.job_views import JobView
from smart_processes.choices import JobState
from smart_processes.imports.mapping_files import from_content
from smart_processes.models import Job, JobRow
from smart_processes.schema import Schema

CHECK, IMPORT = "import_check", "import_records"
# In the form and in a job's parameters: robots are started for new records.
ROBOTS = "starts_robots"
# Columns of the table of refused rows; the file has all of them.
SHOWN_COLUMNS = 6
# More than these are deleted in a list, where one sees them.
MOST_UNDONE = 100_000


@dataclass(frozen=True)
class RefusedCell:
    """A cell of a refused row; a wrong one is what the refusal is about."""

    text: str
    is_wrong: bool


@dataclass(frozen=True)
class RefusedRow:
    """A refused row of the file."""

    number: int
    cells: Sequence[RefusedCell]
    message: str


@dataclass
class ImportJobView(JobView):
    """What the template knows as `view`.

    Attributes:
        job: The check or the import.
        schema: The configuration.
        has_robots: Whether the type has robots.
    """

    schema: Schema
    has_robots: bool = False

    @property
    def is_check(self) -> bool:
        """Whether it only tries."""
        return self.job.kind == CHECK

    @property
    def file(self) -> str:
        """What the owner calls the file."""
        return str(self.job.params["name"])

    @property
    def headings(self) -> list[str]:
        """The names of the file's columns."""
        return list(self.job.params.get("headings", []))

    @property
    def shown_headings(self) -> list[str]:
        """Those whose cells the page shows: mapped ones first."""
        return [self.headings[place] for place in self._shown_places]

    @property
    def updated_label(self) -> str:
        """What happens to records that are there already."""
        existing = self.job.params["mapping"].get("existing", "update")
        return {"fill": _("Filled in"), "skip": _("Left as they are")}.get(existing, _("Changed"))

    @property
    def beside(self) -> list[tuple[str, int]]:
        """What is made beside the records themselves: (name of the type, count)."""
        types = self.schema.types
        return [
            (types[code].type.name_many if code in types else code, count)
            for code, count in sorted(self.job.params.get("beside", {}).items())
        ]

    @property
    def robots_text(self) -> str:
        """What robots do about the new records; empty where there are none."""
        if not self.has_robots:
            return ""
        if self.job.params.get(ROBOTS):
            return _("robots would run") if self.is_check else _("their robots run by and by")
        return _("robots would not run") if self.is_check else _("robots did not run")

    @property
    def undo_text(self) -> str:
        """What undoing leaves behind; empty where it leaves nothing."""
        if not (self.has_robots and self.may_undo and self.job.params.get(ROBOTS)):
            return ""
        return _(
            "Robots run for the records that were added. Undoing the import cancels those that "
            "still wait; what robots have done elsewhere, such as letters and to-dos, stays."
        )

    @property
    def has_failed(self) -> bool:
        """Whether it ended before the file did."""
        return self.job.state in (JobState.FAILED, JobState.CANCELLED)

    @property
    def is_checked(self) -> bool:
        """Whether a check ended well enough to import after it."""
        return self.is_check and self.job.state == JobState.COMPLETED and self.done_count > 0

    @property
    def run_label(self) -> str:
        """What the button says that imports after a check."""
        return ngettext("Import %(count)d row", "Import %(count)d rows", self.done_count) % {
            "count": self.done_count
        }

    @property
    def made(self) -> list[list[int]]:
        """Ranges of ids of the records that the import made."""
        return list(self.job.params.get("made", []))

    @property
    def may_undo(self) -> bool:
        """Whether the records it made can be put into the recycle bin."""
        return (
            self.job.kind == IMPORT
            and not self.is_open
            and 0 < self.job.created_count <= MOST_UNDONE
            and self.job.type is not None
            and self.job.type.has_recycle_bin
            and not self.job.params.get("undone")
        )

    @property
    def columns_url(self) -> str:
        """The columns page with this job's mapping."""
        assert self.job.type is not None  # imports of people are a command's
        url = reverse("crm:import_columns", args=[self.job.type.code])
        return f"{url}?job={self.job.pk}"

    @property
    def refused_rows(self) -> Iterator[RefusedRow]:
        """The first refused rows with the cells of some columns."""
        for row in self.rows:
            cells = [_cell(row, place) for place in self._shown_places]
            yield RefusedRow(row.number, cells, row.message)

    @property
    def download_label(self) -> str:
        """What the button says that hands out the refused rows."""
        return ngettext("%(count)d row, CSV", "%(count)d rows, CSV", self.job.refused_count) % {
            "count": self.job.refused_count
        }

    @property
    def _shown_places(self) -> list[int]:
        mapped = from_content(self.job.params["mapping"]).columns
        places = sorted(
            range(len(self.headings)), key=lambda place: self.headings[place] not in mapped
        )
        return sorted(places[:SHOWN_COLUMNS])


def cell_texts(row: JobRow) -> list[str]:
    """Return a refused row as it stood in the file."""
    return [_cell(row, place).text for place in range(len(row.cells))]


def made_ids(job: Job) -> list[int]:
    """Return the ids of the records that an import made, ascending."""
    ranges = sorted(job.params.get("made", []))
    return [one for first, last in ranges for one in range(first, last + 1)]


def _cell(row: JobRow, place: int) -> RefusedCell:
    cell = row.cells[place] if place < len(row.cells) else ""
    if isinstance(cell, list):
        return RefusedCell(str(cell[0]), is_wrong=True)
    return RefusedCell(str(cell), is_wrong=False)
