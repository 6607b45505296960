"""Configuration pages of automation."""

from automation.admin import calendars

__all__ = ["calendars"]
