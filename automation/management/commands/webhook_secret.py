"""`manage.py webhook_secret TYPE PIPELINE CODE`: a webhook's address, and a new secret for it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.actor import Actor
from automation.actions.triggers import new_secret
from automation.addresses import site_address
from automation.models import Trigger
from automation.triggers.incoming_webhook import IncomingWebhook


class Command(BaseCommand):
    """Prints where another system calls and with which secret; the old secret ends."""

    help = "Print the address of an incoming webhook and a new secret; it is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what names the trigger."""
        parser.add_argument("type", help="code of the record type")
        parser.add_argument("pipeline", help="code of the pipeline")
        parser.add_argument("code", help="code of the trigger")

    def handle(self, **options: Any) -> None:
        """Make the secret.

        Raises:
            CommandError: there is no such webhook.
        """
        trigger = Trigger.objects.filter(
            pipeline__type__code=options["type"],
            pipeline__code=options["pipeline"],
            code=options["code"],
            kind=IncomingWebhook.code,
        ).first()
        if trigger is None:
            raise CommandError("There is no incoming webhook of that type, pipeline and code.")
        secret = new_secret(trigger, actor=Actor.system("manage.py webhook_secret"))
        path = reverse("automation:webhook", args=[trigger.public_id])
        self.stdout.write(f"POST {site_address().rstrip('/')}{path}")
        self.stdout.write(f"Authorization: Bearer {secret}")
