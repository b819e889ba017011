"""Bad input: one clear message on stderr with its place, exit 2, nothing written, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from allornone.command import main

GOOD = """\
title = "A unit learns and"
year = 1958
source = "None: a fixture of the tests"
story = "One unit, four lessons. It learns them."
evidence = "memory"

[parameters]
p = 3

[tasks]
gate = { data = "table", inputs = 2, ones = ["11"] }

[connectivity]
inputs = ["x1", "x2"]
synapses = ["x1, x2 -> out [weight=0]"]

[activation]
model = "perceptron"

[learning]
rule = "perceptron"
eta = 1
epochs = 20
until = "mistakes == 0"

[[experience]]
name = "lesson"
teach = "gate"

[measures]
learned = "solved()"

[interpretation]
film = { kind = "network" }

[[interpretation.claims]]
text = "It learns"
that = "learned"
fails = { learning.epochs = 1 }
"""
Told = Callable[..., str]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that calls a verb for a file in an empty folder, and gives what is told on stderr.

    It sees to it that the status is 2, that stdout is silent, and that no file has come into being.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def run(text: str | bytes | None, *arguments: str, verb: str = "run") -> str:
        if text is not None:
            Path("unit.toml").write_bytes(text.encode() if isinstance(text, str) else text)
        before = files()
        status = main([verb, *arguments])
        out, err = capsys.readouterr()
        assert status == 2, err
        assert out == ""
        assert "Traceback" not in err
        assert "bug" not in err
        assert files() == before
        return err

    return run


def edited(*edits: tuple[str, str]) -> str:
    """Return the good file with words replaced."""
    text = GOOD
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_good_file_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Or what is edited below would be bad for another reason."""
    file = tmp_path / "unit.toml"
    file.write_text(GOOD, encoding="utf-8")

    assert main(["verify", str(file)]) == 0
    assert "reproduced" in capsys.readouterr().out


# ---- Files


@pytest.mark.parametrize("verb", ["run", "check", "animate"])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "perceptron-cyclin",
            None,
            "no scenario is named 'perceptron-cyclin'. Did you mean 'perceptron-cycling'?",
        ),
        ("units.toml", GOOD, "units.toml: there is no such file. Did you mean 'unit.toml'?"),
        ("no/unit.toml", GOOD, "no/unit.toml: there is no such file. There is no folder 'no' either"),
        ("./", GOOD, "this is a folder, a scenario is a file; it holds unit.toml"),
        ("unit.toml", "", "unit.toml: the file is empty; a scenario has a title, a net, phases and claims"),
        ("unit.toml", " \n\n", "unit.toml: the file is empty"),
        (
            "unit.toml",
            b"title = 'a'\nstory = 'caf\xe9'\n",
            "unit.toml:2:13: byte 24 is 0xe9, which is no UTF-8 text",
        ),
        ("unit.toml", 'title = "a"\nyear = \n', "unit.toml:2:8: this is not TOML: "),
        (
            "unit.toml",
            'title = "a"\nyear = 1\ntitle = "b"\n',
            "unit.toml:3:1: title: the key 'title' stands twice",
        ),
        ("unit.toml", "[[", "unit.toml:1:3: this is not TOML: "),
    ],
)
def test_what_is_no_file_of_ours_is_told_by_every_verb(
    told: Told, verb: str, name: str, content: str | bytes | None, message: str
) -> None:
    """Unknown, missing, a folder, empty, not UTF-8, broken: where, and what would be right."""
    more = ["-o", "out/film.gif"] if verb == "animate" else []

    assert message in told(content, name, *more, verb=verb)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"title = 'a'\nstory = 'caf\xe9'\n", "unit.toml:2:13: byte 24 is 0xe9, which is no UTF-8 text"),
        ("[[", "unit.toml:1:3: this is not TOML: "),
        (None, "unit.toml: there is no such file"),
    ],
)
def test_a_story_that_cannot_be_read_is_not_shown(
    told: Told, content: str | bytes | None, message: str
) -> None:
    """`show` reads quickly, and looks closely where that fails."""
    assert message in told(content, "unit.toml", verb="show")


