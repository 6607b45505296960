"""Entries of a timeline as they are drawn: who, what, old and new, in days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from crm.templatetags.crm_format import linked_text, stage_badge
from smart_processes.choices import EntryKind, StageSemantics
from smart_processes.field_types.base import References
from smart_processes.fields import Field
from smart_processes.models import Stage, TimelineEntry
from smart_processes.schema import TypeSchema
from smart_processes.selectors.names import load_names

_ICONS = {
    EntryKind.CREATED: "plus",
    EntryKind.CHANGED: "pencil",
    EntryKind.MOVED: "arrow-right",
    EntryKind.PIPELINE_CHANGED: "arrow-right-circle",
    EntryKind.COMMENT: "chat-bubble-oval-left",
    EntryKind.LINKED: "link",
    EntryKind.UNLINKED: "link-slash",
    EntryKind.FILE_ADDED: "paper-clip",
    EntryKind.FILE_REMOVED: "paper-clip",
    EntryKind.OBSERVER_ADDED: "eye",
    EntryKind.OBSERVER_REMOVED: "eye-slash",
    EntryKind.TODO_ADDED: "check-circle",
    EntryKind.TODO_CHANGED: "check-circle",
    EntryKind.TODO_DONE: "check",
    EntryKind.TODO_REOPENED: "arrow-path",
    EntryKind.TODO_REMOVED: "x-circle",
    EntryKind.DELETED: "trash",
    EntryKind.RESTORED: "arrow-uturn-left",
}
_TONES = {EntryKind.DELETED: "bad", EntryKind.TODO_DONE: "ok"}
_PEOPLE = frozenset({ActorKind.PERSON, ActorKind.TOKEN})


@dataclass(frozen=True)
class Change:
    """One value that changed, as text; "" for none."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class EntryView:
    """One entry.

    Attributes:
        who: The person's name, or the robot's or command's.
        says: What happened, safe.
        text: A comment's text, safe.
        raw_text: The same as it was written, for editing.
        is_own: The reader wrote this comment.
    """

    id: int
    kind: str
    icon: str
    tone: str
    who: str
    is_person: bool
    says: SafeString | str
    at: datetime
    changes: Sequence[Change] = ()
    text: SafeString | str = ""
    raw_text: str = ""
    is_own: bool = False
    is_pinned: bool = False
    edited_at: datetime | None = None

    @property
    def is_comment(self) -> bool:
        """Whether it holds a comment that is still there."""
        return self.kind == EntryKind.COMMENT and bool(self.raw_text)


@dataclass(frozen=True)
class Day:
    """The entries of one day in the reader's time zone."""

    date: date
    entries: list[EntryView]


