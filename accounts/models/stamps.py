"""Version stamps of what processes keep in memory."""

from __future__ import annotations

from django.db import models


class Stamp(models.Model):
    """A random value that database triggers replace whenever what it stands for changes.

    Random, not counted: a transaction that changes configuration, fills a cache and
    rolls back would leave "version 8" in memory, and the next committed change would be
    version 8 as well.
    """

    name = models.CharField(max_length=32, primary_key=True)
    value = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
