"""Trial runs: the real engine in a transaction that is rolled back."""
