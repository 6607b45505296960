"""The engine: programs, their interpreter, expressions and conditions. Pure Python: no Django, no clock, no chance."""
