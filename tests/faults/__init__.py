"""Killing everything while it works: `make faults`."""
