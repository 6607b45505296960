"""Writes to people, departments and roles."""
