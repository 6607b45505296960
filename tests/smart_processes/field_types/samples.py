"""Good and bad values of every kind, for the contract that all kinds keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from smart_processes.field_types.base import Names, Option
from smart_processes.field_types.registry import field_type
from smart_processes.fields import Field, ValueStorage
from smart_processes.lookups import Lookups
from smart_processes.models import Item, RecordFile
from smart_processes.money import Money
from tests.factories.accounts import make_user
from tests.factories.smart_processes import make_item, make_type


@dataclass
class World:
    """What values may point at."""

    anna: User
    boris: User
    left: User
    kestrel: Item
    orlo: Item
    contract: RecordFile

    @property
    def names(self) -> Names:
        """What everything is called."""
        return Names(
            users={user.pk: user.full_name for user in (self.anna, self.boris, self.left)},
            records={item.pk: item.title for item in (self.kestrel, self.orlo)},
            files={self.contract.pk: self.contract.name},
        )


def make_world() -> World:
    """Make three people (one left), two companies and an upload of anna's."""
    shop = make_type("shop", number_prefix="SHP")
    anna = make_user("anna.keller")
    return World(
        anna=anna,
        boris=make_user("boris.bauer"),
        left=make_user("lena.left", is_active=False),
        kestrel=make_item(shop, title="Kestrel Logistics"),
        orlo=make_item(shop, title="Orlo Clinics"),
        contract=RecordFile.objects.create(
            name="Contract.pdf",
            content="records/x",
            size=1,
            uploaded_at=timezone.now(),
            uploaded_by=anna,
        ),
    )


def make_unsaved_world() -> World:
    """Make the same without a database, for kinds whose values point at nothing."""
    return World(
        anna=User(pk=1, username="anna.keller"),
        boris=User(pk=2, username="boris.bauer"),
        left=User(pk=3, username="lena.left"),
        kestrel=Item(pk=1, number=1, title="Kestrel Logistics"),
        orlo=Item(pk=2, number=2, title="Orlo Clinics"),
        contract=RecordFile(pk=1, name="Contract.pdf"),
    )


@dataclass
class Sample:
    """One kind.

    Attributes:
        good: Raw values with the Python values they mean, in the order they sort.
        bad: Raw values to refuse.
        config: The field's settings.
        options: The field's options.
        is_exact: False where exported text does not lead back (a file's name).
    """

    good: list[tuple[Any, Any]]
    bad: list[Any]
    config: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    is_exact: bool = True


OPTIONS = (
    Option(3, "small", "Small", "grey"),
    Option(4, "large", "Large, with extras", "blue"),
    Option(7, "old", "Old", "red", is_retired=True),
)

