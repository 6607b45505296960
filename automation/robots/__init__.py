"""Robots: from "a record entered a stage" to runs and decisions."""
