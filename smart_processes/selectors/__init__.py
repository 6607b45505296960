"""Reads: what comes back, in a counted number of queries. `actor` always comes first."""
