"""Rows that are written once: published versions and the journal."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class AppendOnly(models.QuerySet[Row]):
    """Refuses to change rows; deleting old ones is the work of retention."""

    def update(self, **kwargs: Any) -> int:
        """Refuse.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(f"{self.model.__name__} rows are never changed.")

    update.alters_data = True  # type: ignore[attr-defined]  # Django's own mark for templates
