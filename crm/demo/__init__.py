"""A made-up company to look around in: its solution, people and records.

Everything comes from one seeded generator, so that each installation shows the same
people and records; only the dates follow the day it is loaded.
"""
