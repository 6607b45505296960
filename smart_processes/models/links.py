"""Links between records of any types."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from smart_processes.models.items import Item

# Kinds of links that people draw; others are the keys of link fields.
DRAWN, FURTHER_CONTACT = "", "contact"


class RecordLink(models.Model):
    """Two records that belong together; `parent` is the one the other was made for.

    `kind` is empty for a link that people drew, `contact` for a further contact of a
    record, or a field's key (`f12`) for a link that a record-link field holds, so that
    the other side can be asked too.
    """

    parent = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="child_links")
    child = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="parent_links")
    kind = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "child", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="no_link_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} → {self.child_id}"
