"""The protected state field of records.

django-fsm's `protected=True` alone leaks: a deferred stage can be set and saved, and it
breaks `refresh_from_db` and `full_clean`, which set every field. `FSMModelMixin` repairs
that by switching the protection off for the whole process, which is not safe between
threads; this descriptor keeps the exception to one instance.
"""

from __future__ import annotations

from typing import Any

from django_fsm import FSMField, FSMFieldDescriptor

REFRESHING = "_refreshing_stage"


class _StageDescriptor(FSMFieldDescriptor):
    def __set__(self, instance: Any, value: Any) -> None:
        if instance.__dict__.get(REFRESHING):
            instance.__dict__["stage"] = value
            return
        if not instance._state.adding:
            raise AttributeError("A record's stage changes only in move_to_stage.")
        super().__set__(instance, value)


class StageField(FSMField):
    """A stage code that only the state machine sets on a saved record."""

    descriptor_class = _StageDescriptor

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Name django-fsm's own field, so that migrations import no code of ours."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django_fsm.FSMField", list(args), dict(kwargs)
