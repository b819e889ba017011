"""`allornone run`: run experiments, judge their claims, say how it came out.

What `verify` shares stands here too: which experiments are meant, and how their results are shown in turn.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allornone.command import arguments, report, screen
from allornone.command.arguments import target
from allornone.command.failures import FAILED, INTERRUPTED, SUCCESS, Failure, flushed, say, told
from allornone.command.jobs import Outcome, Watch, outcome, outcomes, processors

if TYPE_CHECKING:
    from allornone.scenarios.verdict.result import Result

PICTURES = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Wish:
    """How each of the named scenarios is to be run and shown."""

    how: dict[str, Any]
    as_json: bool = False
    at_length: bool = True
    plot: Path | None = None
    save: Path | None = None
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True)
class Choice:
    """Which experiments are meant, and how many are run at once."""

    names: Sequence[str]
    everything: bool
    long_too: bool
    jobs: int | None

    def sensible(self) -> None:
        """Refuse options that contradict each other."""
        _refuse(
            {
                "name scenarios or say --all (allornone list shows them)": not self.names
                and not self.everything,
                "--all is every scenario: name none beside it": bool(self.names) and self.everything,
                "--long belongs to --all; a scenario that is named always runs": self.long_too
                and not self.everything,
                "--jobs belongs to --all": self.jobs is not None and not self.everything,
            }
        )

    @property
    def chosen(self) -> list[str]:
        """The names, each once."""
        return _library(self.long_too) if self.everything else list(dict.fromkeys(self.names))


def choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of every verb that runs many experiments."""
    options = [
        target(nargs=-1),
        click.option("--all", "everything", is_flag=True, help="The whole library, without the long ones."),
        click.option("--long", "long_too", is_flag=True, help="With --all: the long ones too."),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            help="With --all: so many at once; default: one a processor.",
        ),
        click.option("--json", "as_json", is_flag=True, help="One JSON document a line, one a scenario."),
        click.option(
            "--limit", "limits", metavar="KEY=NUMBER", multiple=True, help="Raise a limit: units=200000."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command
@choosing
@click.option("--seed", type=click.IntRange(min=0), help="Only this seed.")
@click.option("--seeds", type=click.IntRange(min=1), help="So many seeds in place of the file's number.")
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="A change laid over the file: learning.eta=0.1.",
)
@click.option(
    "--counterfactuals",
    is_flag=True,
    help="The same as allornone verify, its older name.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Save a picture: .png, .svg or .pdf.")
@click.option(
    "--save", type=click.Path(path_type=Path), help="Save results, traces and trainings in this folder."
)
def verb(
    names: Sequence[str],
    everything: bool,
    long_too: bool,
    settings: Sequence[str],
    limits: Sequence[str],
    jobs: int | None,
    as_json: bool,
    plot: Path | None,
    save: Path | None,
    **how: Any,
) -> int:
    """Run experiments and judge their claims.

    With --seed, --seeds or --set it is another family of runs than the file's:
    measures and claims are shown, and no verdict is given. To try to break the
    claims, see allornone verify.
    """
    choice = Choice(names, everything, long_too, jobs)
    how["overrides"] = arguments.overrides(settings) or None
    how["limits"] = arguments.limits(limits)
    choice.sensible()
    _sensible(choice, plot, how)
    if plot is not None:
        arguments.file_ready(plot, PICTURES)
    if save is not None:
        arguments.folder_ready(save)
    return carried_out(choice, Wish(how, as_json, not everything, plot, save))


def carried_out(choice: Choice, wish: Wish) -> int:
    """Run what is asked for, several at once where that is possible, and return the worst exit status."""
    chosen = choice.chosen
    several = min((choice.jobs or processors()) if choice.everything else 1, len(chosen))
    if several < 2:
        return judged(chosen, wish, (_outcome(name, wish) for name in chosen))
    with outcomes(chosen, wish.how, several) as coming:
        return judged(chosen, wish, coming)


def judged(names: Sequence[str], wish: Wish, coming: Iterator[Outcome]) -> int:
    """Show and keep what scenarios gave, in turn, and return the worst exit status; a bad file stops no other."""
    began = time.perf_counter()
    counts: Counter[str] = Counter()
    worst = SUCCESS
    for place, name in enumerate(names):
        try:
            words, code = _judged(name, next(coming), wish, len(names) > 1)
        except KeyboardInterrupt:
            _sum_up(counts, len(names), began, wish)
            say(f"interrupted in {name} {wish.watch.far()}; {place} of {len(names)} scenarios were finished")
            return INTERRUPTED
        except BrokenPipeError as error:
            return told(error)
        except Exception as error:
            words, code = "could not be run", told(error, name if len(names) > 1 else "")
        counts[words] += 1
        worst = max(worst, code)
    _sum_up(counts, len(names), began, wish)
    return worst


def _outcome(name: str, wish: Wish) -> Outcome:
    with wish.watch.shown(name) as watch:
        return outcome(name, {"progress": watch, **wish.how})


def _judged(name: str, found: Outcome, wish: Wish, several: bool) -> tuple[str, int]:
    """Show and keep a result, or tell why there is none; return its outcome in words and its exit status."""
    if isinstance(found, Failure):
        say(f"{name}: {found.sentence}" if several else found.sentence)
        return "could not be run", found.code
    result = found
    _show(result, wish)
    _keep(result, wish)
    return result.verdict or "run as another family", SUCCESS if report.works(result) else FAILED


def _sensible(choice: Choice, plot: Path | None, how: dict[str, Any]) -> None:
    """Refuse options of `run` that contradict each other."""
    seed, seeds = how["seed"] is not None, how["seeds"] is not None
    several = choice.everything or len(set(choice.names)) > 1
    _refuse(
        {
            "--seed is one seed and --seeds is how many: give one of the two": seed and seeds,
            "--plot saves one picture: name one scenario": plot is not None and several,
            "--counterfactuals judge the file as it stands: leave out --seed, --seeds and --set": how[
                "counterfactuals"
            ]
            and (seed or seeds or how["overrides"] is not None),
        }
    )


def _refuse(complaints: dict[str, bool]) -> None:
    """Complain of the first that applies."""
    for complaint, applies in complaints.items():
        if applies:
            raise click.UsageError(complaint)


def _library(long_too: bool) -> list[str]:
    from allornone.scenarios.catalogue import entries

    return [entry.name for entry in entries() if long_too or not entry.long]


def _show(result: Result, wish: Wish) -> None:
    """Print a result as was asked for, and let it arrive: the next one may take long."""
    if wish.as_json:
        screen.as_json(result.to_json())
    elif wish.at_length:
        report.full(result)
    else:
        report.brief(result)
    flushed(SUCCESS)


def _keep(result: Result, wish: Wish) -> None:
    """Save the picture and the result where that was asked for."""
    if wish.plot is not None:
        from allornone.pictures.plotting import plot

        plot(result).save(wish.plot)
    if wish.save is not None:
        result.save(wish.save)


def _sum_up(outcomes: Counter[str], asked: int, began: float, wish: Wish) -> None:
    """Print one line over all scenarios, where there were several."""
    if asked < 2 or wish.as_json:
        return
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "none finished"
    screen.say()
    screen.say(f"{asked} scenarios: {counts} ({time.perf_counter() - began:.1f} s)", "bold")
    flushed(SUCCESS)
