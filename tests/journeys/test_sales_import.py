"""A real company's export, from empty system to boards: people, companies, 8,800 deals.

The files are another company's: they are read where they lie and never copied.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.actor import Actor
from accounts.models import Department, User
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.selectors.lists import totals_of
from smart_processes.selectors.records import visible_records
from smart_processes.selectors.search import search

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "sales"
MAPS = Path(__file__).parent / "sales"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the sales export is not at {DATA}"),
]

FILES = {
    "user": ("sales_teams.csv", "people.map.yaml"),
    "company": ("accounts.csv", "companies.map.yaml"),
    "deal": ("sales_pipeline.csv", "deals.map.yaml"),
}
STAGES = {"Prospecting": 500, "Engaging": 1589, "Won": 4238, "Lost": 2473}
WON_SUM = "10005534.00"


def import_file(type_code: str, *options: str, map_file: Path | None = None) -> str:
    """Import one of the files by the command; return what it printed."""
    name, own_map = FILES[type_code]
    out, complaints = StringIO(), StringIO()
    call_command(
        "import_records",
        type_code,
        str(DATA / name),
        "--map",
        str(map_file or MAPS / own_map),
        *options,
        stdout=out,
        stderr=complaints,
    )
    assert "Left out" not in complaints.getvalue()
    return out.getvalue().splitlines()[0]


def board(*options: str) -> dict[str, Any]:
    """Return what `manage.py board deal` prints: name -> (count, sum)."""
    out = StringIO()
    call_command("board", "deal", *options, "--json", stdout=out)
    return {c["name"]: (c["count"], c["sum"]) for c in json.loads(out.getvalue())["columns"]}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file as they stand."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def apply_solution() -> None:
    """Configure the empty system as the company works."""
    call_command("solution", "apply", str(MAPS / "solution.yaml"), stdout=StringIO())


def _line(read: int, *, created: int = 0, unchanged: int = 0, refused: int = 0) -> str:
    return (
        f"read: {read}, created: {created}, updated: 0, unchanged: {unchanged}, refused: {refused}"
    )


def test_the_company_s_export_becomes_its_boards():
    apply_solution()

    assert import_file("user") == _line(35, created=35)
    assert import_file("company") == _line(85, created=85)
    assert import_file("deal") == _line(8800, created=8800)

    _the_board_shows_what_the_company_sold()
    _nothing_was_lost_on_the_way()
    _clients_kept_their_parents()
    _agents_are_people_in_their_manager_s_team()
    _board_list_and_search_agree("moses.frase", {"Moses Frase"})
    _board_list_and_search_agree("mei-mei.johns", {"Mei-Mei Johns"})
    _board_list_and_search_agree("dustin.brinkmann")
    _board_list_and_search_agree("summer.sewald")
    _a_second_import_changes_nothing()


def test_a_product_that_is_not_in_the_list_is_told_row_by_row(tmp_path: Path):
    apply_solution()
    import_file("user")
    import_file("company")
    whole = (MAPS / "deals.map.yaml").read_text(encoding="utf-8")
    without = tmp_path / "deals.map.yaml"
    without.write_text(whole.replace("GTXPro: GTX Pro", "Unused: GTX Pro"), encoding="utf-8")
    errors = tmp_path / "errors.csv"

    line = import_file("deal", "--dry-run", "--errors", str(errors), map_file=without)

    assert line == _line(8800, created=7320, refused=1480)
    with errors.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert {row["product"] for row in told} == {"GTXPro"}
    assert all("There is no option “GTXPro”" in row["error"] for row in told)
    assert len(told) == 1480


def _the_board_shows_what_the_company_sold() -> None:
    shown = board()

    assert {name: count for name, (count, _sum) in shown.items()} == STAGES
    assert shown["Won"] == (4238, WON_SUM)
    assert sum(count for count, _sum in shown.values()) == 8800


def _nothing_was_lost_on_the_way() -> None:
    deals = Item.objects.filter(type__code="deal")
    file = rows("sales_pipeline.csv")

    assert deals.count() == len(file) == 8800
    assert deals.filter(company=None).count() == 1425
    assert deals.exclude(company__type__code="company").exclude(company=None).count() == 0
    schema = schema_for(Actor.system("test"))
    product = schema.type("deal").fields["product"]
    names = {option.id: option.label for option in product.options}
    imported = Counter(names[product.read(deal)] for deal in deals.only("values"))
    assert imported == Counter(row["product"].replace("GTXPro", "GTX Pro") for row in file)
    one = deals.get(external_id="Z063OYW0")
    assert (one.title, str(one.company), one.stage) == ("GTX Pro, Isdom", "Isdom", "WON")
    assert (str(one.begins_on), str(one.closes_on)) == ("2016-10-25", "2017-03-11")
    assert (one.amount_minor, one.currency) == (451400, "USD")
    assert str(one.responsible) == "Darcel Schlecht"


def _clients_kept_their_parents() -> None:
    schema = schema_for(Actor.system("test"))
    companies = schema.type("company")
    by_title = {c.title: c for c in companies.model._base_manager.filter(type=companies.type)}

    assert len(by_title) == 85
    for row in rows("accounts.csv"):
        client = by_title[row["account"]]
        parent = companies.fields["subsidiary_of"].read(client)
        assert (parent is None) == (not row["subsidiary_of"])
        if parent is not None:
            assert parent == by_title[row["subsidiary_of"]].pk
        assert companies.fields["employee_count"].read(client) == int(row["employees"])
        assert str(companies.fields["revenue"].read(client)) == f"{float(row['revenue']):.2f}"


def _agents_are_people_in_their_manager_s_team() -> None:
    teams = rows("sales_teams.csv")

    assert User.objects.count() == 35 + 6
    assert Department.objects.filter(parent=None).count() == 3
    for row in teams:
        agent = User.objects.get(username=row["sales_agent"].lower().replace(" ", "."))
        manager = User.objects.get(username=row["manager"].lower().replace(" ", "."))
        assert agent.full_name == row["sales_agent"]
        assert agent.department == manager.department
        assert agent.department is not None
        assert agent.department.head == manager
        assert agent.department.parent == Department.objects.get(name=row["regional_office"])


def _a_second_import_changes_nothing() -> None:
    before = list(Item.objects.order_by("pk").values_list("pk", "version", "updated_at"))

    assert import_file("user") == _line(35, unchanged=35)
    assert import_file("company") == _line(85, unchanged=85)
    assert import_file("deal") == _line(8800, unchanged=8800)

    assert list(Item.objects.order_by("pk").values_list("pk", "version", "updated_at")) == before
    assert User.objects.count() == 41


def _board_list_and_search_agree(username: str, team: set[str] | None = None) -> None:
    person = User.objects.get(username=username)
    if team is None:
        team = {
            row["sales_agent"]
            for row in rows("sales_teams.csv")
            if row["manager"] == person.full_name
        }
    own = [row for row in rows("sales_pipeline.csv") if row["sales_agent"] in team]
    expected = Counter(row["deal_stage"] for row in own)
    won = sum(int(row["close_value"]) for row in own if row["deal_stage"] == "Won")

    shown = board("--as", username)

    assert {name: count for name, (count, _sum) in shown.items()} == {
        name: expected[name] for name in STAGES
    }
    assert shown["Won"][1] == f"{won}.00"
    actor = Actor.person(person)
    schema = schema_for(actor)
    deal = schema.type("deal")
    listed = totals_of(visible_records(actor, deal, model=Item))
    assert listed.record_count == len(own)
    assert Money(listed.amount_minor, schema.base_currency).major == sum(
        int(row["close_value"] or 0) for row in own
    )
    columns = board_columns(actor=actor, type_schema=deal, pipeline=deal.default_pipeline)
    assert sum(column.record_count for column in columns) == len(own)
    other = next(r for r in rows("sales_pipeline.csv") if r["sales_agent"] not in team)
    assert _found(actor, other["opportunity_id"]) == []
    for row in own[:1]:
        assert _found(actor, row["opportunity_id"]) == [row["opportunity_id"]]
    seen = set(visible_records(actor, deal, model=Item).values_list("external_id", flat=True))
    assert seen == {row["opportunity_id"] for row in own}


def _found(actor: Actor, text: str) -> list[str]:
    """Return the external ids of the deals that the search shows."""
    return [
        record.external_id
        for each in search(actor, text).types
        if each.type_schema.code == "deal"
        for record in each.records
    ]
