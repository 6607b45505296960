"""`manage.py load_demo`: a made-up company to look around in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from crm.demo.loading import is_empty, is_loaded, load_demo
from crm.demo.people import DEMO_PASSWORD, LOGINS


class Command(BaseCommand):
    """Load the demo into an empty system and print its logins."""

    help = "Load a demo company into an empty system; leaves any other one alone."

    def handle(self, **_options: Any) -> None:
        """Load it, unless anything is there already."""
        if is_empty():
            load_demo()
        elif not is_loaded():
            return
        width = max(len(login.username) for login in LOGINS)
        self.stdout.write(f"Sign in with the password “{DEMO_PASSWORD}” as")
        for login in LOGINS:
            self.stdout.write(f"  {login.username:<{width}}  {login.words}")
