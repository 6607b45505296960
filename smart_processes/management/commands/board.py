"""`manage.py board TYPE`: what somebody's board shows, in the terminal."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actor import Actor
from accounts.models import User
from smart_processes.exceptions import TypeMissing
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for
from smart_processes.selectors.board import board_columns


class Command(BaseCommand):
    """Print the columns of a board with their exact counts and sums."""

    help = "Print what a board shows: its columns with counts, and sums in the base currency."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the type, and whose board of which pipeline it shall be."""
        parser.add_argument("type", help="code of a record type, for example deal")
        parser.add_argument("--pipeline", help="code of the pipeline; default: the default one")
        parser.add_argument(
            "--as", dest="username", help="whose board; default: everything there is"
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, **options: Any) -> None:
        """Print the board.

        Raises:
            CommandError: there is no such type, pipeline or person.
        """
        actor = _actor(options["username"])
        schema = schema_for(actor)
        type_schema = _type(schema, options["type"])
        pipeline = _pipeline(type_schema, options["pipeline"])
        # The page's own selector, with no card loaded.
        columns = [
            {
                "code": column.stage.code,
                "name": column.stage.name,
                "count": column.record_count,
                "sum": f"{Money(column.amount_minor, schema.base_currency).major:f}",
            }
            for column in board_columns(
                actor=actor, type_schema=type_schema, pipeline=pipeline, size=1
            )
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"columns": columns}, ensure_ascii=False))
        else:
            self.stdout.write(_table(columns, schema.base_currency))


def _actor(username: str | None) -> Actor:
    if username is None:
        return Actor.system("board")
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is nobody with the user name “{username}”.")
    return Actor.person(user)


def _type(schema: Schema, code: str) -> TypeSchema:
    try:
        return schema.type(code)
    except TypeMissing as missing:
        known = ", ".join(sorted(schema.types))
        raise CommandError(f"{missing.message} Choose one of: {known}.") from missing


def _pipeline(type_schema: TypeSchema, code: str | None) -> PipelineSchema:
    if code is None:
        return type_schema.default_pipeline
    pipeline = type_schema.pipeline(code)
    if pipeline is None:
        known = ", ".join(each.code for each in type_schema.pipelines)
        raise CommandError(
            f"“{type_schema.type.name_many}” has no pipeline “{code}”. Choose one of: {known}."
        )
    return pipeline


def _table(columns: list[dict[str, Any]], currency: str) -> str:
    rows = [
        ("Stage", "Code", "Records", f"Sum, {currency}"),
        *((c["name"], c["code"], f"{c['count']:,}", _grouped(c["sum"])) for c in columns),
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    return "\n".join(
        f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip()
        for a, b, c, d in rows
    )


def _grouped(amount: str) -> str:
    whole, mark, cents = amount.partition(".")
    return f"{int(whole):,}{mark}{cents}"
