"""The same export as `test_sales_import`, by the import wizard in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from celery.contrib.testing.worker import start_worker
from playwright.sync_api import Page, expect

from accounts.models import User
from config.celery import app
from smart_processes.models import Item
from tests.factories.accounts import make_user
from tests.journeys.test_sales_import import DATA, MAPS, STAGES, apply_solution, import_file
from tests.support.browser import PHONE, Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the sales export is not at {DATA}"),
]

# Milliseconds. Checking or importing 8,800 rows takes many seconds on a small machine.
LONG = 240_000


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A real worker, in a thread, on the broker of the tests."""
    with start_worker(app, perform_ping_check=False, loglevel="WARNING", shutdown_timeout=10):
        yield


@pytest.fixture
def owner(transactional_db: None) -> User:
    """Return who runs the company; its people are there already."""
    apply_solution()
    import_file("user")
    return make_user("owner", is_superuser=True)


def test_companies_and_deals_come_in_by_the_wizard(worker: None, visit: Visit, owner: User) -> None:
    page = visit(owner)

    _companies_are_mapped_by_hand(page)
    _deals_come_by_the_mapping_file(page)

    page.goto("/deal/board/")
    for name, count in STAGES.items():
        lane = page.get_by_role("region", name=name)
        expect(lane).to_contain_text(f"{count:,}")
    won = page.get_by_role("region", name="Won")
    expect(won).to_contain_text("10,005,534")
    assert Item.objects.filter(type__code="deal", company=None).count() == 1425


def _companies_are_mapped_by_hand(page: Page) -> None:
    page.goto("/company/list/")
    page.get_by_role("link", name="Import from a file").click()
    page.get_by_label("File", exact=True).set_input_files(DATA / "accounts.csv")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("85 rows, UTF-8, comma")).to_be_visible()
    page.get_by_label("subsidiary_of goes to").select_option(label="Subsidiary of")
    page.get_by_label("Found by").select_option(label="Title")
    sector = page.get_by_role("row", name="technolgy")
    expect(sector).to_contain_text("“technolgy” is not in the list")
    sector.get_by_label("technolgy").select_option(label="Technology")
    expect(page.get_by_text("to decide")).to_be_hidden()
    assert not Axe().run(page).response["violations"]
    page.get_by_role("button", name="Check 85 rows").click()

    page.get_by_role("button", name="Import 85 rows").click(timeout=LONG)

    expect(page.get_by_role("link", name="Open the companies")).to_be_visible()
    expect(page.get_by_text("Added 85")).to_be_visible(timeout=LONG)
    assert Item.objects.filter(type__code="company").count() == 85


def _deals_come_by_the_mapping_file(page: Page) -> None:
    page.goto("/deal/import/")
    page.get_by_label("File", exact=True).set_input_files(DATA / "sales_pipeline.csv")
    page.get_by_text("Use the mapping of an earlier import").click()
    page.get_by_label("Mapping, a YAML file").set_input_files(MAPS / "deals.map.yaml")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Check 8800 rows").click()
    page.get_by_role("button", name="Import 8800 rows").click(timeout=LONG)
    expect(page.get_by_text("Added 8800")).to_be_visible(timeout=LONG)


def test_a_wrong_product_is_matched_or_told_on_a_phone(
    worker: None, visit: Visit, owner: User, tmp_path: Path
) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Deal,Product\nA,GTXPro\nB,GTX Pro\nC,Unknown\n", encoding="utf-8")
    page = visit(owner, size=PHONE)
    page.goto("/deal/import/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("GTXPro").select_option(label="GTX Pro")
    page.get_by_role("button", name="Check 3 rows").click()

    page.get_by_role("button", name="Import 2 rows").click(timeout=LONG)

    expect(page.get_by_text("Added 2")).to_be_visible(timeout=LONG)
    refused = page.get_by_role("region", name="Refused rows")
    expect(refused).to_contain_text("There is no option “Unknown”")
    with page.expect_download() as handed:
        page.get_by_role("link", name="1 row, CSV").click()
    assert "Unknown" in handed.value.path().read_text(encoding="utf-8-sig")
    assert not Axe().run(page).response["violations"]
