"""The data of the benchmarks: made by SQL inside PostgreSQL, the same every time."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from accounts.models import Department, User
from smart_processes.field_expressions import index_sql
from smart_processes.field_types.registry import field_type
from smart_processes.models import FieldDefinition, RecordNumber, RecordType
from tests.factories.accounts import make_role
from tests.factories.smart_processes import make_field, make_type

STAGES = "NEW > QUALIFIED > PROPOSAL > NEGOTIATION > CONTRACT > DELIVERY > WON | LOST"
CODES = [code.strip() for code in STAGES.replace("|", ">").split(">")]
DEPARTMENTS = 10
PEOPLE = 100


@dataclass(frozen=True)
class Population:
    """A type with records, and somebody with department scope on it.

    Attributes:
        record_type: The type.
        reader: A person who may view the records of the department.
        fields: A decimal, a choice and a date, all indexed.
    """

    record_type: RecordType
    reader: User
    fields: tuple[FieldDefinition, FieldDefinition, FieldDefinition]


def make_people() -> User:
    """Make departments and people and return one of them."""
    departments = [
        Department.objects.create(code=f"d{number}", name=f"Department {number}")
        for number in range(DEPARTMENTS)
    ]
    User.objects.bulk_create(
        User(username=f"u{number}", password="!", department=departments[number % DEPARTMENTS])
        for number in range(PEOPLE)
    )
    return User.objects.get(username="u3")


def make_population(code: str, size: int, reader: User) -> Population:
    """Make a type with `size` records in one pipeline, seven of ten in final stages."""
    record_type = make_type(code, STAGES)
    price = make_field(record_type, "price", "decimal", is_indexed=True)
    kind = make_field(
        record_type, "segment", "choice", options=[f"s{n}" for n in range(10)], is_indexed=True
    )
    due = make_field(record_type, "due", "date", is_indexed=True)
    make_field(record_type, "note", "string")
    make_role(f"reader-{code}", {record_type: {"view": "department"}}, everybody=True)
    _insert(record_type, (price, kind, due), size)
    RecordNumber.objects.create(type=record_type, last=size)
    with connection.cursor() as cursor:
        for definition in (price, kind, due):
            for statement in index_sql(
                "postgresql", definition.pk, field_type(definition.kind), record_type.pk
            ):
                cursor.execute(statement)
        cursor.execute("ANALYZE smart_processes_item")
    return Population(record_type, reader, (price, kind, due))


def _insert(
    record_type: RecordType,
    fields: tuple[FieldDefinition, FieldDefinition, FieldDefinition],
    size: int,
) -> None:
    price, kind, due = fields
    options = list(kind.options.values_list("pk", flat=True))
    first_user = User.objects.order_by("pk").values_list("pk", flat=True)[0]
    pipeline = record_type.pipelines.get()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO smart_processes_item (
              type_id, pipeline_id, stage, position, number, title, responsible_id, opened,
              amount_minor, currency, amount_base_minor, source, source_details, external_id,
              created_at, updated_at, moved_at, version, search, values)
            SELECT %(type)s, %(pipeline)s,
              (%(codes)s::text[])[CASE WHEN n %% 10 < 3 THEN 1 + n %% 6 ELSE 7 + n %% 2 END],
              -(1700000000000 + n * 7919::bigint %% 90000000) << 20, n, 'Record ' || n,
              %(first_user)s + (n * 31 + n / 97) %% {PEOPLE}, n %% 20 = 0,
              (n * 7) %% 1000000, 'EUR', (n * 7) %% 1000000, '', '', '',
              now() - n * interval '20 seconds', now(), now(), 1, 'record ' || n,
              jsonb_build_object(
                'f{price.pk}', ((n * 13) %% 10000)::text || '.50',
                'f{kind.pk}', (%(options)s::bigint[])[1 + n %% 10],
                'f{due.pk}', to_char(date '2026-01-01' + (n * 17) %% 700, 'YYYY-MM-DD'))
            FROM generate_series(1, %(size)s) n
            """,  # ids of our own rows
            {
                "type": record_type.pk,
                "pipeline": pipeline.pk,
                "codes": CODES,
                "first_user": first_user,
                "options": options,
                "size": size,
            },
        )
        cursor.execute("VACUUM ANALYZE smart_processes_item")
        cursor.execute("VACUUM ANALYZE smart_processes_stagecounter")