class EntryMaker:
    """Draws entries of records of any types; their names are loaded once."""

    def __init__(
        self,
        entries: Sequence[TimelineEntry],
        types: Mapping[int, TypeSchema],
        actor: Actor,
        *,
        subjects: Mapping[int, SafeString] | None = None,
    ) -> None:
        """Load the names (three queries at most).

        Args:
            entries: What will be drawn.
            types: Id of a record -> its type.
            actor: Who reads.
            subjects: Id of a record -> what stands for it in a sentence, where the page is
                not about that record alone.
        """
        self.types = types
        self.subjects = subjects or {}
        self.actor = actor
        references = References()
        for entry in entries:
            self._collect(entry, references)
        self.names = load_names(references, actor=actor)

    def view(self, entry: TimelineEntry) -> EntryView:
        """Return one entry."""
        kind = EntryKind(entry.kind)
        is_person = entry.actor_kind in _PEOPLE
        text = str(entry.body.get("text", "")) if kind == EntryKind.COMMENT else ""
        return EntryView(
            id=entry.pk,
            kind=kind,
            icon="bolt" if entry.actor_kind == ActorKind.ROBOT else _ICONS[kind],
            tone=self._tone(entry, kind),
            who=self._who(entry),
            is_person=is_person,
            says=self._says(entry, kind),
            at=entry.at,
            changes=self._changes(entry) if kind == EntryKind.CHANGED else (),
            text=linked_text(text) if text else "",
            raw_text=text,
            is_own=is_person
            and entry.actor_id is not None
            and entry.actor_id == self.actor.user_id,
            is_pinned=entry.is_pinned,
            edited_at=entry.edited_at,
        )

    # --- who and what -----------------------------------------------------------------------

    def _who(self, entry: TimelineEntry) -> str:
        if entry.actor_kind in _PEOPLE:
            return self.names.users.get(entry.actor_id or 0) or _("Somebody who left")
        if entry.actor_kind == ActorKind.ROBOT:
            return _("Robot “%(name)s”") % {"name": entry.actor_label}
        return _("The system")

    def _tone(self, entry: TimelineEntry, kind: EntryKind) -> str:
        if kind in _TONES:
            return _TONES[kind]
        if kind == EntryKind.MOVED:
            stage = self.stage(entry, str(entry.body.get("to", "")))
            if stage is not None and stage.semantics == StageSemantics.SUCCESS:
                return "ok"
            if stage is not None and stage.semantics == StageSemantics.FAILURE:
                return "bad"
        if entry.actor_kind == ActorKind.ROBOT:
            return "wait"
        return "run" if kind in {EntryKind.CREATED, EntryKind.MOVED} else ""

    def _says(self, entry: TimelineEntry, kind: EntryKind) -> SafeString | str:
        phrase = _DELETED if _is_deleted(entry) else _PHRASES[kind]
        if kind in {EntryKind.OBSERVER_ADDED, EntryKind.OBSERVER_REMOVED}:
            phrase = self._about_observer(entry, kind)
        words = phrase[1]() if entry.item_id in self.subjects else phrase[0]()
        return format_html(words, **self._parts(entry, kind))

    def _about_observer(self, entry: TimelineEntry, kind: EntryKind) -> Phrase:
        is_own = entry.body.get("user") == entry.actor_id
        if kind == EntryKind.OBSERVER_ADDED:
            return _WATCHES if is_own else _PHRASES[kind]
        return _WATCHES_NOT if is_own else _PHRASES[kind]

    def _parts(self, entry: TimelineEntry, kind: EntryKind) -> dict[str, SafeString | str]:
        """Return what the phrase's places hold, each safe."""
        body = entry.body
        parts: dict[str, SafeString | str] = {"record": self.subjects.get(entry.item_id, "")}
        if kind == EntryKind.MOVED:
            parts["source"] = self._stage_html(entry, str(body.get("from", "")))
            parts["target"] = self._stage_html(entry, str(body.get("to", "")))
        elif kind == EntryKind.PIPELINE_CHANGED:
            parts |= self._new_pipeline(entry)
        parts["other"] = self._record(body.get("record"))
        parts["file"] = _bold(body.get("name", ""))
        parts["todo"] = _bold(body.get("title", ""))
        user_id = body.get("user")
        parts["person"] = _bold(self.names.users.get(user_id, "") if user_id else "")
        return parts

    def _new_pipeline(self, entry: TimelineEntry) -> dict[str, SafeString | str]:
        pair = entry.body.get("to") or ["", ""]
        pipeline = self.types[entry.item_id].pipeline(str(pair[0]))
        stage = pipeline.stage(str(pair[1])) if pipeline else None
        return {
            "pipeline": _bold(pipeline.pipeline.name if pipeline else pair[0]),
            "target": stage_badge(stage) or str(pair[1]),
        }

    def _record(self, record_id: Any) -> SafeString:
        """Return the linked record as a link, where the reader may see it."""
        title = self.names.records.get(record_id) if isinstance(record_id, int) else None
        if title is None:
            return format_html('<span class="t3">{}</span>', _("a record you do not see"))
        return format_html('<a href="{}">{}</a>', reverse("crm:by_id", args=[record_id]), title)

    # --- stages -----------------------------------------------------------------------------

    def stage(self, entry: TimelineEntry, code: str) -> Stage | None:
        """Return a stage by its code: of any pipeline of the type, since records change it."""
        for pipeline in self.types[entry.item_id].pipelines:
            if stage := pipeline.stage(code):
                return stage
        return None

    def _stage_html(self, entry: TimelineEntry, code: str) -> SafeString | str:
        return stage_badge(self.stage(entry, code)) or code

    # --- values -----------------------------------------------------------------------------

    def _rows(self, entry: TimelineEntry) -> Iterator[tuple[Field, Any, Any]]:
        fields = self.types[entry.item_id].fields
        for row in entry.body.get("fields", ()):
            field = fields.get(str(row.get("field")))
            if field is not None:
                yield field, row.get("from"), row.get("to")

    def _changes(self, entry: TimelineEntry) -> list[Change]:
        return [
            Change(str(field.label), self._text(field, old), self._text(field, new))
            for field, old, new in self._rows(entry)
        ]

    def _text(self, field: Field, stored: Any) -> str:
        try:
            return field.text(_value(field, stored), self.names)
        except (ValueError, TypeError, KeyError, AttributeError):
            return str(stored)  # from a field of another kind that had the same code

    def _collect(self, entry: TimelineEntry, references: References) -> None:
        if entry.actor_id is not None:
            references.users.add(entry.actor_id)
        for ids, part in ((references.users, "user"), (references.records, "record")):
            if isinstance(found := entry.body.get(part), int):
                ids.add(found)
        for field, old, new in self._rows(entry) if entry.kind == EntryKind.CHANGED else ():
            for stored in (old, new):
                try:
                    field.collect(_value(field, stored), references)
                except (ValueError, TypeError, KeyError, AttributeError):
                    continue


