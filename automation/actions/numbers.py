"""Giving out numbers of a series, each once."""

from __future__ import annotations

from django.db import transaction

from automation.models import NumberSeries


@transaction.atomic
def take_number(series: str, *, period: str = "", first: int = 1) -> int:
    """Return the next number of a series.

    The series' row stays locked until the transaction ends: a number that is rolled back
    is given out again, so there are no gaps, and two runs never get the same one.

    Args:
        series: The series' code; made at its first number.
        period: What the series begins anew for, for example `2026`.
        first: The first number of a series that is made now.
    """
    made, is_new = NumberSeries.objects.select_for_update().get_or_create(
        code=series, period=period, defaults={"last": first}
    )
    if not is_new:
        made.last += 1
        made.save(update_fields=["last"])
    return made.last
