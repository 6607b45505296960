"""Record types: made, changed, deleted; each refusal beside its success."""

from __future__ import annotations

import pytest

from accounts.actor import Actor
from accounts.exceptions import PermissionRefused
from smart_processes.actions.record_types import change_type, create_type, delete_type
from smart_processes.actions.records import delete_record, purge_record
from smart_processes.drafts import PipelineDraft, StageDraft, TypeDraft
from smart_processes.exceptions import ConfigurationRefused, TypeMissing
from smart_processes.models import Item, RecordType
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role, make_user
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db

TRAVEL = TypeDraft(name_one="Travel request", name_many="Travel requests")


def test_a_type_is_usable_at_once():
    create_type(TRAVEL, actor=system())

    record = make_item(RecordType.objects.get(code="travel_request"), title="Porto")
    assert (record.stage, record.number) == ("NEW", 1)


def test_codes_are_made_of_names_in_any_script_and_stay_unique():
    made = [
        create_type(TypeDraft(name_one=name, name_many="Requests"), actor=system()).code
        for name in ("Заявка на поездку", "Заявка на поездку", "42", "Search", "Deal")
    ]

    assert made == [
        *("zayavka_na_poezdku", "zayavka_na_poezdku_2", "process_42", "search_2", "deal_2")
    ]


@pytest.mark.parametrize("code", ["deal", "settings", "Big", "1st", "with space"])
def test_a_taken_reserved_or_odd_code_is_refused(code):
    with pytest.raises(ConfigurationRefused) as refused:
        create_type(TypeDraft(name_one="A", name_many="B", code=code), actor=system())

    assert "code" in refused.value.params["errors"]


def test_numbers_of_types_are_even_and_begin_where_integrations_expect_them():
    first = create_type(TRAVEL, actor=system())
    second = create_type(TRAVEL, actor=system())

    assert (first.entity_type_id, second.entity_type_id) == (1030, 1032)


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"name_one": ""}, "name_one"),
        ({"name_many": "x" * 61}, "name_many"),
        ({"icon": "no-such-icon"}, "icon"),
        ({"hue": "magenta"}, "hue"),
    ],
)
def test_wrong_attributes_are_named(change, attribute):
    with pytest.raises(ConfigurationRefused) as refused:
        create_type(TypeDraft(**{"name_one": "A", "name_many": "B", **change}), actor=system())

    assert attribute in refused.value.params["errors"]
    assert not RecordType.objects.filter(is_shipped=False).exists()


def test_a_pipeline_without_success_undoes_the_whole_type():
    pipeline = PipelineDraft(name="Main", stages=(StageDraft(name="New"),))

    with pytest.raises(ConfigurationRefused, match="no success stage"):
        create_type(TypeDraft(name_one="A", name_many="B", pipeline=pipeline), actor=system())

    assert not RecordType.objects.filter(is_shipped=False).exists()


def test_only_who_may_configure_makes_types():
    owner = make_user("owner", roles=[make_role("owner", may_configure=True)])
    other = make_user("other", roles=[make_role("other")])

    with pytest.raises(PermissionRefused):
        create_type(TRAVEL, actor=Actor.person(other))

    assert create_type(TRAVEL, actor=Actor.person(owner)).code == "travel_request"


def test_switching_off_hides_and_switching_on_shows_again():
    record_type = make_type("request", has_amount=True)
    record = make_item(record_type, amount="100 EUR")

    change_type(record_type, {"has_amount": False}, actor=system())
    assert "amount" not in schema_for(system()).type("request").fields

    change_type(record_type, {"has_amount": True}, actor=system())
    assert "amount" in schema_for(system()).type("request").fields
    assert Item.objects.get(pk=record.pk).amount_minor == 10000


def test_a_list_that_gets_stages_also_gets_ends():
    record_type = create_type(
        TypeDraft(name_one="File", name_many="Files", switches={"has_stages": False}),
        actor=system(),
    )
    record = make_item(record_type)
    assert record.stage == "RECORD"

    change_type(record_type, {"has_stages": True}, actor=system())

    stages = [s.code for s in schema_for(system()).type("file").default_pipeline.stages]
    assert stages == ["RECORD", "DONE", "CANCELLED"]


def test_a_type_is_deleted_only_when_it_holds_nothing_not_even_in_the_bin():
    record_type = create_type(TRAVEL, actor=system())
    record = make_item(record_type)
    delete_record(record, actor=system())

    with pytest.raises(ConfigurationRefused, match="holds 1 record, the recycle bin"):
        delete_type(record_type, actor=system())

    purge_record(record, actor=system())
    delete_type(record_type, actor=system())
    with pytest.raises(TypeMissing):
        schema_for(system()).type("travel_request")


def test_a_shipped_type_is_never_deleted():
    with pytest.raises(ConfigurationRefused, match="part of the product"):
        delete_type(RecordType.objects.get(code="lead"), actor=system())


def test_a_type_that_a_field_links_to_is_not_deleted():
    target = create_type(TRAVEL, actor=system())
    make_field(make_type("visit"), "trip", "link", config={"target": target.code})

    with pytest.raises(ConfigurationRefused, match="links to it"):
        delete_type(target, actor=system())
