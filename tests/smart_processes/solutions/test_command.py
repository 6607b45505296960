"""`manage.py solution`: planned, applied, exported; its words and its exit status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Department, Role
from smart_processes.models import FieldDefinition, RecordType, SavedView, Stage
from smart_processes.schema import schema_for
from smart_processes.selectors.configuration import pipeline_draft
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db

TRAVEL = """
solution: 1
name: Travel
currencies:
  base: EUR
  rates: {USD: 0.9}
departments:
  - {code: north, name: North, parent: company}
  - {code: company, name: The company}
roles:
  - code: clerk
    name: Clerk
    given_to:
      departments:
        - {code: company, with_below: true}
    grants:
      travel: {view: all, change: own}
      travel/main/DONE: {change: none}
types:
  - code: travel
    name_one: Travel request
    name_many: Travel requests
    hue: pink
    icon: globe-alt
    number_prefix: TR
    switches: {amount: true, dates: true, recycle_bin: false}
    fields:
      - {code: purpose, label: Purpose, kind: text, required: true, on_card: true}
      - code: transport
        label: Transport
        kind: choice
        default: train
        options:
          - {code: train, label: Train, hue: green}
          - {code: plane, label: Plane}
    pipelines:
      - code: main
        name: Travel
        default: true
        stages:
          - {code: DRAFT, name: Draft, hue: grey}
          - {code: BOOKED, name: Booked, requires: [amount]}
          - {code: DONE, name: Done, hue: green, semantics: success}
          - {code: REFUSED, name: Refused, hue: red, semantics: failure}
        moves:
          - {from: DRAFT, to: BOOKED, requires: [transport], roles: [clerk]}
          - {from: DRAFT, to: REFUSED}
          - from: BOOKED
            to: DONE
            conditions:
              - {field: transport, operator: eq, value: train}
views:
  - type: travel
    code: by_train
    name: By train
    filters:
      transport: [train]
    sort: -amount
    columns: [title, transport]
"""


@pytest.fixture
def file(tmp_path: Path):
    """Return a function that writes a solution and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "solution.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def run(capsys: Any, *arguments: str) -> tuple[int, str]:
    """Return exit status and output of the command."""
    status = 0
    try:
        call_command("solution", *arguments)
    except SystemExit as left:
        status = int(left.code or 0)
    return status, capsys.readouterr().out


def test_plan_tells_apply_makes_and_a_second_time_nothing_differs(file, capsys):
    path = file(TRAVEL)

    status, planned = run(capsys, "plan", path)
    assert status == 2
    assert not RecordType.objects.filter(code="travel").exists()

    status, applied = run(capsys, "apply", path)
    assert (status, applied) == (0, planned)
    assert "+ Create the type “Travel requests” (travel)" in applied
    assert "travel: add the field “Transport” (transport, choice)" in applied

    assert run(capsys, "plan", path) == (0, "Nothing differs.\n")
    assert run(capsys, "apply", path) == (0, "Nothing differs.\n")


def test_everything_in_the_file_is_there_afterwards(file, capsys):
    run(capsys, "apply", file(TRAVEL))

    travel = schema_for(system()).type("travel")
    assert (travel.type.hue, travel.type.has_amount, travel.type.has_recycle_bin) == (
        *("pink", True, False),
    )
    assert travel.fields["purpose"].is_required
    draft = pipeline_draft(travel.default_pipeline.pipeline)
    assert [stage.code for stage in draft.stages] == ["DRAFT", "BOOKED", "DONE", "REFUSED"]
    assert draft.edges[0].roles == ("clerk",)
    record = make_item(travel.type, purpose="Fair", amount="5 USD")
    assert record.amount_base_minor == 450
    assert travel.fields["transport"].read(record) is not None
    assert Department.objects.get(code="north").parent == Department.objects.get(code="company")
    assert Role.objects.get(code="clerk").assignments.get().with_below
    assert SavedView.objects.get(code="by_train").is_shared


def test_what_the_file_does_not_name_is_left_alone(file, capsys):
    run(capsys, "apply", file(TRAVEL))
    travel = RecordType.objects.get(code="travel")
    make_field(travel, "own_field")

    less = """
solution: 1
types:
  - code: travel
    name_many: Trips
    pipelines:
      - code: main
        stages:
          - {code: BOOKED, name: Reserved}
"""
    status, words = run(capsys, "plan", file(less))
    run(capsys, "apply", file(less))

    assert status == 2
    assert "travel: name_many “Travel requests” → “Trips”" in words
    assert 'travel/main/BOOKED: name “Booked” → “Reserved”, requires ["amount"] → —' in words
    travel.refresh_from_db()
    assert (travel.name_many, travel.name_one, travel.hue) == ("Trips", "Travel request", "pink")
    assert FieldDefinition.objects.filter(type=travel).count() == 3
    assert len(pipeline_draft(travel.pipelines.get()).stages) == 4


REMOVING = """
solution: 1
types:
  - code: travel
    fields:
      - code: transport
        label: Transport
        kind: choice
        default: train
        remove: {options: [plane]}
    pipelines:
      - code: main
        remove:
          stages:
            - {code: BOOKED, move_to: DRAFT}
    remove:
      fields: [purpose]
remove:
  views:
    - {type: travel, code: by_train}
"""


