"""The command line: what each verb prints, how it ends, and what it leaves behind."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from allornone.command import main
from allornone.command.new import skeleton
from allornone.simulator.errors import AllornoneError, UnknownName

HEAVY = ("numpy", "networkx", "matplotlib", "scipy", "numba", "pydantic")
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")

RING = """
title = "A ring remembers"
year = 1930
story = '''
Five cells in a ring.
A spike goes round for ever, unless a word or a blow stops it.'''
source = "Kubie (1930)"
evidence = "memory"
lecture = [5, 7]

[[interpretation.claims]]
text = "A spike goes round"
that = "period == 5"
fails = { connectivity.without = ["c1 -> c2"] }
"""
RAW = tomllib.loads(RING)
FILES = Path(__file__).parent.parent / "scenarios" / "run"
RELAY, DRAWN = str(FILES / "relay.toml"), str(FILES / "drawn.toml")


# ---- A stand-in for the runner, so that these tests are about the command line alone


@dataclass
class Change:
    """A counterfactual that was tried."""

    change: str
    works: bool = True
    note: str = ""


@dataclass
class Nudge:
    """A number of a claim, moved."""

    text: str
    falls: bool = True


@dataclass
class Claim:
    """A judged claim."""

    text: str
    holds: bool = True
    that: str = "period == 6"
    says: str | None = None
    measured: str = "period = 6"
    found: str = ""
    counterfactuals: list[Change] = field(default_factory=list)
    nudges: list[Nudge] = field(default_factory=list)

    @property
    def works(self) -> bool:
        """Whether all that was tried did its work."""
        return all(one.works for one in self.counterfactuals) and all(one.falls for one in self.nudges)

    @property
    def sound(self) -> bool:
        """Whether it holds, or is marked and shown to hold elsewhere."""
        return self.holds or self.says is not None


@dataclass
class Outcome:
    """The result of a run."""

    name: str = "ring"
    title: str = "A ring remembers"
    verdict: str | None = "reproduced"
    holds: bool | None = True
    claims: list[Claim] = field(default_factory=lambda: [Claim("A spike goes round the ring for ever")])
    measures: dict[str, Any] = field(default_factory=lambda: {"period": 6.0, "never": float("inf")})
    network: Any = "a network"
    trace: Any = "a trace"
    training: Any = None
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.25
    family: str = "as written"
    document: dict[str, Any] = field(default_factory=lambda: RAW)

    @property
    def as_written(self) -> bool:
        """Whether it was run as it stands."""
        return self.family == "as written"

    @property
    def works(self) -> bool:
        """Whether all that was tried did its work."""
        return all(claim.works for claim in self.claims)

    def film(self, theme: str) -> Film:
        """Return a film."""
        return Film(self)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {"name": self.name, "verdict": self.verdict, "measures": self.measures}

    def save(self, directory: Path) -> None:
        """Write a file."""
        (directory / f"{self.name}.json").write_text("{}")


@dataclass
class Film:
    """A picture that can be saved."""

    of: Outcome

    def save(self, path: Path) -> None:
        """Write some bytes."""
        Path(path).write_text("whole")


Progress = Callable[[int, int, str], None]
OUTCOMES: dict[str, Callable[[], Outcome]] = {
    "ring": Outcome,
    "wrong": lambda: Outcome(
        name="wrong",
        verdict="not reproduced",
        holds=False,
        claims=[Claim("Holds"), Claim("Does not", holds=False, measured="period = 5")],
    ),
    "idle": lambda: Outcome(
        name="idle",
        claims=[Claim("A claim", counterfactuals=[Change("the ring cut", works=False, note="period = 6")])],
    ),
    "dull": lambda: Outcome(name="dull", claims=[Claim("A claim", nudges=[Nudge("7", falls=False)])]),
    "marked": lambda: Outcome(
        name="marked",
        verdict="reproduced differently",
        claims=[
            Claim(
                "The rule is guaranteed to learn",
                holds=False,
                says="lecture",
                measured="solved = False",
                counterfactuals=[Change("tasks.gate.ones = ['11']")],
            ),
        ],
    ),
    "hostile": lambda: Outcome(name="hostile", title="red \x1b[31m [bold]tape[/bold]"),
}


def run(
    name: str, *, seed: int | None = None, progress: Callable[[int, int, str], None], **how: Any
) -> Outcome:
    """Stand in for the runner: as the name says."""
    progress(2, 8, "seed 2")
    if name == "slow":
        time.sleep(60)
    if name == "broken":
        raise AllornoneError("broken.toml:3:1: learning.rule: no rule is named 'hebbb'. Did you mean 'hebb'?")
    if name == "bug":
        raise ZeroDivisionError("division by zero")
    if name.endswith(".toml"):
        raise FileNotFoundError(2, "No such file or directory", name)
    if name not in OUTCOMES:
        raise UnknownName("scenario", name, OUTCOMES)
    outcome = OUTCOMES[name]()
    if seed is not None or how.get("overrides"):
        outcome.verdict, outcome.holds, outcome.family = None, None, f"seed {seed}"
    return outcome


@dataclass
class Entry:
    """A line of the catalogue."""

    name: str
    title: str = "A ring remembers"
    year: int = 1930
    era: str = "before-1943"
    lecture: tuple[int, ...] = (5, 7)
    sentence: str = "Five cells in a ring."
    claims: int = 1
    aliases: tuple[str, ...] = ()
    long: bool = False
    path: Path = Path("ring.toml")


def entries() -> list[Entry]:
    """Stand in for the catalogue."""
    return [
        Entry("ring"),
        Entry("marked", year=1958, era="1958", lecture=(2,), title="An [odd] \x1b[31mtitle"),
        Entry("wrong", year=1958, era="1958", lecture=(), long=True),
    ]


def of_era(era: str) -> list[Entry]:
    """Stand in for the catalogue."""
    if era not in ("before-1943", "1958"):
        raise UnknownName("era", era, ("before-1943", "1958"))
    return [entry for entry in entries() if entry.era == era]


def find(name: str) -> Path:
    """Stand in for the catalogue."""
    return Path(f"{name}.toml")


def dated(year: int) -> str:
    """Stand in for the catalogue."""
    return str(year)


def module(name: str, **names: Any) -> types.ModuleType:
    """Return a module that has these names."""
    made = types.ModuleType(name)
    made.__dict__.update(names)
    return made


def stand_ins() -> dict[str, types.ModuleType]:
    """Return the modules that stand in for the real ones, by name."""
    return {
        "allornone.scenarios.running": module("running", run=run),
        "allornone.scenarios.catalogue": module(
            "catalogue", entries=entries, of_era=of_era, find=find, dated=dated
        ),
        "allornone.pictures.plotting": module("raster", plot=Film),
    }


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put the stand-ins in place, and work in an empty folder."""
    for name, made in stand_ins().items():
        monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


