"""Telling whoever started runs that they have ended, in the transaction of their last turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from automation.runtime.store_rows import Written

Listener = Callable[[Sequence[Written], datetime], None]
_listeners: list[Listener] = []


def on_end(listener: Listener) -> None:
    """Call `listener` with runs that completed, failed or were cancelled."""
    _listeners.append(listener)


def tell(written: Sequence[Written], now: datetime) -> None:
    """Tell of the runs among these turns that are over."""
    over = [each for each in written if each.is_over]
    if over:
        for listener in _listeners:
            listener(over, now)
