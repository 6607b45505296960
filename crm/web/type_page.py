"""What the board and the list of one type have in common: pipeline, filter, view, totals.

Everything a reader chose stands in the address (`page_query`), so that a page can be shared
and the back button works.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from babel.numbers import format_decimal, get_currency_precision
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import access
from accounts.access import Access
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from crm.web.automation_pages import automatable_pipelines, board_url
from crm.web.page_address import Face, PageAddress
from crm.web.page_filter import Chip, PageFilter
from crm.web.page_query import ALL, PageQuery
from smart_processes.locales import active_locale
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import schema_for
from smart_processes.selectors.lists import Totals, totals_of, totals_of_all
from smart_processes.selectors.records import visible_records
from smart_processes.selectors.saved_views import views_and_choices


@dataclass
class TypePage(PageAddress):
    """The common context of board and list; templates know it as `page`.

    Attributes:
        problems: Sentences about what was wrong in the address.
    """

    problems: list[str] = field(default_factory=list)

    # --- records ----------------------------------------------------------------------------

    @property
    def rights(self) -> Access:
        """What the reader may do."""
        return access.of(self.actor)

    @cached_property
    def filter(self) -> PageFilter:
        """What is filtered by."""
        return PageFilter(self.actor, self.type_schema, self.asked, self.view, self.url_of)

    @property
    def chips(self) -> list[Chip]:
        """The conditions that hold."""
        return self.filter.chips

    @property
    def is_filtered(self) -> bool:
        """Whether any condition holds."""
        return self.filter.is_filtering

    def all_records(self, model: type[Item] | None = None) -> QuerySet[Item]:
        """Return what the reader sees without the filter; no query yet."""
        return visible_records(self.actor, self.type_schema, pipeline=self.pipeline, model=model)

    def records(self, model: type[Item] | None = None) -> QuerySet[Item]:
        """Return what the page shows, unordered; no query yet."""
        return self.filter.apply(self.all_records(model))

    @property
    def filtered_records(self) -> QuerySet[Item] | None:
        """What `board_columns(records=...)` takes: None when nothing is filtered."""
        return self.records(Item) if self.is_filtered else None

    @cached_property
    def totals(self) -> Totals:
        """Count and sum of the whole filter; a board sets them from its columns."""
        if self.is_filtered:
            return totals_of(self.records(Item))
        chosen = [self.pipeline] if self.pipeline else list(self.pipelines)
        return totals_of_all(actor=self.actor, type_schema=self.type_schema, pipelines=chosen)

    @property
    def count_text(self) -> str:
        """How many records, in words: "38 deals"."""
        return self.counted(self.totals.record_count)

    def counted(self, record_count: int) -> str:
        """Return a number of records with their name."""
        names = self.type_schema.type
        # Translators: %(one)s and %(many)s are a record type's own names, like "deal" and "deals".
        return ngettext("%(count)s %(one)s", "%(count)s %(many)s", record_count) % {
            "count": format_decimal(record_count, locale=active_locale()),
            "one": names.name_one.lower(),
            "many": names.name_many.lower(),
        }

    @property
    def amount_text(self) -> str:
        """The sum as people read it, or nothing where the type has no amounts."""
        if not self.type_schema.type.has_amount:
            return ""
        return self.money_text(self.totals.amount_minor)

    @property
    def currency_places(self) -> int:
        """How many minor digits the base currency has."""
        return get_currency_precision(self.schema.base_currency)

    def money_text(self, amount_minor: int) -> str:
        """Return an amount in minor units of the base currency as boards show it."""
        return Money(amount_minor, self.schema.base_currency).text(cents=False)

    # --- what may be done -------------------------------------------------------------------

    @property
    def may_add(self) -> bool:
        """Whether the reader may add records here."""
        return self._may_somewhere(Action.ADD)

    @property
    def may_import(self) -> bool:
        """Whether the reader may import records here."""
        return self._may_somewhere(Action.IMPORT)

    @property
    def may_export(self) -> bool:
        """Whether there is anything here that the reader may export."""
        return self._may_somewhere(Action.EXPORT)

    @property
    def may_change(self) -> bool:
        """Whether there is anything here that the reader may change."""
        return self._may_somewhere(Action.CHANGE)

    @property
    def may_delete(self) -> bool:
        """Whether there is anything here that the reader may delete."""
        return self._may_somewhere(Action.DELETE)

    @property
    def may_change_view(self) -> bool:
        """Whether the saved view is the reader's to change."""
        if self.view is None:
            return False
        return self.rights.may_configure if self.view.is_shared else True

    @property
    def automation_url(self) -> str:
        """The board of the rules, for who may change those of the pipeline; else nothing."""
        pipelines = automatable_pipelines(self.actor, self.type_schema)
        if self.pipeline is not None:
            pipelines = [each for each in pipelines if each.pk == self.pipeline.pk]
        return board_url(self.type_schema, pipelines[0]) if pipelines else ""

    def _may_somewhere(self, action: Action) -> bool:
        chosen = [self.pipeline] if self.pipeline else self.pipelines
        return self.rights.may_somewhere(action, chosen)