@pytest.mark.parametrize("verb", ["show", "run", "check", "repl", "animate"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "unit.toml: the file is empty; a scenario has a title, a net, phases and claims"),
        ("# nothing yet\n", "unit.toml:1:1: the file: the key 'title' is missing"),
        ('name = "x"\nnonsense = 3\n', "unit.toml:2:1: nonsense: no key is named 'nonsense' here."),
        (b"\x00\x01\xff\xfe", "unit.toml:1:3: byte 2 is 0xff, which is no UTF-8 text"),
        (GOOD.replace('"A unit learns and"', "7"), "unit.toml:1:9: title: a text is needed, found 7"),
        (GOOD.replace("1958", '"old"'), 'unit.toml:2:8: year: a whole number is needed, found "old"'),
        (GOOD.replace("year = 1958\n", ""), "unit.toml:1:1: the file: the key 'year' is missing"),
        (GOOD.replace('"One unit, four lessons. It learns them."', "[1]"), "4:9: story: a text is needed"),
        (
            GOOD.replace('text = "It learns"\n', ""),
            "36:1: interpretation.claims.0: the key 'text' is missing",
        ),
        (
            GOOD.replace('"It learns"', "true"),
            "37:8: interpretation.claims.0.text: a text is needed, found true",
        ),
        (
            GOOD.replace("{ learning.epochs = 1 }", "3"),
            "39:9: interpretation.claims.0.fails: a change, a table",
        ),
        (GOOD[: GOOD.index("[[interpretation")], "33:1: interpretation: claims are missing"),
    ],
)
def test_what_is_no_scenario_is_told_by_every_verb(
    told: Told, verb: str, content: str | bytes, message: str
) -> None:
    """Nothing of it is shown or run: what is missing, and what is not of its kind."""
    more = ["-o", "out/film.gif"] if verb == "animate" else []

    assert message in told(content, "unit.toml", *more, verb=verb)


@pytest.mark.parametrize("verb", ["show", "repl"])
def test_a_folder_is_no_scenario_to_look_at(told: Told, verb: str) -> None:
    """The other verbs are asked above."""
    assert "out: this is a folder, a scenario is a file" in told(GOOD, "./out", verb=verb)


def test_a_new_file_takes_no_folders_place(told: Told, tmp_path: Path) -> None:
    """Whether a file or a folder has the name: it is left as it is."""
    (tmp_path / "taken.toml").mkdir()

    assert "taken.toml is there already" in told(GOOD, "taken", verb="new")
    assert "unit.toml is there already" in told(GOOD, "unit.toml", verb="new")
    assert "the folder no does not exist" in told(GOOD, "no/unit", verb="new")


# ---- Documents


@pytest.mark.parametrize("verb", ["run", "check"])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"perceptron"\neta',
            '"perceptrn"\neta',
            "21:8: learning.rule: no learning rule is named 'perceptrn'. Did you",
        ),
        (
            'model = "perceptron"',
            'model = "percep"',
            "18:9: activation.model: no unit model is named 'percep'. Did",
        ),
        (
            "ones",
            "onse",
            "11:38: tasks.gate.onse: the task 'table' has no parameter 'onse'. Did you mean 'ones'?",
        ),
        ('"table"', '"tabel"', "11:17: tasks.gate.data: no task is named 'tabel'. Did you mean 'table'?"),
        (
            "[learning]",
            "[lerning]",
            "20:2: lerning: no key is named 'lerning' here. Did you mean 'learning'?",
        ),
        ("eta = 1", 'eta = "fast"', "22:8: learning.eta: no name is named 'fast'"),
        ("eta = 1", "eta = nan", "22:7: learning.eta: a finite number above 0 is needed, found nan"),
        ("eta = 1", "eta = 0", "22:7: learning.eta: a finite number above 0 is needed, found 0"),
        ("epochs = 20", "epochs = 1.5", "23:10: learning.epochs: a whole number from 0 is needed, found 1.5"),
        ("[weight=0]", "[weight=nan]", "15:36: connectivity.synapses.0: "),
        (
            "[weight=0]",
            "[delay=-1]",
            "15:35: connectivity.synapses.0: a whole number from 0 up was expected here, found -1",
        ),
        ("[weight=0]", "[wieght=0]", "Did you mean 'weight'?"),
        (
            "fails = { learning.epochs = 1 }",
            "",
            "36:1: interpretation.claims.0: a claim without a counterfactual",
        ),
        ("{ learning.epochs = 1 }", "{}", "39:9: interpretation.claims.0.fails: this change is empty"),
        (
            "{ learning.epochs = 1 }",
            "{ experience.lessn.epochs = 1 }",
            "the change names nothing: no phase is named 'lessn'. Did you mean 'lesson'?",
        ),
        (
            'that = "learned"',
            'that = "laerned"',
            "38:9: interpretation.claims.0.that: no name is named 'laerned'. Did you mean 'learned'?",
        ),
        ('"solved()"', '"sovled()"', "Did you mean 'solved'?"),
        ('teach = "gate"', 'teach = "gat"', "Did you mean 'gate'?"),
    ],
)
def test_a_document_that_means_nothing_is_told_at_its_place(
    told: Told, verb: str, old: str, new: str, message: str
) -> None:
    """Unknown words with the nearest, impossible numbers, claims that nothing could refute."""
    assert message in told(edited((old, new)), "unit.toml", verb=verb)


