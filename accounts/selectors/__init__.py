"""Reads about people and roles."""
