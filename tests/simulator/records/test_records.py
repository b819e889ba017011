"""Records: what a Trace and a Training hold, how they show themselves, and that files give them back."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networks as nets
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.errors import AllornoneError, LimitExceeded
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace, Training
from allornone.simulator.records.text import sparkline
from allornone.simulator.time.simulation import simulate

a_few = settings(deadline=None, max_examples=10)


def gate() -> Network:
    """Return OUT, which A fires and B silences."""
    net = Network(name="gate")
    net.add_inputs("A", "B")
    net.add_unit("OUT", aon.McCullochPitts())
    net.connect("A", "OUT")
    net.inhibit("B", "OUT")
    return net


@pytest.mark.parametrize(
    ("batch", "lanes", "shape"), [(1, 1, (4, 3)), (2, 1, (2, 4, 3)), (1, 2, (4, 3, 2)), (2, 2, (2, 4, 3, 2))]
)
def test_axes_that_were_not_asked_for_are_left_out(batch: int, lanes: int, shape: tuple[int, ...]) -> None:
    """y is (batch, ticks, units, lanes) without those of one trial and one lane; a unit has one axis less."""
    program = aon.compile([gate() for _ in range(lanes)])

    trace = simulate(program, np.ones((batch, 4, 2)), record=["z"])

    assert trace.recorded["y"].shape == (4, batch, 3, lanes)
    assert trace.y.shape == np.asarray(trace).shape == shape
    assert trace["OUT"].shape == trace.of("OUT", "z").shape == trace.vetoed("OUT").shape
    one_less = tuple(size for size in (batch, 4, lanes) if size > 1)
    assert trace["OUT"].shape == one_less
    assert np.array_equal(trace["A"], trace.y.take(0, axis=len(shape) - 1 - (lanes > 1)))


def test_binary_records_are_small_and_others_are_not() -> None:
    """int8 where all recorded units are binary, else floats."""
    net = gate()

    assert simulate(net, {"A": "101"}).y.dtype == np.int8
    assert simulate(net, {"A": [0.5, 1.0]}).y.dtype == np.float64
    assert simulate(net, {"A": [0.5, 1.0]})["A"].tolist() == [0.5, 1.0]


def test_a_veto_is_of_a_unit_that_would_have_fired() -> None:
    """Silence that nobody would have broken is no veto."""
    trace = simulate(gate(), {"A": "1100", "B": "1010"}, ticks=5)

    assert trace["OUT"].tolist() == [0, 0, 1, 0, 0]
    assert trace.vetoed("OUT").tolist() == [False, True, False, False, False]
    assert trace.vetoed("A").tolist() == [False] * 5


def test_weights_are_those_a_tick_ran_with() -> None:
    """The first row is the weights before anything was learned."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Linear(), bias=1.0, plastic=False)
    net.connect("A", "B", weight=1.0)

    trace = simulate(net, {"A": "111"}, rule=aon.Hebb(eta=0.5), record=["weights"])

    assert trace.synapses == [("A", "B"), (None, "B")]
    assert trace.weight("A", "B").tolist() == [1.0, 2.0, 3.5]
    assert trace.weight(None, "B").tolist() == [1.0, 1.0, 1.0]
    assert net.edges["A", "B"]["weight"] == 5.75


def test_every_nth_tick_is_kept() -> None:
    """`every=3` keeps ticks 0, 3, 6, …"""
    trace = simulate(gate(), {"A": "0101101011"}, every=3)

    assert trace["A"].tolist() == [0, 1, 1, 1]
    assert (trace.ticks, trace.every) == (4, 3)


def test_what_was_not_recorded_is_named() -> None:
    """A unit, a word or a synapse that is not there is one sentence that says how to have it."""
    trace = simulate(gate(), {"A": "1"}, ticks=2)

    with pytest.raises(AllornoneError, match=r"no unit is named 'OUTT'. Did you mean 'OUT'\?"):
        trace["OUTT"]
    with pytest.raises(AllornoneError, match=r"'z' was not recorded: ask for it with record=\['z'\]"):
        trace.of("OUT", "z")
    with pytest.raises(
        AllornoneError, match=r"weights were not recorded: ask for them with record=\['weights'\]"
    ):
        trace.weight("A", "OUT")
    with pytest.raises(AllornoneError, match="there is no synapse 'A' → 'B'"):
        simulate(gate(), {"A": "1"}, ticks=2, record=["weights"]).weight("A", "B")


