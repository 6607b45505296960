"""Runs in the database: the clock, the hot statements, turns, the outbox, replaying."""
