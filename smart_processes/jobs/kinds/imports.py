"""Imports: the rows of an uploaded file, first checked, then made into records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from smart_processes.imports.engine import ChunkOutcome, Result, RowOutcome, import_rows
from smart_processes.imports.mapping_files import from_content
from smart_processes.imports.receivers import receiver_for
from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.rows import cell_text
from smart_processes.imports.tables import open_table
from smart_processes.imports.uploads import local_path
from smart_processes.jobs.base import JobKind, Progress, RefusedRow
from smart_processes.jobs.registry import register
from smart_processes.models import Job

# A check that refuses as much has another mapping in mind than its owner.
MOST_REFUSED = 20_000


class ImportKind(JobKind):
    """Takes the rows of a file.

    `{"file": name in the storage, "name": the owner's, "mapping": content, "starts_robots":
    whether new records count as entering their stage}`; while it runs it adds what it made:
    `{"beside": {"company": 3}, "made": [[first id, last id], …]}`.
    """

    is_trial: ClassVar[bool] = False

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        """Take five hundred rows at each step."""
        # As the last whole chunk left it: a chunk that was undone may have added to it.
        job.refresh_from_db(fields=["params"])
        if self.is_trial:
            job.params.pop("beside", None)
        mapping = from_content(job.params["mapping"])
        assert job.type is not None  # imports of people are a command's
        with local_path(job.params["file"]) as path:
            table = open_table(
                path, name=job.params["name"], layout=mapping.layout, is_checked=not self.is_trial
            )
            receiver = receiver_for(
                job.type.code,
                mapping,
                table.headings,
                actor=actor,
                starts_robots=bool(job.params.get("starts_robots")) and not self.is_trial,
            )
            reached = job.processed_count
            rows = islice(table.rows(), reached, None)
            refused_count = 0
            for chunk in import_rows(rows, receiver, is_trial=self.is_trial):
                reached += len(chunk.outcomes)
                refused_count += len(chunk.refused)
                if self.is_trial and refused_count > MOST_REFUSED:
                    raise FileRefused(
                        _(
                            "More than %(limit)d rows were refused. Look at the first of them "
                            "and change the mapping."
                        )
                        % {"limit": MOST_REFUSED}
                    )
                self._note(job, chunk)
                yield _progress(reached, chunk, table.row_count)

    def _note(self, job: Job, chunk: ChunkOutcome) -> None:
        """Keep what a chunk made, in the chunk's own transaction."""
        made = [
            outcome.record_id
            for outcome in chunk.outcomes
            if outcome.result is Result.CREATED and outcome.record_id and not self.is_trial
        ]
        if not made and not chunk.beside:
            return
        beside = Counter(job.params.get("beside", {}))
        beside.update(chunk.beside)
        ranges = joined([*job.params.get("made", []), *([one, one] for one in sorted(made))])
        job.params = {**job.params, "beside": dict(beside), "made": ranges}
        Job.objects.filter(pk=job.pk).update(params=job.params)


@register
class CheckImport(ImportKind):
    """Does everything an import does, and undoes it."""

    code = "import_check"
    title = gettext_lazy("Check a file")
    done = gettext_lazy("Fine")
    is_trial = True
    # What earlier chunks would have made is known to the process that made them alone.
    starts_over = True


@register
class ImportRecords(ImportKind):
    """Makes and changes records; goes on behind the last whole chunk after a crash."""

    code = "import_records"
    title = gettext_lazy("Import records")
    done = gettext_lazy("Imported")


def refused_row(outcome: RowOutcome) -> RefusedRow:
    """Return how a refused row is kept.

    A cell that the refusal is about stands in a list of its own: `["Ann", ["no mail"]]`.
    """
    texts = [cell_text(cell) for cell in outcome.row.cells]
    cells: list[Any] = [
        [text] if place in outcome.wrong_places else text for place, text in enumerate(texts)
    ]
    label = next((text for text in texts if text.strip()), "")
    return RefusedRow(outcome.row.number, outcome.message, label=label, cells=cells)


def _progress(reached: int, chunk: ChunkOutcome, total: int | None) -> Progress:
    found = Counter(outcome.result for outcome in chunk.outcomes)
    return Progress(
        processed_count=reached,
        created_count=found[Result.CREATED],
        updated_count=found[Result.UPDATED],
        refused=[refused_row(outcome) for outcome in chunk.refused],
        total_count=total,
    )


def joined(ranges: list[list[int]]) -> list[list[int]]:
    """Return ranges of ids with neighbours made one: `[[1, 1], [2, 3]]` gives `[[1, 3]]`."""
    whole: list[list[int]] = []
    for first, last in ranges:
        if whole and first == whole[-1][1] + 1:
            whole[-1] = [whole[-1][0], last]
        else:
            whole.append([first, last])
    return whole