PREAMBLE = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("stand_in", {__file__!r})
module = importlib.util.module_from_spec(spec)
sys.modules["stand_in"] = module
spec.loader.exec_module(module)
sys.modules.update(module.stand_ins())
sys.exit(module.main())
"""


def program(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process of its own, with the stand-ins in place."""
    command = [sys.executable, "-c", PREAMBLE, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, text=True, **{**pipes, **options})


def on_terminal(*arguments: str, columns: int = 80, environment: dict[str, str] | None = None) -> str:
    """Return what a terminal of that width receives."""
    ours, theirs = pty.openpty()
    known = {
        key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")
    }
    env = {**known, "TERM": "xterm-256color", "COLUMNS": str(columns), **(environment or {})}
    with program(*arguments, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        received = b"".join(_received(ours))
        process.wait(timeout=30)
    os.close(ours)
    return received.decode().replace("\r\n", "\n")


def _received(terminal: int) -> Iterator[bytes]:
    while select.select([terminal], [], [], 30)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side has closed
            return
        if not piece:
            return
        yield piece


def installed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real program, without stand-ins."""
    command = [sys.executable, "-m", "allornone", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )


# ---- How a command ends


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["run", "ring"], 0),
        (["run", "ring", "--counterfactuals"], 0),
        (["run", "marked"], 0),
        (["run", "wrong"], 1),
        (["run", "wrong", "--seed", "3"], 0),
        (["run", "wrong", "--set", "learning.eta=2"], 0),
        (["run", "idle", "--counterfactuals"], 1),
        (["run", "dull", "--counterfactuals"], 1),
        (["verify", "ring"], 0),
        (["verify", "marked"], 0),
        (["verify", "wrong"], 1),
        (["verify", "idle"], 1),
        (["verify", "dull"], 1),
        (["verify", "ring", "broken", "wrong"], 2),
        (["verify", "--all", "--jobs", "1"], 0),
        (["verify", "--all", "--long", "--jobs", "1"], 1),
        (["run", "broken"], 2),
        (["run", "ring", "wrong", "broken"], 2),
        (["run", "broken", "wrong", "ring"], 2),
        (["run", "bug"], 70),
        (["run", "--all", "--jobs", "1"], 0),
        (["run", "--all", "--long", "--jobs", "1"], 1),
    ],
)
def test_the_status_is_the_verdict(arguments: list[str], status: int) -> None:
    """0 all is as the file says, 1 a claim or a change is not, 2 a bad file; of several, the worst."""
    assert main(arguments) == status


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "name scenarios or say --all"),
        (["run", "ring", "--all"], "name none beside it"),
        (["run", "ring", "--long"], "--long belongs to --all"),
        (["run", "ring", "--seed", "1", "--seeds", "2"], "give one of the two"),
        (["run", "ring", "--seed", "-1"], "-1 is not in the range"),
        (["run", "ring", "--seeds", "none"], "'none' is not a valid integer"),
        (["run", "ring", "wrong", "--plot", "x.png"], "name one scenario"),
        (["run", "ring", "--seed", "1", "--counterfactuals"], "leave out --seed"),
        (["verify"], "name scenarios or say --all"),
        (["verify", "ring", "--all"], "name none beside it"),
        (["verify", "ring", "--jobs", "2"], "--jobs belongs to --all"),
        (["verify", "ring", "--seed", "1"], "No such option"),
        (["verify", "ring", "--limit", "units=many"], "'many' is no number above 0"),
        (["verify", "ring", "--times", "0"], "0 is not in the range"),
        (["verify", "ring", "--times", "many"], "'many' is not a valid integer"),
        (["run", "ring", "--times", "3"], "No such option"),
        (["verify", "rnig"], "no scenario is named 'rnig'. Did you mean 'ring'?"),
        (["verfy"], "no verb is named 'verfy'. Did you mean 'verify'?"),
        (["run", "ring", "--set", "learning.eta"], "write --set KEY=VALUE"),
        (["run", "ring", "--limit", "units=many"], "'many' is no number above 0"),
        (["runn"], "no verb is named 'runn'. Did you mean 'run'?"),
        (["run", "rnig"], "no scenario is named 'rnig'. Did you mean 'ring'?"),
        (["run", "no.toml"], "allornone: no.toml: No such file or directory"),
        (["run", "broken"], "allornone: broken.toml:3:1: learning.rule"),
        (["run", "ring", "--plot", "x.pgn"], "x.pgn ends in '.pgn'; it should be one of .png, .svg, .pdf."),
        (["run", "ring", "--plot", "no/x.png"], "the folder no does not exist; make it first"),
        (["run", "ring", "--save", "no"], "the folder no does not exist; make it first"),
        (["run", "ring", "--save", os.devnull], "is a file, and a folder is needed there"),
        (["list", "--era", "1959"], "no era is named '1959'. Did you mean '1958'?"),
        (["animate", "ring"], "Missing option '-o'"),
        (["animate", "ring", "-o", "film"], "film has no ending; it should be one of"),
        (["new", "My net"], "'My net' cannot name a scenario"),
        (["new", "no/my-net"], "the folder no does not exist; make it first"),
    ],
)
def test_bad_usage_is_one_message_and_nothing_written(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What was found, what would be right, exit 2, no traceback, stdout and the folder left empty."""
    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("stand_in")
def test_a_bug_is_never_hidden(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told in a line with its place; ALLORNONE_DEBUG shows the traceback."""
    main(["run", "bug"])
    assert re.match(
        r"allornone: this is a bug, not your doing: ZeroDivisionError: division by zero, \w+\.py:\d+\n"
        r" +Please report it, with the traceback that ALLORNONE_DEBUG=1 shows\.\n$",
        capsys.readouterr().err,
    )

    monkeypatch.setenv("ALLORNONE_DEBUG", "1")
    main(["run", "bug"])
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.usefixtures("stand_in")
def test_a_bad_file_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """The others run, and the last line sums up."""
    main(["run", "broken", "ring", "wrong"])

    out, err = capsys.readouterr()
    assert err.startswith("allornone: broken: broken.toml:3:1")
    last = out.strip().splitlines()[-1]
    assert last.startswith("3 scenarios: 1 could not be run, 1 reproduced, 1 not reproduced (")


@pytest.mark.parametrize("arguments", [["list"], ["run", *["ring"] * 1, "marked", "wrong"], ["--help"]])
def test_a_broken_pipe_is_silent(arguments: list[str]) -> None:
    """A reader that has seen enough ends the program without a word."""
    ours, theirs = os.pipe()
    os.close(ours)

    with program(*arguments, stdout=theirs) as process:
        os.close(theirs)
        _, err = process.communicate(timeout=30)

    assert err == ""
    assert process.returncode == 141


def test_what_cannot_be_printed_is_told(tmp_path: Path) -> None:
    """A full disk under stdout is an error, not a success."""
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n{PREAMBLE}"
    with (tmp_path / "out").open("w") as out:
        done = subprocess.run(
            [sys.executable, "-c", code, "list"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.stderr == "allornone: File too large\n"
    assert done.returncode == 2


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("option", ["--save=.", "--plot=ring.png"])
def test_a_read_only_folder_is_told_before_anything_runs(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after an hour: the folder is tried first."""

    def refused(**_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refused)

    assert main(["run", "ring", option]) == 2

    out, err = capsys.readouterr()
    assert (out, err) == ("", "allornone: nothing can be written into the folder .: Read-only file system\n")


def test_ctrl_c_reports_what_was_finished(tmp_path: Path) -> None:
    """Exit 130; what is finished is shown, saved and counted, what is not is told of; no half file."""
    arguments = ["run", "ring", "slow", "wrong", "--save", str(tmp_path)]
    with program(*arguments) as process:
        assert process.stdout is not None
        head = process.stdout.readline()
        while "1 claim holds" not in head:
            head = process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert err == "allornone: interrupted in slow after 2 of 8 runs; 1 of 3 scenarios were finished\n"
    assert "3 scenarios: 1 reproduced (" in out
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["ring.json"]


# ---- What is left behind


@pytest.mark.usefixtures("stand_in")
def test_results_are_saved_where_was_asked(tmp_path: Path) -> None:
    """--save DIR keeps each scenario's result there."""
    assert main(["run", "ring", "marked", "--save", str(tmp_path)]) == 0

    assert sorted(path.name for path in tmp_path.iterdir()) == ["marked.json", "ring.json"]


@pytest.mark.usefixtures("stand_in")
def test_pictures_and_films_are_saved(tmp_path: Path) -> None:
    """--plot and animate write where they were told to."""
    assert main(["run", "ring", "--plot", "ring.png"]) == 0
    assert main(["animate", "ring", "-o", "ring.gif", "--theme", "dark"]) == 0

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "ring.png": "whole",
        "ring.gif": "whole",
    }


def test_new_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there is left as it is."""
    path = tmp_path / "mine.toml"
    path.write_text("precious")

    assert main(["new", str(path)]) == 2

    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "precious"


# ---- What is shown


PLAIN = """\
A ring remembers (1930)

  Five cells in a ring.
  A spike goes round for ever, unless a word or a blow stops
  it.

   claim                                      measured
✗  the lecture says: The rule is guaranteed   solved = False
   to learn
     ✓ is true if tasks.gate.ones = ['11']

reproduced differently: 0 of 1 claim holds, 1 change does
its work (0.2 s)
"""


@pytest.mark.usefixtures("stand_in")
def test_a_verdict_in_a_pipe_is_plain_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title, story, verdict table, verdict, within the width."""
    monkeypatch.setenv("COLUMNS", "60")

    main(["verify", "marked"])

    assert capsys.readouterr().out == PLAIN


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_the_older_name_of_verify_does_the_same(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`run --counterfactuals` prints what `verify` prints, but for the time that it took."""
    statuses, outputs = [], []
    for arguments in (["verify", RELAY], ["run", RELAY, "--counterfactuals"]):
        statuses.append(main([*arguments, *options]))
        out, err = capsys.readouterr()
        outputs.append((re.sub(r"\(\d+\.\d s\)|(?<=\"seconds\": )[\d.]+", "", out), err))

    assert statuses == [0, 0]
    assert outputs[0] == outputs[1]
    assert "falls" in outputs[0][0]


@pytest.mark.parametrize(
    ("times", "status", "line"),
    [
        ("1", 0, "reproduced: 1 claim holds ("),
        ("2", 0, "reproduced, with 2 times its seeds (4): 1 claim holds ("),
        ("3", 1, "not reproduced, with 3 times its seeds (6): 0 of 1 claim holds ("),
    ],
)
def test_more_seeds_give_a_verdict(
    times: str, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The claims alone are judged, and the exit status is what comes of it."""
    assert main(["verify", DRAWN, "--times", times]) == status

    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith(line)
    assert "falls" not in out


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            ["--seed", "1"],
            "no verdict (seed 1): the claims are about the file as written, with its 2 seeds. Here 1 claim holds (",
        ),
        (["--set", "activation.bias=1"], "no verdict (activation.bias = 1): the claims are about the file"),
    ],
)
def test_no_verdict_says_what_the_claims_are_about(
    options: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mean over twenty seeds is not refuted by one."""
    assert main(["run", DRAWN, *options]) == 0

    assert line in capsys.readouterr().out.replace("\n", " ")


def test_a_file_without_seeds_is_judged_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside one that has some, each in a document that says what was run."""
    assert main(["verify", RELAY, DRAWN, "--times", "2", "--json"]) == 0

    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["family"], one["verdict"]) for one in documents] == [
        ("as written", "reproduced"),
        ("with 2 times its seeds (4)", "reproduced"),
    ]


