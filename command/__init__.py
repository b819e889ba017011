"""The command line, a file per verb."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit status.

    >>> main(["--version"])  # doctest: +ELLIPSIS
    allornone, version ...
    0
    """
    try:
        from allornone.command.failures import status, terminable
        from allornone.command.program import invoke

        with terminable():
            return status(lambda: invoke(arguments))
    except KeyboardInterrupt:  # so early that nothing had begun
        return 130
