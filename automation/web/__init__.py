"""Doors of automation: addresses that other systems call."""