@pytest.mark.usefixtures("stand_in")
def test_json_is_clean_and_one_document_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing else is on stdout; what JSON lacks is text."""
    main(["run", "ring", "broken", "wrong", "--json"])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == ["ring", "wrong"]
    assert lines[0]["measures"] == {"period": 6.0, "never": "inf"}


@pytest.mark.usefixtures("stand_in")
def test_a_list_in_a_pipe_has_a_line_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """The name comes first and nothing wraps, so that cut, grep and head can be used on it."""
    main(["list"])

    assert capsys.readouterr().out == (
        "ring    1930  5,7  A ring remembers\n"
        "marked  1958  2    An [odd] \\x1b[31mtitle\n"
        "wrong   1958  -    A ring remembers\n"
    )


@pytest.mark.usefixtures("stand_in")
def test_a_list_can_be_cut_and_ordered(capsys: pytest.CaptureFixture[str]) -> None:
    """By era, in the lecture's order (a scenario stands at each of its rows), as JSON."""
    main(["list", "--era", "1958", "--json"])
    assert [entry["name"] for entry in json.loads(capsys.readouterr().out)] == ["marked", "wrong"]

    main(["list", "--lecture"])
    rows = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert rows == [["row", "name"], ["0", "–"], ["2", "marked"], ["5", "ring"], ["7", "ring"]]


