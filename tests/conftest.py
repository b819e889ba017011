"""What the tests share: helpers imported by their plain names, each once, and the seconds of each file."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

SECONDS: defaultdict[str, float] = defaultdict(float)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let CI ask for the seconds of each file."""
    parser.addoption("--seconds-by-file", action="store_true", help="print the seconds of each test file")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the seconds of setting up, calling and tearing down."""
    SECONDS[report.nodeid.split("::")[0]] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the seconds of each file, the slowest first, summed over the processes that ran it."""
    if config.getoption("--seconds-by-file"):
        terminalreporter.section("seconds by file")
        for name, seconds in sorted(SECONDS.items(), key=lambda one: -one[1]):
            terminalreporter.write_line(f"{seconds:7.1f}  {name}")
