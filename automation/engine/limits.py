"""How large things may be. Every number has its reason."""

from __future__ import annotations

LARGEST_BODY = 1_000_000  # characters of a program's JSON; the largest genuine one has 120,000
DEEPEST_BODY = 100  # levels of JSON; a genuine program of eleven nested steps has 35
MOST_STEPS = 2_000  # of a program; the largest genuine one has 140
LONGEST_ID = 64  # characters; the journal's column

STEPS_IN_A_TURN = 50  # bounds how long a turn locks its record and what a failure repeats
STEPS_IN_A_RUN = 10_000  # a loop that nobody meant ends here
TURNS_OF_A_LOOP = 1_000
MOST_RETRIES = 20
LONGEST_BACKOFF = 24 * 3600  # seconds; a run that waits longer looks forgotten

LARGEST_RESULT = 4_096  # characters of a step's result kept in the snapshot; the journal has all
WARN_SNAPSHOT = 16_384  # characters; beyond it each turn gets slower
LARGEST_SNAPSHOT = 65_536