@pytest.mark.usefixtures("stand_in")
def test_show_tells_the_story_and_what_would_refute_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Source, evidence, rows of the lecture, claims, changes, and where the file is."""
    (tmp_path / "ring.toml").write_text(RING)
    main(["show", "ring"])

    out = capsys.readouterr().out
    for piece in (
        "A ring remembers (1930)",
        "  Five cells in a ring.",
        "source    Kubie (1930)",
        "lecture   5, 7",
        "1  A spike goes round",
        "     that period == 5",
        '     fails with connectivity.without = ["c1 -> c2"]',
        "file      ring.toml",
    ):
        assert piece in out.splitlines()


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("arguments", [["list"], ["run", "marked", "wrong"]])
def test_a_terminal_gets_colour_within_its_width(arguments: list[str], columns: int) -> None:
    """Colours, no line wider than the window, and the bar on the way has been wiped away."""
    received = on_terminal(*arguments, columns=columns)

    assert COLOUR.search(received)
    lines = [ESCAPE.sub("", line.split("\r")[-1]) for line in received.splitlines()]
    assert max(len(line) for line in lines) <= columns


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(environment: dict[str, str]) -> None:
    """NO_COLOR and a terminal that knows none are honoured."""
    assert not COLOUR.search(on_terminal("run", "marked", "wrong", environment=environment))


@pytest.mark.parametrize(
    "arguments", [["list"], ["run", "hostile"], ["run", "hostile", "ring", "--seed", "1"]]
)
def test_a_file_cannot_steer_the_terminal(arguments: list[str]) -> None:
    """Escapes and markup from a file are shown as text."""
    received = on_terminal(*arguments, environment={"NO_COLOR": "1"})

    assert "\x1b[31m" not in received
    assert "[odd]" in received or arguments[0] == "run"


def test_letters_that_stdout_lacks_fail_nothing() -> None:
    """In ASCII the signs are words, so that yes and no stay apart."""
    with program("run", "wrong", env={**os.environ, "PYTHONIOENCODING": "ascii"}) as process:
        out, err = process.communicate(timeout=30)

    assert err == ""
    assert [line.split()[0] for line in out.splitlines() if "Holds" in line or "Does not" in line] == [
        "yes",
        "no",
    ]


# ---- The real thing


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["show", "kubie-ring"],
        ["run", "--help"],
        ["verify", "--help"],
    ],
)
def test_looking_around_loads_nothing_heavy(arguments: list[str]) -> None:
    """list, show and --help read files; numpy and the like are for running, rich for terminals."""
    code = (
        "import sys; from allornone.command import main; status = main(sys.argv[1:]);"
        f"loaded = [name for name in {(*HEAVY, 'rich')} if name in sys.modules];"
        "sys.exit(str(loaded) if loaded else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def cost(*command: str) -> float:
    """Return the least CPU seconds of a command over some runs."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, timeout=60, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return min(once() for _ in range(5))


