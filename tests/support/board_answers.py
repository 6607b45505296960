"""What a board answers to a move."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

from smart_processes.models import Item


class Answer:
    """What the browser is told."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.html: str = response.content.decode()
        self.goes_to: str = response.headers.get("HX-Retarget", "")
        told = json.loads(response.headers.get("HX-Trigger-After-Swap", "{}"))
        self.toast: dict[str, Any] = told.get("toast", {})

    @property
    def cards(self) -> list[tuple[str, str, int]]:
        """Stage, card above and id of every card."""
        found = re.findall(
            r'data-stage="(\w+)"\s+data-below="(\d*)".*?id="card-(\d+)"', self.html, re.DOTALL
        )
        return [(stage, above, int(pk)) for stage, above, pk in found]

    @property
    def gone(self) -> list[int]:
        return [int(pk) for pk in re.findall(r'data-patch="gone" data-id="(\d+)"', self.html)]

    @property
    def counts(self) -> dict[str, int]:
        """Records by stage, for the lanes that changed."""
        found = re.findall(
            r'data-patch="head" data-stage="(\w+)">.*?data-count="(\d+)"', self.html, re.DOTALL
        )
        return {stage: int(count) for stage, count in found}


def move(client: Client, item: Item, stage: str = "", query: str = "", **wish: Any) -> Answer:
    values = {f"move-{name}": value for name, value in wish.items() if value is not None}
    if stage:
        values["move-stage"] = stage
    return Answer(client.post(f"/sale/{item.pk}/move/{query}", values))