def test_a_record_that_grows_too_large_says_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on bytes; the tick is named, and what to do about it."""
    monkeypatch.setattr("allornone.simulator.records.records.MOST_BYTES", 1000)

    with pytest.raises(LimitExceeded, match="the record passed 1000 bytes at tick 3; keep fewer with every="):
        simulate(gate(), {"A": 1}, ticks=9)


def test_a_trace_prints_as_a_raster() -> None:
    """A row a unit, a column a tick: what fires, what rests, what the world gives, what is vetoed."""
    trace = simulate(gate(), {"A": "11011", "B": "10001"}, ticks=7)

    assert (
        str(trace)
        == repr(trace)
        == (
            "Trace: 7 ticks × 3 units\n"
            "     0\n"
            "  A  ▒▒·▒▒··    4 spikes\n"
            "  B  ▒···▒··    2 spikes\n"
            "OUT  ·×█·█×·    2 spikes\n"
            "     █ fires  ▒ input  × vetoed by an inhibitory synapse  · rests"
        )
    )


def test_a_graded_trace_prints_as_sparklines() -> None:
    """What is not all or none has a height, and its last value beside it."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Linear())
    net.connect("A", "B", weight=0.5)

    text = str(simulate(net, {"A": [0.0, 1.0, 2.0, 3.0]}))

    assert "A  ▁▃▆█           3" in text
    assert "B  ▁▃▆█         1.5" in text


def test_a_training_prints_as_its_curves() -> None:
    """The rule, the epochs, why it stopped, and a row a curve."""
    net = aon.perceptron(inputs=2)

    training = aon.train(
        net,
        [[0, 0], [0, 1], [1, 0], [1, 1]],
        [0, 0, 0, 1],
        rule=aon.PerceptronRule(),
        epochs=9,
        until="mistakes == 0",
    )

    assert str(training) == repr(training)
    head, error, mistakes = str(training).splitlines()
    assert head == "Training: PerceptronRule(eta=1.0), 6 epochs, stopped: mistakes == 0"
    assert error.startswith("  error     ")
    assert error.endswith("0.125 → 0  (best 0 at 5)")
    assert mistakes == "  mistakes  ▃██▆▃▁  1 → 0  (best 0 at 6)"


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0, 1, 2, 3], "▁▃▆█"), ([5.0, 5.0], "▁▁"), ([1], "▁"), (list(range(16)), "▁▂▃▄▅▆▇█")],
)
def test_a_sparkline_has_a_bar_a_value_up_to_its_width(values: list[float], expected: str) -> None:
    """Least and greatest are the lowest and the highest bar; more values than bars are averaged."""
    assert sparkline(values, 8) == expected


def test_tables_have_a_row_a_tick_and_a_row_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pandas is handed: columns by unit, and curves by word."""
    fake = SimpleNamespace(DataFrame=lambda data, columns=None: (data, columns), Series=list)
    monkeypatch.setitem(sys.modules, "pandas", fake)
    training = aon.train(aon.perceptron(2), [[1, 1]], [1], rule=aon.PerceptronRule(), epochs=2)

    values, columns = simulate(gate(), {"A": "10"}).to_pandas()
    curves, _ = training.to_pandas()

    assert columns == ["A", "B", "OUT"]
    assert values.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert curves["mistakes"] == [1, 0]
    assert len(curves["error"]) == 3
    with pytest.raises(AllornoneError, match="a table has one batch and one lane"):
        simulate(gate(), np.ones((2, 3, 2))).to_pandas()


@pytest.mark.parametrize("model", nets.shipped("units"))
@given(data=st.data())
@a_few
@nets.without_overflow
def test_a_trace_is_loaded_as_it_was_saved(
    data: st.DataObject, model: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every array, its type, and the network itself, in one file without pickle."""
    kind = nets.any_of(model)
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, batch=2, ticks=4))
    path = tmp_path_factory.mktemp("records") / "trace.npz"

    trace = simulate(net, history, record=["z", "vetoed", "weights"])
    trace.save(path)
    loaded = Trace.load(path)

    assert loaded.units == trace.units
    assert loaded.synapses == trace.synapses
    assert str(loaded) == str(trace)
    assert nx.utils.graphs_equal(loaded.network, trace.network)
    assert loaded.recorded.keys() == trace.recorded.keys()
    for word, array in trace.recorded.items():
        assert loaded.recorded[word].dtype == array.dtype
        assert np.array_equal(loaded.recorded[word], array)


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    """Missing, broken, another kind of record, or pickled: one sentence that begins with the file."""
    trace_path, broken, pickled = (tmp_path / name for name in ("trace.npz", "broken.npz", "pickled.npz"))
    simulate(gate(), {"A": "1"}).save(trace_path)
    broken.write_bytes(b"PK\x03\x04 and nothing more")
    evil: Any = {"about": np.array(["{}", object()], dtype=object)}
    np.savez(pickled, **evil)

    for path in (broken, pickled):
        with pytest.raises(AllornoneError, match=rf"^{path}: this is not a record that was saved here"):
            Trace.load(path)
    with pytest.raises(AllornoneError, match=rf"^{trace_path}: this is not a record that was saved here"):
        Training.load(trace_path)
    with pytest.raises(AllornoneError, match="there is no such file"):
        Trace.load(tmp_path / "nothing.npz")
    with pytest.raises(AllornoneError, match="there is no folder"):
        simulate(gate(), {"A": "1"}).save(tmp_path / "nowhere" / "trace.npz")