LIST_OF_OTHERS = """
import functools, pathlib, sys
from allornone.scenarios import catalogue
catalogue.entries = functools.partial(catalogue.entries, pathlib.Path(sys.argv.pop(1)))
from allornone.command import main
sys.exit(main())
"""


def test_a_list_of_150_costs_no_more_than_twenty_bare_starts(tmp_path: Path) -> None:
    """`allornone list` answers at once, also when the library has grown."""
    era = tmp_path / "1943"
    era.mkdir()
    for number in range(150):
        path = era / f"net-{number}.toml"
        path.write_text(skeleton(path) + "\n# and more of it" * 40)

    listing = (sys.executable, "-c", LIST_OF_OTHERS, str(tmp_path), "list")
    assert subprocess.run(listing, capture_output=True, text=True, check=True).stdout.count("\n") == 150
    assert cost(*listing) <= 20 * cost(sys.executable, "-S", "-c", "pass")


def test_what_new_writes_is_fine_and_runs(tmp_path: Path) -> None:
    """The skeleton passes `check`, and its claim is reproduced, counterfactual and nudges included."""
    path = str(tmp_path / "my-first-net.toml")
    assert installed("new", path).returncode == 0

    for arguments in (["check", path], ["verify", path]):
        done = installed(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
    assert "reproduced: 1 claim holds, 1 change and 2 nudges do their work" in done.stdout
    assert "0, 0, 0, 1 after 00" in done.stdout


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        (
            "activation.threshold = 1",
            "activation.C.threshold = 1",
            "claims.0.fails: activation.C.threshold = 1: no unit",
        ),
        (
            "activation.threshold = 1",
            "activation.threshold = 2",
            "claims.0.fails: activation.threshold = 2: the change alters",
        ),
        ("mcculloch-pitts", "mcculloch-pits", "Did you mean 'mcculloch-pitts'?"),
        ("N2 -> N3", "N9 -> N3", "'N9'"),
    ],
)
def test_check_sees_what_only_building_shows(
    written: str, instead: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nets are made for every run and every counterfactual, and other files are looked over all the same."""
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(skeleton(good))
    bad.write_text(skeleton(bad).replace(written, instead))

    assert main(["check", str(bad), str(good)]) == 2

    out, err = capsys.readouterr()
    assert out == f"{good}: ✓ a scenario\n"
    assert message in err


def test_the_schema_is_json() -> None:
    """`schema` prints one document, the same as the file that is shipped."""
    done = installed("schema")

    assert done.returncode == 0
    assert json.loads(done.stdout)["type"] == "object"


def test_the_repl_has_the_result_in_scope() -> None:
    """result, network, trace, training and aon can be used at once, also from a pipe."""
    script = "print(result.verdict, result.name, len(trace.units) > 3, training, aon.run)\n"
    command = [sys.executable, "-m", "allornone", "repl", "kubie-ring"]

    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0
    assert "reproduced kubie-ring True None <function run" in done.stdout