def test_everything_that_is_wrong_is_told_at_once(told: Told) -> None:
    """One line each, in the order of the text."""
    err = told(
        edited(
            ("year = 1958", "yaer = 1958"),
            ("eta = 1", "eta = -1"),
            ("epochs = 20", "epoch = 20"),
            ('name = "lesson"', 'name = ""'),
        ),
        "unit.toml",
    )

    lines = [line.removeprefix("allornone: ") for line in err.splitlines()]
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert len(lines) >= 4
    assert places == sorted(places)
    assert {line for line, _ in places} >= {2, 22, 23}
    assert all(line.startswith("unit.toml:") for line in lines)


# ---- What only building or running shows


@pytest.mark.parametrize("verb", ["run", "check"])
@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            [
                ('"x1, x2 -> out [weight=0]"', '"x1, x2 -> a -> b -> c -> a", "c -> out"'),
                ("teach", "ticks = 3\nteach"),
            ],
            ["a", "b", "c", "delay"],
        ),
        ([('"x1, x2 -> out [weight=0]"', '"x1, x3 -> out"')], ["'x3'", "Did you mean 'x1'?"]),
        ([('"x1, x2 -> out [weight=0]"', '"x1 -> out", "x1 -> out"')], ["x1", "out", "relay"]),
        ([('"x1, x2 -> out [weight=0]"', '"x1, x2 -o out"')], ["out", "inhibit"]),
        (
            [("inputs = 2", "inputs = 3"), ('ones = ["11"]', 'd = "x1"')],
            ["'gate'", "3 inputs", "the net has 2"],
        ),
        ([('ones = ["11"]', 'd = "x1 / y"')], ["'y'"]),
        (
            [("x1, x2 -> out [weight=0]", "x1, x2 -> out [weight=1 / (p - 3)]")],
            ["unit.toml:15:36: ", "finite number", "inf"],
        ),
        (
            [('model = "perceptron"', 'model = "perceptron"\nuot = { bias = 1 }')],
            ["'uot'", "Did you mean 'out'?"],
        ),
    ],
)
def test_a_net_that_cannot_be_is_told_with_the_units_that_it_is_about(
    told: Told, verb: str, edits: list[tuple[str, str]], words: list[str]
) -> None:
    """A loop without delay unit by unit, a second synapse, inhibition that nothing obeys, a task that does not fit."""
    err = told(edited(*edits), "unit.toml", verb=verb)

    assert err.startswith("allornone: unit.toml:")
    assert all(word in err for word in words), err


@pytest.mark.parametrize(
    ("edits", "limit", "named"),
    [
        ([('inputs = ["x1", "x2"]', 'inputs = ["x1", "x2"]\ngroups = { H = 200_000 }')], "", "units="),
        ([], "units=2", "units=3"),
        ([], "synapses=1", "synapses="),
        ([], "trials=3", "trials=4"),
        ([], "bytes=50", "bytes="),
        ([('teach = "gate"', 'teach = "gate"\nticks = 2_000_000')], "", "ticks=2000000"),
        ([('teach = "gate"', 'teach = "gate"\nticks = 9')], "ticks=8", "ticks=9"),
        ([("[measures]", "[vary]\np = { from = 1, to = 9 }\n[measures]")], "runs=8", "runs=9"),
        (
            [('"table", inputs = 2, ones = ["11"]', '"grid", cells = 2000, d = "x1 > 0"')],
            "",
            "trials=4000000",
        ),
    ],
)
def test_a_limit_is_kept_and_its_option_named(
    told: Told, edits: list[tuple[str, str]], limit: str, named: str
) -> None:
    """The first unit, tick, sample or run too many."""
    err = told(edited(*edits), "unit.toml", "--save", "out", *(["--limit", limit] if limit else []))

    assert f"--limit {named}" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "learning.etaa=1"], "learning.etaa: "),
        (["--set", "tasks.gat.ones=['11']"], "no task is named 'gat'. Did you mean 'gate'?"),
        (["--set", "measures.learned=1"], "a change cannot touch 'measures'"),
        (["--limit", "unit=5"], "no limit is named 'unit'. Did you mean 'units'?"),
        (["--limit", "units=-5"], "is no number above 0"),
        (["--save", "nowhere"], "the folder nowhere does not exist; make it first"),
        (["--save", "unit.toml"], "is a file, and a folder is needed there"),
        (["--plot", "nowhere/x.png"], "the folder nowhere does not exist; make it first"),
    ],
)
def test_an_option_that_means_nothing_is_told(told: Told, arguments: list[str], message: str) -> None:
    """Before anything is run."""
    assert message in told(GOOD, "unit.toml", *arguments)