def open_type_page(
    request: HttpRequest,
    type_code: str,
    *,
    face: Face,
    besides: frozenset[str] = frozenset(),
) -> TypePage:
    """Read an address of a board or list (two queries: the actor's stamps, the views).

    What is wrong in it is told in the page's bar.

    Args:
        request: Whose `GET` is the address.
        type_code: Code of the type.
        face: Which of the two pages.
        besides: Parameters of this request that are no filters, beside
            `page_query.OWN_PARAMETERS`.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the reader sees nothing of the type.
    """
    actor = actor_of(request)
    schema = schema_for(actor)
    type_schema = schema.type(type_code)
    rights = access.of(actor)
    watches = rights.observed() is not None
    pipelines = [
        each
        for each in type_schema.pipelines
        if watches or rights.may_somewhere(Action.VIEW, [each])
    ]
    if not pipelines:
        raise PermissionRefused(Action.VIEW, type_schema.type.name_many)
    views, choices = views_and_choices(type_schema, actor=actor)
    shown = {pipeline.pk for pipeline in pipelines}
    page = TypePage(
        face=face,
        actor=actor,
        schema=schema,
        type_schema=type_schema,
        pipelines=pipelines,
        asked=PageQuery.read(request.GET, besides=besides),
        views=[v for v in views if v.pipeline_id is None or v.pipeline_id in shown],
        choices=choices,
    )
    _choose_view(page)
    _choose_pipeline(page)
    page.problems += page.filter.sentences
    return page


def _choose_view(page: TypePage) -> None:
    """Find the saved view that is asked for, or the one the reader sees first."""
    wanted = page.asked.view
    if not wanted and not page.asked.is_explicit:
        first = page.first_view
        if first is not None:
            page.view = first
            page.asked = replace(page.asked, view=str(first.pk))
        return
    if wanted in {"", ALL}:
        return
    page.view = next((view for view in page.views if str(view.pk) == wanted), None)
    if page.view is None:
        page.asked = replace(page.asked, view="")
        page.problems.append(_("This saved view is gone, or it is not shared with you."))


def _choose_pipeline(page: TypePage) -> None:
    wanted = page.asked.pipeline
    if not wanted and page.view is not None and page.view.pipeline_id:
        page.pipeline = page.schema.pipelines[page.view.pipeline_id]
        return
    if wanted:
        page.pipeline = next((each for each in page.pipelines if each.code == wanted), None)
        if page.pipeline is not None:
            return
        page.asked = replace(page.asked, pipeline="")
        page.problems.append(
            _("There is no pipeline “%(code)s” here, or your roles do not show it.")
            % {"code": wanted[:60]}
        )
    if page.face == "list" and len(page.pipelines) > 1:
        return
    default = page.type_schema.default_pipeline
    page.pipeline = default if default in page.pipelines else page.pipelines[0]
