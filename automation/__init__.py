"""Robots, triggers and workflows over any record."""