# ---- Untrusted files


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "().__class__",
        "[x for x in (1,)]",
        "__import__('os')",
        "(" * 5000 + "1" + ")" * 5000,
        "10 ** 10 ** 10",
        "'%999999999d' % 1",
    ],
)
def test_no_expression_gets_out(told: Told, text: str) -> None:
    """As a measure, a parameter, a size: refused with its place."""
    for old, new in (('"solved()"', f'"""{text}"""'), ("p = 3", f'p = """{text}"""')):
        assert "unit.toml" in told(edited((old, new)), "unit.toml")


# ---- Ordinary slips


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("margin('ou')", "no unit is named 'ou'. Did you mean 'out'?"),
        ("margin(['out'])", "a name in quotes is needed here, such as 'out', found a list"),
        ("sum(y(['x1', 'x2']))", "a name in quotes is needed here, such as 'out', found a list"),
        ("y(0)", "a name in quotes is needed here, such as 'out', found 0"),
        ("z(1 / 2)", "a name in quotes is needed here, such as 'out', found 0.5"),
        ("w(0)", "a name in quotes is needed here, such as 'out', found 0"),
        ("y('out', 3)", "a name in quotes is needed here, such as 'out', found 3"),
        ("history(3)", "a name in quotes is needed here, such as 'out', found 3"),
        ("units(2)", "a name in quotes is needed here, such as 'out', found 2"),
        ("w('x1 -> x9')", "no unit or group is named 'x9'"),
    ],
)
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_measure_asks_for_what_has_a_name(told: Told, verb: str, measure: str, message: str) -> None:
    """Found by check already, at the measure."""
    text = edited(('learned = "solved()"', f'learned = "{measure}"'))

    err = told(text, "unit.toml", verb=verb)

    assert "unit.toml:31:" in err
    assert message in err


def test_an_inhibition_has_no_weight_to_measure(told: Told) -> None:
    """Named in either way, alone or among others."""
    for asked in ("x2 -o out", "x2 -> out", "inputs -> out"):
        text = edited(
            ("x1, x2 -> out [weight=0]", 'x1 -> out", "x2 -o out'),
            ('model = "perceptron"', 'model = "mcculloch-pitts"'),
            ('[learning]\nrule = "perceptron"\neta = 1\nepochs = 20\nuntil = "mistakes == 0"\n', ""),
            ('teach = "gate"', 'test = "gate"'),
            ('"solved()"', f"\"sum(w('{asked}')) + 0\""),
            ("learning.epochs = 1", "activation.threshold = 9"),
        )
        assert "x2 -o out is an inhibition, which has no weight" in told(text, "unit.toml", verb="check")