def in_days(views: Iterable[EntryView]) -> list[Day]:
    """Return entries day by day, in the order given."""
    return [
        Day(day, list(same))
        for day, same in groupby(views, key=lambda view: timezone.localtime(view.at).date())
    ]


def _is_deleted(entry: TimelineEntry) -> bool:
    return entry.kind == EntryKind.COMMENT and bool(entry.body.get("is_deleted"))


def _bold(text: object) -> SafeString:
    return format_html("<b>{}</b>", text)


def _value(field: Field, stored: Any) -> Any:
    """Return the Python value, also where the field held one value then and several now."""
    if stored is None:
        return None
    if field.is_multiple and not isinstance(stored, list):
        stored = [stored]
    elif not field.is_multiple and isinstance(stored, list):
        stored = stored[0] if stored else None
    return field.from_json(stored)


# On the record's own page, and elsewhere, where the record has to be named.
Phrase = tuple[Callable[[], str], Callable[[], str]]

_PHRASES: dict[EntryKind, Phrase] = {
    EntryKind.CREATED: (lambda: _("created it"), lambda: _("created {record}")),
    EntryKind.CHANGED: (lambda: _("changed"), lambda: _("changed {record}")),
    EntryKind.MOVED: (
        lambda: _("moved it from {source} to {target}"),
        lambda: _("moved {record} from {source} to {target}"),
    ),
    EntryKind.PIPELINE_CHANGED: (
        lambda: _("moved it to the pipeline {pipeline}, {target}"),
        lambda: _("moved {record} to the pipeline {pipeline}, {target}"),
    ),
    EntryKind.COMMENT: (lambda: _("commented"), lambda: _("commented on {record}")),
    EntryKind.LINKED: (
        lambda: _("linked {other}"),
        lambda: _("linked {record} with {other}"),
    ),
    EntryKind.UNLINKED: (
        lambda: _("took away the link to {other}"),
        lambda: _("took away the link from {record} to {other}"),
    ),
    EntryKind.FILE_ADDED: (
        lambda: _("added the file {file}"),
        lambda: _("added the file {file} to {record}"),
    ),
    EntryKind.FILE_REMOVED: (
        lambda: _("deleted the file {file}"),
        lambda: _("deleted the file {file} of {record}"),
    ),
    EntryKind.OBSERVER_ADDED: (
        lambda: _("lets {person} watch it"),
        lambda: _("lets {person} watch {record}"),
    ),
    EntryKind.OBSERVER_REMOVED: (
        lambda: _("lets {person} watch it no longer"),
        lambda: _("lets {person} watch {record} no longer"),
    ),
    EntryKind.TODO_ADDED: (
        lambda: _("planned {todo}"),
        lambda: _("planned {todo} for {record}"),
    ),
    EntryKind.TODO_CHANGED: (
        lambda: _("changed the to-do {todo}"),
        lambda: _("changed the to-do {todo} of {record}"),
    ),
    EntryKind.TODO_DONE: (
        lambda: _("has done {todo}"),
        lambda: _("has done {todo} for {record}"),
    ),
    EntryKind.TODO_REOPENED: (
        lambda: _("opened the to-do {todo} again"),
        lambda: _("opened the to-do {todo} of {record} again"),
    ),
    EntryKind.TODO_REMOVED: (
        lambda: _("deleted the to-do {todo}"),
        lambda: _("deleted the to-do {todo} of {record}"),
    ),
    EntryKind.DELETED: (
        lambda: _("moved it to the recycle bin"),
        lambda: _("moved {record} to the recycle bin"),
    ),
    EntryKind.RESTORED: (lambda: _("restored it"), lambda: _("restored {record}")),
}
_WATCHES: Phrase = (lambda: _("watches it now"), lambda: _("watches {record} now"))
_WATCHES_NOT: Phrase = (
    lambda: _("watches it no longer"),
    lambda: _("watches {record} no longer"),
)
_DELETED: Phrase = (
    lambda: _("deleted this comment"),
    lambda: _("deleted a comment on {record}"),
)