SAMPLES: dict[str, Callable[[World], Sample]] = {
    "string": lambda world: Sample(
        good=[
            (42.0, "42"),
            ("<b>Bold</b>", "<b>Bold</b>"),
            ("Zebra", "Zebra"),
            ("  two\nlines\x00 ", "two lines"),
            ("Ёлка", "Ёлка"),
            ("договор", "договор"),
        ],
        bad=["x" * 256, "\x07", {"a": 1}, b"bytes"],
    ),
    "text": lambda world: Sample(
        good=[("<i>a</i>\r\nb", "<i>a</i>\nb"), ("Zebra", "Zebra"), ("Ёлка", "Ёлка")],
        bad=["x" * 50_001, "\x00", [1]],
    ),
    "integer": lambda world: Sample(
        good=[("−5", -5), (0, 0), ("12", 12), ("1 200", 1200), (2**53 - 1, 2**53 - 1)],
        bad=["1.5", "x", True, 2**53, float("nan"), float("inf"), "1e400", "12 34", {}],
    ),
    "decimal": lambda world: Sample(
        good=[
            ("-1", Decimal("-1.00")),
            ("0.5", Decimal("0.50")),
            (33.333333, Decimal("33.33")),
            ("1 200,50", Decimal("1200.50")),
            ("9999999999999.99", Decimal("9999999999999.99")),
        ],
        bad=["1.234", "NaN", float("inf"), Decimal("sNaN"), "1e99", "99999999999999.99", True],
        config={"decimal_places": 2},
    ),
    "money": lambda world: Sample(
        good=[
            ("-€5", Money(-500, "EUR")),
            ({"amount": "0.10"}, Money(10, "EUR")),
            ("$7", Money(700, "USD")),
            ("1 200,50 EUR", Money(120050, "EUR")),
            ({"minor": 2**53 - 1, "currency": "EUR"}, Money(2**53 - 1, "EUR")),
        ],
        bad=["EUR", "5 XXQ", "12.345", "1e99", {"amount": "5", "tip": 1}, {"minor": 1.5}, "1 2"],
        config={"currency": "EUR"},
    ),
    "date": lambda world: Sample(
        good=[
            (date(999, 1, 2), date(999, 1, 2)),
            ("29.02.2024", date(2024, 2, 29)),
            ("12 Dec 2026", date(2026, 12, 12)),
            ("2026-12-13", date(2026, 12, 13)),
        ],
        bad=[
            "03/04/2026",
            "31.02.2026",
            "Dec 2026",
            "15:00",
            "10",
            45000,
            "x" * 1000,
            "0000-00-00",
        ],
    ),
    "datetime": lambda world: Sample(
        good=[
            (date(999, 1, 2), datetime(999, 1, 2, tzinfo=UTC)),
            ("2026-12-12T10:00:00+03:00", datetime(2026, 12, 12, 7, tzinfo=UTC)),
            ("12.12.2026 15:30:20", datetime(2026, 12, 12, 15, 30, 20, tzinfo=UTC)),
        ],
        bad=["03/04/2026 10:00", "2026-12-12 25:00", "15:00", "9999-12-31 23:59", 5, "EST"],
    ),
    "flag": lambda world: Sample(good=[("Нет", False), ("yes", True)], bad=["perhaps", 2, 0.5, {}]),
    "choice": lambda world: Sample(
        good=[("SMALL", 3), ("large, WITH extras", 4)],
        bad=["Old", 7, "none", 99, {}, True],
        options=OPTIONS,
    ),
    "user": lambda world: Sample(
        good=[("ANNA.keller@example.com", world.anna.pk), ("Bauer Boris", world.boris.pk)],
        bad=["nobody", world.left.pk, "lena.left", 10**30, -1, 0, {}],
    ),
    "link": lambda world: Sample(
        good=[
            ("Kestrel  Logistics", world.kestrel.pk),
            (f"SHP-{world.orlo.number:06d}", world.orlo.pk),
        ],
        bad=["No such company", "#x", "SHP-999999", "REQ-1", 10**30, {}, 1.5],
        config={"target": "shop"},
    ),
    "file": lambda world: Sample(
        good=[(str(world.contract.pk), world.contract.pk)],
        bad=["Contract.pdf", world.contract.pk + 1, "/etc/passwd", -1, {}],
        is_exact=False,
    ),
    "url": lambda world: Sample(
        good=[
            ("example.com/a?b=<c>", "https://example.com/a?b=<c>"),
            ("https://xn--e1afmkfd.xn--p1ai/", "https://xn--e1afmkfd.xn--p1ai/"),
        ],
        bad=[
            "javascript:alert(1)",
            "ftp://example.com",
            "data:text/html,x",
            "two words",
            "x" * 3000,
        ],
    ),
    "phone": lambda world: Sample(
        good=[
            ("8 (029) 123-45-67", "+375291234567"),
            ("+49 30 123456 ext. 12", "+4930123456;ext=12"),
        ],
        bad=["12", "call me", "+" + "9" * 30, {}],
        config={"region": "BY"},
    ),
    "email": lambda world: Sample(
        good=[("Anna@EXAMPLE.com", "Anna@example.com"), ("boris@example.com", "boris@example.com")],
        bad=["anna", "a@b@c.com", "a b@example.com", "<x>@", "x" * 250 + "@a.by"],
    ),
}


def make_sample_field(kind: str, sample: Sample, *, field_id: int = 1, **attributes: Any) -> Field:
    """Return an unsaved field of the kind with the sample's settings."""
    return Field(
        code=kind,
        label=kind.title(),
        type=field_type(kind),
        storage=ValueStorage(f"f{field_id}"),
        config=sample.config,
        options=sample.options,
        **attributes,
    )


def make_lookups(world: World) -> Lookups:
    """Return lookups of anna's that see every record."""
    return Lookups(me=world.anna.pk)