def test_nothing_is_destroyed_until_it_is_allowed(file, capsys):
    run(capsys, "apply", file(TRAVEL))
    record = make_item(RecordType.objects.get(code="travel"), purpose="Fair")

    status, words = run(capsys, "apply", file(REMOVING))
    assert status == 0
    assert words.count("! kept, because --allow-destroy was not given") == 4
    assert Stage.objects.filter(pipeline__type__code="travel", retired_at=None).count() == 4
    assert run(capsys, "plan", file(REMOVING))[0] == 2

    status, words = run(capsys, "apply", file(REMOVING), "--allow-destroy")
    assert "- travel/main: remove the stage “Booked” (BOOKED)" in words
    record.refresh_from_db()
    assert record.values.keys() == {
        FieldDefinition.objects.get(code="transport").key  # its default
    }
    draft = pipeline_draft(RecordType.objects.get(code="travel").pipelines.get())
    assert [stage.code for stage in draft.stages] == ["DRAFT", "DONE", "REFUSED"]
    assert not SavedView.objects.exists()
    assert run(capsys, "plan", file(REMOVING), "--allow-destroy") == (0, "Nothing differs.\n")


def test_a_whole_type_goes_only_when_it_is_empty(file, capsys):
    run(capsys, "apply", file(TRAVEL))
    removing = file("solution: 1\nremove: {types: [travel], roles: [clerk], departments: [north]}")
    record = make_item(RecordType.objects.get(code="travel"), purpose="Fair")

    with pytest.raises(CommandError, match="holds 1 record"):
        run(capsys, "apply", removing, "--allow-destroy")
    assert Role.objects.filter(code="clerk").exists()

    record.delete()
    run(capsys, "apply", removing, "--allow-destroy")
    assert not RecordType.objects.filter(code="travel").exists()
    assert not Role.objects.filter(code="clerk").exists()
    assert not Department.objects.filter(code="north").exists()


def test_an_exact_file_removes_what_it_does_not_name(file, capsys):
    exported = file(TRAVEL)
    run(capsys, "apply", exported)
    exact = "solution: 1\nexact: true\n" + run(capsys, "export", "--type", "deal")[1][12:]
    deal = RecordType.objects.get(code="deal")
    make_field(deal, "own_field")
    Stage.objects.create(pipeline=deal.pipelines.get(), code="EXTRA", name="Extra", position=1)

    status, words = run(capsys, "plan", file(exact))
    assert (status, words.count("! kept")) == (2, 2)
    run(capsys, "apply", file(exact), "--allow-destroy")

    assert not FieldDefinition.objects.filter(type=deal).exists()
    assert not Stage.objects.filter(code="EXTRA").exists()


LINK_TO_GHOST = """solution: 1
types:
  - code: deal
    fields:
      - {code: a, label: A, kind: link, config: {target: ghost}}
"""
REQUIRING_GHOST = """solution: 1
types:
  - code: deal
    pipelines:
      - code: main
        stages:
          - {code: NEW, name: New, requires: [fax]}
"""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("solution: 1\ntypes:\n  - {code: new_one}", "line 3, types"),
        (
            LINK_TO_GHOST,
            r"line 5, types\[0\].fields\[0\]: There is no record type “ghost”",
        ),
        (
            REQUIRING_GHOST,
            r"line 5, types\[0\].pipelines\[0\]: New: There is no field “fax”",
        ),
        ("solution: 1\nroles:\n  - code: r\n    grants: {ghost: {view: all}}", "line 4.*“ghost”"),
        ("solution: 1\nviews:\n  - {type: deal, code: v, name: V, sort: ghost}", "line 3"),
        ("solution: 1\ndepartments:\n  - {code: a, name: A, parent: ghost}", "line 3.*“ghost”"),
        ("solution: 1\ncurrencies: {rates: {XQZ: 2}}", "line 2.*“XQZ”"),
        ("solution: 1\ncurrencies: {rates: {USD: -2}}", "above 0"),
    ],
)
def test_a_refusal_names_the_line_and_nothing_is_changed(file, capsys, text, sentence):
    before = run(capsys, "export")
    path = file("solution: 1\nroles: [{code: first}]\n" + text.removeprefix("solution: 1\n"))
    if "roles:" in text:
        path = file(text)

    for command in ("plan", "apply"):
        with pytest.raises(CommandError) as refused:
            run(capsys, command, path)
        assert refused.value.returncode == 1

    assert run(capsys, "export") == before
    with pytest.raises(CommandError, match=sentence):
        run(capsys, "apply", file(text))


def test_a_file_that_is_not_there_is_told(capsys):
    with pytest.raises(CommandError, match="No such file"):
        run(capsys, "plan", "/nowhere/solution.yaml")


def test_the_base_turns_with_the_file(file, capsys):
    dollars = file("solution: 1\ncurrencies: {base: USD}")
    run(capsys, "apply", dollars)
    assert "currencies:\n  base: USD\n" in run(capsys, "export")[1]

    make_item(make_type("request"), amount="10 USD")
    euros = "solution: 1\ncurrencies: {base: EUR%s}"
    with pytest.raises(CommandError, match="Give the rate of USD in EUR"):
        run(capsys, "apply", file(euros % ""))
    run(capsys, "apply", file(euros % ", rates: {USD: '0.8'}"))

    assert "base: EUR\n  rates:\n    USD: '0.8'\n" in run(capsys, "export")[1]
    assert schema_for(system()).base_currency == "EUR"
