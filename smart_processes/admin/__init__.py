"""Configuration pages. Whoever may configure works here; saving is done by actions."""

from smart_processes.admin import currencies, fields, pipelines, record_types, records

__all__ = ["currencies", "fields", "pipelines", "record_types", "records"]
