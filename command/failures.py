"""How a command ends: the exit status, and one message for whatever went wrong."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from allornone.command.screen import legible, printable
from allornone.simulator.errors import AllornoneError

SUCCESS = 0
FAILED = 1  # a claim is not as the file says, or a counterfactual does no work
BAD_INPUT = 2
BUG = 70  # sysexits.h: EX_SOFTWARE
INTERRUPTED = 130  # as a shell counts SIGINT
BROKEN_PIPE = 141  # as a shell counts SIGPIPE


def status(command: Callable[[], int]) -> int:
    """Carry the command out and return its exit status; whatever goes wrong is told on stderr.

    >>> status(lambda: FAILED)
    1
    """
    legible(sys.stdout)
    legible(sys.stderr)
    try:
        with contextlib.suppress(click.exceptions.Exit):  # --help and --version have printed and are done
            return flushed(command())
        return flushed(SUCCESS)
    except click.UsageError as error:
        error.show()
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except Exception as error:
        return told(error)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end what is done inside as SIGINT does, so that nothing half written is left behind."""
    usual = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupted(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def flushed(code: int) -> int:
    """Return the code once everything printed has arrived, so that a closed pipe is noticed here."""
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


@dataclass(frozen=True)
class Failure:
    """What went wrong, in a sentence, and the exit status that belongs to it."""

    sentence: str
    code: int


def failure_of(error: Exception) -> Failure:
    """Return what to say of an error.

    >>> failure_of(MemoryError())
    Failure(sentence='there is not enough memory for this', code=2)
    """
    match error:
        case AllornoneError():
            return Failure(str(error), BAD_INPUT)
        case OSError():
            return Failure(_sentence(error), BAD_INPUT)
        case MemoryError():
            return Failure("there is not enough memory for this", BAD_INPUT)
    return Failure(_confession(error), BUG)


def told(error: Exception, about: str = "") -> int:
    """Tell what went wrong (and about which scenario) and return the exit status that belongs to it."""
    if os.environ.get("ALLORNONE_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, BrokenPipeError):  # the reader has seen enough: no news
        _silence()
        return BROKEN_PIPE
    failure = failure_of(error)
    say(f"{about}: {failure.sentence}" if about else failure.sentence)
    if isinstance(error, OSError) and sys.stdout is not None and not _writes(sys.stdout):
        _silence()
    return failure.code


def say(message: str) -> None:
    """Print a message of the program itself on stderr, where it never mixes with results."""
    with contextlib.suppress(OSError):  # nobody listens
        print(f"allornone: {printable(message)}", file=sys.stderr, flush=True)


def _sentence(error: OSError) -> str:
    """Say what the system said, the file first: 'x.toml: No such file or directory'."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _confession(error: Exception) -> str:
    """Own up to a bug of the program: what, where, and how to report it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"this is a bug, not your doing: {type(error).__name__}: {error}{place}\n"
        "    Please report it, with the traceback that ALLORNONE_DEBUG=1 shows."
    )


def _writes(stream: object) -> bool:
    """Whether what the stream still holds can be written."""
    try:
        flush = getattr(stream, "flush", None)
        if flush is not None:
            flush()
    except OSError:
        return False
    return True


def _silence() -> None:
    """Send what is left in stdout nowhere; else Python complains about it at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
