"""Writes: each function owns its transaction, lock, permission, history and event."""
