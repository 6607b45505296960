"""Configuration pages of automation."""

from automation.admin import calendars, global_values, programs, schedules, triggers

__all__ = ["calendars", "global_values", "programs", "schedules", "triggers"]
