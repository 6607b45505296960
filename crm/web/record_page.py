"""One record as its page shows it; every part is read once, and only where it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import User
from accounts.requests import actor_of
from automation.selectors.record_rules import count_failures
from automation.selectors.todos import NextStep, count_open, next_steps
from crm.web.client_card import Client, ClientCard, Reach, client_card, reach
from crm.web.due import due
from crm.web.record_place import Place
from crm.web.record_rows import CLIENT_FIELDS, RowMaker, Section
from crm.web.record_stages import StageBar, stage_bar
from smart_processes.field_types.base import Names, References
from smart_processes.models import Item, ItemObserver, RecordFile, Stage
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import get_record
from smart_processes.selectors.related import count_related

TABS = ("timeline", "automation", "todos", "links", "files", "history")
# Observers drawn by name; all of them are in the menu's dialog.
MOST_OBSERVERS = 50


@dataclass(frozen=True)
class Notice:
    """Something about the record that asks for attention; `tone` as in components/state."""

    text: str
    tone: str
    icon: str


@dataclass
class RecordPage:
    """What the page knows; templates call it `page`.

    Attributes:
        tab: Which of `TABS` is open.
        back: The list or board the reader came from, as parameters of an address.
        back_url: That list or board itself.
        place: What stands around the record there.
        is_staff: The reader may open the administration.
    """

    actor: Actor
    schema: Schema
    type_schema: TypeSchema
    record: Item
    tab: str = "timeline"
    back: str = ""
    back_url: str = ""
    place: Place | None = None
    is_staff: bool = False
    now: datetime = field(default_factory=timezone.now)

    # --- what it is -------------------------------------------------------------------------

    @property
    def pipeline(self) -> PipelineSchema:
        """The record's pipeline."""
        return self.schema.pipelines[self.record.pipeline_id]

    @property
    def stage(self) -> Stage | None:
        """The stage the record stands in."""
        return self.pipeline.stage(self.record.stage)

    @property
    def number(self) -> str:
        """The record's number as people read it."""
        return self.type_schema.type.format_number(self.record.number)

    @property
    def amount_text(self) -> str:
        """The amount, where the type has one and it is filled."""
        if not self.type_schema.type.has_amount or self.record.amount_minor is None:
            return ""
        return Money(self.record.amount_minor, self.record.currency).text()

    @cached_property
    def notices(self) -> list[Notice]:
        """What asks for attention while the record is in progress."""
        stage = self.stage
        if stage is None or stage.is_final or not self.type_schema.type.has_stages:
            return []
        found: list[Notice] = []
        today = timezone.localdate()
        closes_on = self.record.closes_on
        if self.type_schema.type.has_dates and closes_on and closes_on < today:
            days = (today - closes_on).days
            text = ngettext("Close date %(count)d d ago", "Close date %(count)d d ago", days) % {
                "count": days
            }
            found.append(Notice(text, "bad", "exclamation-circle"))
        step = self.next_step
        if step is not None and (shown := due(step.deadline_at, self.now)).is_late:
            text = _("To-do %(late)s") % {"late": shown.text}
            found.append(Notice(text, "bad", "exclamation-circle"))
        if self.record.responsible_id is None:
            found.append(Notice(_("Nobody is responsible"), "warn", "user"))
        if failed := self.failed_count:
            text = ngettext("%(count)d run failed", "%(count)d runs failed", failed) % {
                "count": failed
            }
            found.append(Notice(text, "bad", "exclamation-triangle"))
        return found

    # --- addresses --------------------------------------------------------------------------

    def url(self, name: str = "record", *more: object) -> str:
        """Return the address of something about this record."""
        return reverse(f"crm:{name}", args=[self.type_schema.code, self.record.pk, *more])

    @property
    def address(self) -> str:
        """The page itself, with the way back."""
        return f"{self.url()}?{self.back}" if self.back else self.url()

    @property
    def open_tab_url(self) -> str:
        """What answers the content of the tab that is open."""
        return self.tab_url(self.tab)

    def tab_url(self, tab: str) -> str:
        """Return what answers a tab's content."""
        return self.url(f"record_{tab}")

    @property
    def move_url(self) -> str:
        """Where a change of stage is sent."""
        return self.url("record_move")

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """The way to this record: (words, address)."""
        names = self.type_schema.type
        face = "board" if names.has_stages else "list"
        base = reverse(f"crm:{face}", args=[self.type_schema.code])
        crumbs = [(str(names.name_many), self.back_url or base)]
        if len(self.type_schema.pipelines) > 1:
            here = f"{base}?pipeline={self.pipeline.code}"
            crumbs.append((self.pipeline.pipeline.name, here))
        return crumbs

    # --- what may be done -------------------------------------------------------------------

    @property
    def rights(self) -> Access:
        """What the reader may do."""
        return access.of(self.actor)

    def may(self, action: Action) -> bool:
        """Return whether the reader may do this to the record."""
        return self.rights.may(action, self.record, self.pipeline)

    @cached_property
    def may_change(self) -> bool:
        """Whether the reader may change the record."""
        return self.may(Action.CHANGE)

    @cached_property
    def may_delete(self) -> bool:
        """Whether the reader may delete the record."""
        return self.may(Action.DELETE)

    @property
    def other_pipelines(self) -> list[PipelineSchema]:
        """Where else the record may go."""
        if not self.may_change or not self.type_schema.type.has_stages:
            return []
        return [
            each
            for each in self.type_schema.pipelines
            if each.pk != self.pipeline.pk
            and self.rights.scope(Action.ADD, each) > Scope.NONE
            and self.rights.scope(Action.MOVE, each, each.first_stage) > Scope.NONE
        ]

    @property
    def why_url(self) -> str:
        """Where an administrator sees why somebody may read the record."""
        if not self.rights.is_unlimited:
            return ""
        return f"{reverse('crm:why')}?record={self.record.pk}"

    @property
    def add_field_url(self) -> str:
        """Where a field is added to this card; empty for who may not."""
        if not self.rights.may_configure or not self.is_staff:
            return ""
        page = reverse("admin:smart_processes_fielddefinition_add")
        return f"{page}?type={self.type_schema.type.pk}"

    # --- parts ------------------------------------------------------------------------------

    @cached_property
    def stages(self) -> StageBar | None:
        """The chevrons; None for types without stages."""
        if not self.type_schema.type.has_stages:
            return None
        return stage_bar(self.actor, self.pipeline, self.record, may_change=self.may_change)

    @cached_property
    def names(self) -> Names:
        """What ids in the record's values and among its observers are called."""
        references = References()
        for each in self.type_schema.fields.values():
            each.collect(each.read(self.record), references)
        references.users |= set(self.observer_ids)
        return load_names(references, actor=self.actor)

    @cached_property
    def sections(self) -> list[Section]:
        """The record's fields, section by section."""
        return self.rows.sections()

    @property
    def rows(self) -> RowMaker:
        """What draws the record's fields."""
        return RowMaker(self.type_schema, self.pipeline, self.record, self.names, self.may_change)

    @cached_property
    def client(self) -> ClientCard | None:
        """The client; None for types without one."""
        if not self.type_schema.type.has_client:
            return None
        return client_card(self.actor, self.type_schema, self.record)

    @cached_property
    def call(self) -> Reach | None:
        """Whom the head's phone calls: the record itself, else its client."""
        own = reach(self.type_schema, self.record, "phone")
        return own or next((one.phone for one in self._clients if one.phone), None)

    @cached_property
    def mail(self) -> Reach | None:
        """Whom the head's mail is written to."""
        own = reach(self.type_schema, self.record, "email")
        return own or next((one.email for one in self._clients if one.email), None)

    @property
    def _clients(self) -> list[Client]:
        if self.client is None:
            return []
        company = [self.client.company] if self.client.company else []
        return [*self.client.contacts, *company]

    @property
    def addable(self) -> set[str]:
        """Codes of the client types of which the reader may add records."""
        types = (self.schema.types.get(code) for code in CLIENT_FIELDS)
        return {
            each.code
            for each in types
            if each and self.rights.may_somewhere(Action.ADD, each.pipelines)
        }

    # --- observers --------------------------------------------------------------------------

    @cached_property
    def observer_ids(self) -> list[int]:
        """Who watches the record."""
        if not self.type_schema.type.has_observers:
            return []
        watching = ItemObserver.objects.filter(item_id=self.record.pk).order_by("pk")
        return list(watching.values_list("user_id", flat=True)[:MOST_OBSERVERS])

    @property
    def observers(self) -> list[tuple[int, str]]:
        """The same with names."""
        return [(pk, self.names.users.get(pk, "")) for pk in self.observer_ids]

    @property
    def is_watched(self) -> bool:
        """Whether the reader watches the record."""
        return self.actor.user_id in self.observer_ids

    @property
    def may_watch(self) -> bool:
        """Whether the eye does anything: who only may read cannot let themselves in for good."""
        return self.type_schema.type.has_observers and (self.may_change or self.is_watched)

    @property
    def watch_label(self) -> str:
        """What the eye is called."""
        count = len(self.observer_ids)
        return ngettext(
            "Watch, %(count)d person watches", "Watch, %(count)d people watch", count
        ) % {"count": count}

    # --- tabs -------------------------------------------------------------------------------

    @cached_property
    def next_step(self) -> NextStep | None:
        """The open to-do that comes first."""
        return next_steps([self.record.pk]).get(self.record.pk) if self.todo_count else None

    @cached_property
    def todo_count(self) -> int:
        """How many to-dos are open."""
        return count_open(self.record)

    @cached_property
    def failed_count(self) -> int:
        """How many runs of the record failed, or were never planned."""
        return count_failures(self.record)

    @cached_property
    def link_count(self) -> int:
        """How many records belong to this one."""
        return count_related(self.actor, self.record)

    @cached_property
    def file_count(self) -> int:
        """How many files the record has."""
        return RecordFile.objects.filter(item_id=self.record.pk).count()

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The tabs of the right side: `{code, title, url, count, is_current, is_bad}`."""
        titles = {
            "timeline": (_("Timeline"), 0),
            "automation": (_("Automation"), self.failed_count),
            "todos": (_("To-dos"), self.todo_count),
            "links": (_("Links"), self.link_count),
            "files": (_("Files"), self.file_count),
            "history": (_("History"), 0),
        }
        return [
            {
                "code": code,
                "title": title,
                "url": self.tab_url(code),
                "count": count,
                "is_current": code == self.tab,
                "is_bad": code == "automation",
            }
            for code, (title, count) in titles.items()
        ]


def open_record_page(request: HttpRequest, type_code: str, record_id: int) -> RecordPage:
    """Read a record for its page (one query, two for shipped types).

    Raises:
        TypeMissing, RecordMissing: not there, or not the reader's to see.
    """
    actor = actor_of(request)
    schema = schema_for(actor)
    type_schema = schema.type(type_code)
    record = get_record(actor, record_id, type_code=type_code)
    user = request.user
    return RecordPage(
        actor=actor,
        schema=schema,
        type_schema=type_schema,
        record=record,
        is_staff=isinstance(user, User) and user.is_staff,
    )
