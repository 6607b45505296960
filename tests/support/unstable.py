"""What failed and then passed is shown with its traceback: nobody can mend a bare name."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write down the first failure of every test that was run once more."""
    reports = terminalreporter.stats.get("rerun", [])
    if reports:
        terminalreporter.section("failed at first")
    for report in reports:
        terminalreporter.write_sep("_", report.nodeid)
        terminalreporter.line(report.longreprtext)