def test_an_expression_may_stand_on_two_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a measure, as a claim, with blanks before it; `check`, `run` and `verify` read it alike."""
    file = tmp_path / "unit.toml"
    for old, new in (
        ('that = "learned"', 'that = """learned\nand epochs_ < 9"""'),
        ('that = "learned"', 'that = """\n   learned\r\n   and epochs_\n   < 9"""'),
        ('learned = "solved()"', 'learned = """solved()\n  and epochs() < 9"""'),
    ):
        text = edited((old, new)).replace("[interpretation]", 'epochs_ = "epochs()"\n\n[interpretation]')
        file.write_text(text, encoding="utf-8")
        for verb in ("check", "run", "verify"):
            assert main([verb, str(file)]) == 0, capsys.readouterr()


LONG = "0x" + "f" * 5000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("eta = 1", f"eta = {LONG}"),
        ("p = 3", f"p = {'7' * 6000}"),
        ("p = 3", f"p = -0o{'7' * 6000}"),
        ("p = 3", f"p = 0b1{'_0' * 9000}"),
        ("year = 1958", f"year = {LONG}"),
        ('ones = ["11"]', f"ones = [{LONG}]"),
        ("learning.epochs = 1", f"learning.epochs = {LONG}"),
        ('title = "A unit learns and"', f"title = {LONG}"),
        ('that = "learned"', f"that = {LONG}"),
    ],
)
def test_a_number_that_cannot_be_written_is_refused_at_its_place(told: Told, old: str, new: str) -> None:
    """Python writes no whole number of more than 4,300 digits, so no message could show it."""
    err = told(edited((old, new)), "unit.toml", verb="check")

    assert "characters is too large" in err
    assert ":0:" not in err
    assert len(err) < 200


@pytest.mark.parametrize("value", [LONG, "9" * 5000, "[" * 900 + "]" * 900, "{a=" * 400 + "1" + "}" * 400])
def test_a_setting_without_end_is_refused(told: Told, value: str) -> None:
    """Too long a number, lists or tables too deep."""
    err = told(GOOD, "unit.toml", "--set", f"learning.eta={value}")

    assert "is too large" in err or "nested deeper than 32 levels" in err
    assert len(err) < 200


def test_a_pipe_is_no_file(told: Told) -> None:
    """Neither one to read, which might never end, nor one to write, which would take its place."""
    for name in ("pipe.toml", "pipe.png", "pipe.gif"):
        os.mkfifo(name)

    assert "pipe.toml: this is a pipe or a device" in told(GOOD, "./pipe.toml")
    assert "pipe.png: this is a pipe or a device" in told(GOOD, "unit.toml", "--plot", "pipe.png")
    assert "pipe.gif: this is a pipe or a device" in told(GOOD, "unit.toml", "-o", "pipe.gif", verb="animate")


GATE = 'gate = { data = "table", inputs = 2, ones = ["11"] }'
DRAWN = 'inputs = ["x1", "x2"]\nsynapses = ["x1, x2 -> out [weight=0]"]'


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ('"rows", x = [[[1]], [1]], d = [1, 0]', "row 0 of x: a finite number is needed, found [1]"),
        ('"rows", x = [[1, 0], [1979-05-27, 1]], d = [1, 0]', "row 1 of x: a finite number is needed"),
        (
            '"rows", x = [[1, 0], { a = 1 }], d = [1, 0]',
            "row 1 of x: a finite number is needed, found {'a': 1}",
        ),
        ('"rows", x = [[true, 0], [1, 1]], d = [1, 0]', "row 0 of x: a finite number is needed, found True"),
        ('"rows", x = [[1, 0], [1, 1]], d = [[1, 0], [1]]', "row 1 has 1, row 0 has 2"),
        ('"rows", x = [[], []], d = [1, 0]', "x must be rows of one length, at least 1"),
        ('"rows", x = [[nan, 1], [1, 1]], d = [1, 0]', "row 0 of x: a finite number is needed, found NaN"),
        ('"rows", x = [[1, 1], [1, inf]], d = [1, 0]', "row 1 of x: a finite number is needed, found inf"),
        ('"rows", x = [[1, 1], [1, 0]], d = [1, nan]', "row 1 of d: a finite number is needed, found NaN"),
        ('"table", inputs = 2, d = "1 / x1"', "d of sample 0 must be finite, found inf"),
        ('"table", inputs = 2, d = []', "needs at least one expression"),
        ('"grid", cells = 2, d = []', "needs at least one expression"),
        ('"digits", d = []', "needs at least one expression"),
        ('"table", inputs = 14, number = -1', "number must be from 0 to 2^16384 − 1, found -1"),
        ('"sample", count = 1000000, inputs = 2000, d = "1"', "bytes are more than a run may use"),
        ('"sample", count = 9, inputs = 1000000000, d = "1"', "units are more than a run may use"),
        ('"sample", count = 1000000, inputs = 2, outputs = 2000, d = "1"', "bytes are more than"),
        ('"patterns", count = 60000, inputs = 4, active = 1, d = "own"', "bytes are more than"),
        ('"patterns", count = 1000000, inputs = 400, active = 5', "bytes are more than"),
        ('"gaussian", count = 1000000, variances = [' + "1, " * 999 + '1], d = "1"', "bytes are more than"),
        ('"bars", size = [1, 1000000000]', "1000000000 units are more than a run may use"),
        ('"bars", size = [1000000000000000000000000, 1]', "units are more than a run may use"),
        ('"grid", cells = 1000, d = [' + '"1", ' * 999 + '"1"]', "bytes are more than a run may use"),
    ],
)
def test_a_task_is_refused_at_its_place_before_it_is_made(told: Told, task: str, message: str) -> None:
    """What is no number, and what would fill the memory."""
    text = edited((GATE, f"gate = {{ data = {task} }}"), ("year = 1958", "year = 1958\nseeds = 1"))

    err = told(text, "unit.toml")

    assert "unit.toml:12:8: tasks.gate: " in err
    assert message in err


@pytest.mark.parametrize(
    ("net", "message"),
    [
        ('build = { net = "life", rows = 100000, columns = 100000 }', "30000000000 units"),
        ('build = { net = "cellular", rule = 110, cells = 1000000000 }', "3000000000 units"),
        ('build = { net = "mlp", hidden = [1000000000] }', "1000000003 units"),
        ('build = { net = "mlp", hidden = [2000, 2000] }', "4006000 synapses"),
        ('build = { net = "perceptron", inputs = 1000000000 }', "1000000000 units"),
        ('build = { net = "hopfield", size = 50000 }', "2499950000 synapses"),
        (
            'inputs = ["A"]\ngroups = { A = [4294967296, 4294967296] }\nsynapses = ["A -> b"]',
            "18446744073709551616 units",
        ),
        ('inputs = ["A"]\ngroups = { A = 100001 }\nsynapses = ["A -> b"]', "100001 units"),
    ],
)
@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_net_is_refused_at_its_place_before_it_is_made(
    told: Told, verb: str, net: str, message: str
) -> None:
    """However it is said, and by whichever product of numbers."""
    err = told(edited((DRAWN, net)), "unit.toml", verb=verb)

    assert "unit.toml:14:" in err or "unit.toml:15:" in err or "unit.toml:16:" in err
    assert f"{message} are more than a run may use" in err


def test_runs_axes_and_epochs_have_bounds(told: Told) -> None:
    """Each told with the option that raises it, if there is one."""
    assert "1000000000 epochs are more than a run may use" in told(
        edited(("epochs = 20", "epochs = 1000000000")), "unit.toml"
    )
    assert "are more runs than are allowed" in told(GOOD, "unit.toml", "--seeds", "9" * 30)
    many = "\n".join(f"p{k} = 1" for k in range(1000))
    axes = "\n".join(f"p{k} = [1]" for k in range(1000))
    text = edited(("p = 3", many), ("[measures]", f"[vary]\n{axes}\n\n[measures]"))
    assert "1000 axes are more than there may be, 32" in told(text, "unit.toml", verb="check")


def test_words_and_rows_without_end_take_no_time(told: Told) -> None:
    """Paths of blanks, misspelt names of fifty thousand letters, rows that are looked up one by one."""
    began = time.monotonic()
    blanks = " " * 2000
    assert "is no path of keys" in told(GOOD, "unit.toml", "--set", f"learning.eta{blanks}x{blanks}'=1")
    letters = "abcdefghij" * 5000
    for old, new in (
        ("eta = 1", f"{letters} = 1"),
        ('model = "perceptron"', f'model = "{letters}"'),
        ('"solved()"', f"\"y('{letters[:3000]}')\""),
    ):
        assert len(told(edited((old, new)), "unit.toml", verb="check")) < 120_000
    rows = ", ".join(f'"{k:015b}"' for k in range(20000))
    text = edited((GATE, f'gate = {{ data = "table", inputs = 2, ones = [{rows}] }}'))
    assert "'000000000000000' is no row of 2 inputs" in told(text, "unit.toml")
    assert time.monotonic() - began < 20


# ---- The program itself


def program(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "allornone", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("edits", "arguments", "message"),
    [
        ([("epochs = 20", "epochs = -20")], [], "allornone: unit.toml:23:10: learning.epochs: "),
        (
            [],
            ["--limit", "units=2"],
            "allornone: unit.toml:13:1: connectivity: 3 units are more than a run may use, 2; raise it with",
        ),
        ([], ["--save", "/proc"], "allornone: nothing can be written into the folder /proc"),
    ],
)
def test_the_program_ends_with_2_and_one_message(
    tmp_path: Path, edits: list[tuple[str, str]], arguments: list[str], message: str
) -> None:
    """On stderr alone, without a traceback, leaving the folder as it was."""
    (tmp_path / "unit.toml").write_text(edited(*edits), encoding="utf-8")

    done = program("run", "unit.toml", *arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["unit.toml"]
