"""Ten automatic steps and an answer in django-viewflow, run by its own Python (tests.bench.peer)."""
