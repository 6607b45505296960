"""Making, changing, deleting and restoring records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.exceptions import PermissionRefused
from crm.shipped import ensure_shipped_types
from smart_processes.actions.creation import Draft, create_record, create_records
from smart_processes.actions.records import (
    KEPT_IN_BIN,
    delete_record,
    purge_expired,
    purge_record,
    restore_record,
    update_record,
)
from smart_processes.exceptions import (
    FieldsMissing,
    MoveRefused,
    RecordMissing,
    StaleRecord,
    TypeMissing,
    ValuesRefused,
)
from smart_processes.models import Currency, FieldOption, Item, RecordLink, TimelineEntry
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system


@pytest.mark.django_db
def test_new_record_gets_number_stage_and_whoever_made_it(cast: Cast) -> None:
    record_type = make_type("request", number_prefix="REQ")
    make_role("staff", {record_type: {"view": "own", "add": "own"}}, everybody=True)

    made = create_record("request", {"title": "Chair"}, actor=cast.actor("anna"))

    assert (made.number, made.stage, made.responsible_id) == (1, "NEW", cast.anna.pk)
    assert record_type.format_number(made.number) == "REQ-000001"
    assert TimelineEntry.objects.get(item=made).kind == "created"


@pytest.mark.django_db
def test_record_without_title_is_called_by_its_number() -> None:
    make_type("request", number_prefix="REQ")

    made = create_record("request", {}, actor=system())

    assert made.title == "Request REQ-000001"


@pytest.mark.django_db
def test_contact_is_called_by_its_name_and_keeps_several_phones() -> None:
    ensure_shipped_types()
    values = {
        "first_name": "Elena",
        "last_name": "Marsh",
        "phones": ["+375 29 123-45-67", "+375 29 765-43-21"],
    }

    made = create_record("contact", values, actor=system())

    assert made.title == "Elena Marsh"
    stored = type(made)._base_manager.get(pk=made.pk)
    assert stored.phones == ["+375291234567", "+375297654321"]


@pytest.mark.django_db
def test_every_wrong_value_is_named_at_once_and_nothing_is_saved() -> None:
    record_type = make_type("request")
    make_field(record_type, "budget", "decimal")

    with pytest.raises(ValuesRefused) as refused:
        create_record(
            "request",
            {"budget": "much", "begins_on": "never", "colour": "red", "number": 5},
            actor=system(),
        )

    assert set(refused.value.errors) == {"budget", "begins_on", "colour", "number"}
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_required_field_is_asked_for_and_a_default_fills_it() -> None:
    record_type = make_type("request")
    definition = make_field(record_type, "city", is_required=True)

    with pytest.raises(FieldsMissing):
        create_record("request", {"title": "A"}, actor=system())
    definition.default = "Minsk"
    definition.save()

    made = create_record("request", {"title": "A"}, actor=system())
    assert made.values == {f"f{definition.pk}": "Minsk"}


@pytest.mark.django_db
def test_one_refused_draft_does_not_stop_the_others() -> None:
    record_type = make_type("request")
    make_field(record_type, "code", is_unique=True)
    drafts = [Draft({"code": "A"}), Draft({"code": "a"}), Draft({"code": "B"}, stage="NOWHERE")]

    first, second, third = create_records("request", drafts, actor=system())

    assert isinstance(first, Item)
    assert isinstance(second, ValuesRefused)
    assert isinstance(third, MoveRefused)
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_trial_checks_and_makes_nothing() -> None:
    make_type("request")

    (made,) = create_records("request", [Draft({"title": "A"})], actor=system(), is_trial=True)

    assert isinstance(made, Item)
    assert made._state.adding
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_adding_needs_the_right_and_the_stage(cast: Cast) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    won = record_type.pipelines.get().stages.get(code="WON")
    cells = {"view": "all", "add": "own", "change": "all"}
    make_role("staff", {record_type: cells, won: {"move": "none"}}, everybody=True)
    anna = cast.actor("anna")

    with pytest.raises(PermissionRefused):
        create_record("request", {"responsible": cast.vera.pk}, actor=cast.actor("anna"))
    with pytest.raises(PermissionRefused):
        create_record("request", {}, actor=cast.actor("anna"), stage="WON")
    assert create_record("request", {}, actor=anna, stage="CALL").stage == "CALL"


@pytest.mark.django_db
def test_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(TypeMissing, match="spaceship"):
        create_record("spaceship", {}, actor=system())


@pytest.mark.django_db
def test_change_is_told_with_old_and_new_value() -> None:
    record_type = make_type("request")
    make_field(record_type, "city")
    item = make_item(record_type, city="Minsk")

    changed = update_record(item, {"city": "Brest", "title": item.title}, actor=system())

    told = TimelineEntry.objects.get(item=item, kind="changed")
    assert told.body == {"fields": [{"field": "city", "from": "Minsk", "to": "Brest"}]}
    assert changed.version == item.version + 1
    assert "brest" in changed.search


@pytest.mark.django_db
def test_what_does_not_really_change_is_not_written() -> None:
    item = make_item(make_type("request"), title="Same")

    update_record(item, {"title": "Same"}, actor=system())

    assert Item.objects.get(pk=item.pk).version == item.version
    assert not TimelineEntry.objects.filter(item=item, kind="changed").exists()


@pytest.mark.django_db
def test_second_of_two_forms_is_told_that_it_is_stale() -> None:
    item = make_item(make_type("request"))
    update_record(item, {"title": "First"}, actor=system(), version=item.version)

    with pytest.raises(StaleRecord):
        update_record(item, {"title": "Second"}, actor=system(), version=item.version)

    assert Item.objects.get(pk=item.pk).title == "First"


@pytest.mark.django_db
def test_unique_value_is_refused_when_taken_and_free_again_after_a_change() -> None:
    record_type = make_type("request")
    make_field(record_type, "code", is_unique=True)
    first, second = make_item(record_type, code="A-1"), make_item(record_type, code="A-2")

    with pytest.raises(ValuesRefused, match="unique"):
        update_record(second, {"code": "a-1"}, actor=system())
    update_record(first, {"code": "A-3"}, actor=system())

    assert update_record(second, {"code": "A-1"}, actor=system()).version == 2


@pytest.mark.django_db
def test_retired_option_stays_where_it_is_but_is_not_chosen_anew() -> None:
    record_type = make_type("request")
    make_field(record_type, "size", "choice", options=["small", "large"])
    held = make_item(record_type, size="small")
    other = make_item(record_type)
    FieldOption.objects.filter(code="small").update(retired_at=timezone.now())

    assert update_record(held, {"size": "small", "title": "New"}, actor=system()).title == "New"
    with pytest.raises(ValuesRefused):
        update_record(other, {"size": "small"}, actor=system())


@pytest.mark.django_db
def test_only_visible_records_can_be_linked(cast: Cast) -> None:
    target, source = make_type("client"), make_type("request")
    make_field(source, "client", "link", config={"target": "client"})
    make_role(
        "staff", {target: {"view": "own"}, source: {"view": "all", "change": "all"}}, everybody=True
    )
    hers = make_item(target, responsible=cast.anna.pk)
    hidden = make_item(target, responsible=cast.vera.pk)
    item = make_item(source)

    with pytest.raises(ValuesRefused):
        update_record(item, {"client": hidden.pk}, actor=cast.actor("anna"))
    with pytest.raises(ValuesRefused):
        update_record(item, {"client": item.pk}, actor=cast.actor("anna"))
    update_record(item, {"client": hers.pk}, actor=cast.actor("anna"))

    assert RecordLink.objects.get(child=item).parent_id == hers.pk


@pytest.mark.django_db
def test_amount_is_summed_in_the_base_currency() -> None:
    Currency.objects.update(is_base=False)
    Currency.objects.update_or_create(code="EUR", defaults={"rate": 1, "is_base": True})
    Currency.objects.update_or_create(code="USD", defaults={"rate": "0.5"})
    make_type("request")

    made = create_record("request", {"amount": "10.01 USD"}, actor=system())

    assert (made.amount_minor, made.currency, made.amount_base_minor) == (1001, "USD", 500)
    with pytest.raises(ValuesRefused, match="EUR"):
        create_record("request", {"amount": "1 GBP"}, actor=system())


@pytest.mark.django_db
def test_deleted_record_can_be_restored_where_it_stood() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"), stage="CALL")

    delete_record(item, actor=system())
    with pytest.raises(RecordMissing):
        update_record(item, {"title": "Gone"}, actor=system())
    restored = restore_record(item, actor=system())

    assert restored.stage == "CALL"
    assert restored.deleted_at is None
    kinds = set(TimelineEntry.objects.filter(item=item).values_list("kind", flat=True))
    assert kinds == {"created", "deleted", "restored"}


@pytest.mark.django_db
def test_type_without_bin_deletes_for_good() -> None:
    item = make_item(make_type("request", has_recycle_bin=False))

    delete_record(item, actor=system())

    assert not Item.objects.filter(pk=item.pk).exists()


@pytest.mark.django_db
def test_bin_is_emptied_after_thirty_days() -> None:
    record_type = make_type("request")
    old, young, live = (make_item(record_type) for _ in range(3))
    for item in (old, young):
        delete_record(item, actor=system())
    long_ago = timezone.now() - KEPT_IN_BIN - timedelta(minutes=1)
    Item.objects.filter(pk=old.pk).update(deleted_at=long_ago)

    assert purge_expired(actor=system()) == 1

    assert set(Item.objects.values_list("pk", flat=True)) == {young.pk, live.pk}
    with pytest.raises(RecordMissing):
        purge_record(live, actor=system())


@pytest.mark.django_db
def test_shipped_record_is_deleted_with_its_own_row() -> None:
    ensure_shipped_types()
    deal = create_record("deal", {"title": "Big", "probability": 40}, actor=system())
    model = type(deal)

    delete_record(deal, actor=system())
    purge_record(deal, actor=system())

    assert not model._base_manager.filter(pk=deal.pk).exists()
