"""Films: every frame is what a full redraw would be, every pulse is where it should be, every file is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from pictures_nets import chain, echo, exclusive, heat, latch, ring
from PIL import Image, ImageSequence

from allornone.models.hebb import Hebb
from allornone.models.mcculloch_pitts import McCullochPitts, Threshold
from allornone.models.perceptron import PerceptronRule, perceptron
from allornone.pictures.films.film import Film, film, palette_of
from allornone.pictures.films.network_film import SynapseSignals, WeightHistory, network_film
from allornone.pictures.films.panels import Rows
from allornone.pictures.films.timeline import (
    clock,
    headline,
    mistaken,
    numbers,
    presented,
    script,
    sentences,
    stages,
    timeline,
)
from allornone.pictures.layout.scene import scene
from allornone.pictures.plotting import plot
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Record, Trace
from allornone.simulator.time.simulation import simulate

LESSONS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 3)
WANTED = np.array([0, 1, 1, 0] * 3)


def memory() -> Trace:
    """A spike that runs round a ring of five until all are silenced."""
    return simulate(ring(5, stopped=True), {"go": "1", "clear": {7: 1}}, ticks=10)


def lessons() -> Trace:
    """A perceptron that is taught exclusive or, its weights and what was wanted."""
    taught = {"X1": LESSONS[:, 0].tolist(), "X2": LESSONS[:, 1].tolist()}
    trace = simulate(
        perceptron(inputs=2),
        taught,
        ticks=12,
        rule=PerceptronRule(),
        teacher={"out": WANTED.tolist()},
        record=["weights"],
    )
    trace.recorded["d"] = WANTED.astype(float)[:, None, None, None]
    return trace


def answers() -> Trace:
    """A net of logistic units that answers four questions, one trial each."""
    return simulate(exclusive(), LESSONS[:4, None, :].astype(float), ticks=1)


def growth() -> Trace:
    """A synapse that grows whenever both its ends fire."""
    net = Network(name="growth")
    net.add_inputs("A", "B")
    net.add_unit("C", McCullochPitts())
    net.connect("A", "C", weight=0, plastic=True)
    net.connect("B", "C", weight=1, plastic=False)
    return simulate(net, {"A": "0110110", "B": "0110110"}, ticks=8, rule=Hebb(eta=0.25), record=["weights"])


def image() -> Trace:
    """A retina of nine pixels that drives one cell."""
    net = Network(name="retina")
    net.add_group("R", [3, 3])
    net.add_unit("out", McCullochPitts(threshold=2))
    for pixel in net.group("R"):
        net.connect(pixel, "out")
    return simulate(net, {"R[4]": "101", "R[5]": "110"}, ticks=4)


KINDS: dict[str, Callable[[], Trace]] = {
    "memory": memory,
    "lessons": lessons,
    "answers": answers,
    "growth": growth,
    "image": image,
}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_what_a_full_redraw_would_be(kind: str, theme: str) -> None:
    """Only what moves is drawn, and yet not one pixel differs."""
    made = network_film(KINDS[kind](), "A title", "A story.", theme=theme)

    for i in np.linspace(0, len(made) - 1, 7).astype(int):
        assert np.count_nonzero(made.frame(int(i)) != made.redrawn(int(i))) == 0


def test_a_frame_does_not_depend_on_those_before_it() -> None:
    """A film can be entered anywhere: frames drawn in another order are the same."""
    made, other = network_film(lessons()), network_film(lessons())
    order = [0, 70, 30, 101, 5]

    forth = {i: made.frame(i) for i in order}
    back = {i: other.frame(i) for i in reversed(order)}

    assert all(np.array_equal(forth[i], back[i]) for i in order)


def test_frames_of_one_key_are_one_picture() -> None:
    """A hold is drawn once: whatever the key calls equal, is."""
    made = network_film(memory())

    for start, count in list(made.stills())[:12]:
        assert all(np.array_equal(made.redrawn(start), made.redrawn(i)) for i in range(start, start + count))
    assert sum(count for _, count in made.stills()) == len(made)


@pytest.mark.parametrize("kind", KINDS)
def test_something_happens_in_every_film(kind: str) -> None:
    """The network itself moves, not only the clock: its part of the picture changes in most moments."""
    made = network_film(KINDS[kind]())

    parts = [made.frame(start)[60:230, 20:360] for start, _ in made.stills()]

    changes = sum(not np.array_equal(one, other) for one, other in pairwise(parts))
    assert changes >= 0.5 * (len(parts) - 1)


def test_a_gif_holds_every_frame_for_its_time(tmp_path: Path) -> None:
    """As many pictures as differ, lasting together as long as the film, in at most 64 colours."""
    made = network_film(memory(), theme="dark")

    made.save(tmp_path / "ring.gif")

    times = []
    with Image.open(tmp_path / "ring.gif") as shown:
        for picture in ImageSequence.Iterator(shown):
            times.append(picture.info["duration"])
            pixels = np.asarray(picture.convert("RGB")).astype(int) @ [1 << 16, 1 << 8, 1]
            assert len(np.unique(pixels)) <= 64
        assert shown.size == (640, 360)
    assert len(times) == len(list(made.stills()))
    assert sum(times) == len(made) * 80


def test_a_gif_shows_the_colours_that_were_drawn(tmp_path: Path) -> None:
    """One palette serves the whole film, and the colours that fill surfaces are exact."""
    made = network_film(memory(), theme="dark")
    made.save(tmp_path / "ring.gif")

    with Image.open(tmp_path / "ring.gif") as last:
        found = [np.asarray(picture.convert("RGB")).astype(int) for picture in ImageSequence.Iterator(last)][
            -1
        ]

    apart = np.abs(found - made.frame(len(made) - 1)).max(axis=2)
    assert np.mean(apart == 0) > 0.9
    assert np.mean(apart) < 1.0


def test_a_webp_is_written_too(tmp_path: Path) -> None:
    """The second format needs nothing more."""
    made = network_film(simulate(echo(), {"go": "1"}, ticks=5))

    path = made.save(tmp_path / "echo.webp")

    with Image.open(path) as shown:
        assert len(list(ImageSequence.Iterator(shown))) == len(list(made.stills()))


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_film_leaves_no_half_file(tmp_path: Path, trouble: type[BaseException]) -> None:
    """Ctrl-C in the middle leaves what was there before, and nothing else."""
    made = network_film(memory())
    (tmp_path / "ring.gif").write_bytes(b"the old one")

    def stop(done: int, _: int) -> None:
        if done > 20:
            raise trouble

    with pytest.raises(trouble):
        made.save(tmp_path / "ring.gif", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["ring.gif"]
    assert (tmp_path / "ring.gif").read_bytes() == b"the old one"


def test_progress_ends_at_the_last_frame(tmp_path: Path) -> None:
    """It rises, and its end is the number of frames."""
    made = network_film(simulate(echo(), {"go": "1"}, ticks=4))
    seen: list[tuple[int, int]] = []

    made.save(tmp_path / "echo.gif", progress=lambda done, whole: seen.append((done, whole)))

    assert seen == sorted(seen)
    assert seen[-1] == (len(made), len(made))


@pytest.mark.parametrize(("name", "found"), [("x.mp4", ".mp4"), ("x.html", ".html"), ("x", "none")])
def test_an_ending_that_cannot_be_written_says_which_can(tmp_path: Path, name: str, found: str) -> None:
    """The message names the endings that work; no frame is drawn for nothing."""
    made = network_film(memory())

    with pytest.raises(AllornoneError, match=rf"\.gif and \.webp work, found {found}"):
        made.save(tmp_path / name, progress=lambda *_: pytest.fail("frames were drawn"))
    assert list(tmp_path.iterdir()) == []


# time


def test_three_pulses_are_in_flight_on_a_synapse_of_delay_three() -> None:
    """A source that fires at every tick has a spike in each third of the way."""
    trace = simulate(echo(), {"go": "111111"}, ticks=6)
    what, line = scene(trace.network), timeline(trace)
    signals = SynapseSignals.of(what, line, stages(trace.network))

    _, ways, _ = signals.pulses(3, 0.0)
    _, later, _ = signals.pulses(3, 0.7)

    assert sorted(ways.round(3).tolist()) == [0.333, 0.667]
    assert [int(way * 3) for way in sorted(later)] == [0, 1, 2]


def test_a_pulse_arrives_when_its_target_fires() -> None:
    """At the end of the tick before, the pulse is at the end of its way; then the unit fires."""
    trace = simulate(chain(2), {"go": "1"}, ticks=4)
    what, line = scene(trace.network), timeline(trace)
    signals = SynapseSignals.of(what, line, stages(trace.network))

    for tick in range(2):
        which, ways, _ = signals.pulses(tick, 0.999)
        assert [what.synapses[k][1] for k in which] == [f"c{tick}"]
        assert ways[0] > 0.99
        assert trace[f"c{tick}"][tick + 1] == 1


def test_activity_sweeps_through_the_layers_within_a_tick() -> None:
    """Where synapses take no time, inputs stand first, then hidden units answer, then the output."""
    trace = answers()
    signals = SynapseSignals.of(scene(trace.network), timeline(trace), stages(trace.network))

    shown = [float(signals.reveal(stage)) for stage in range(3)]

    assert stages(trace.network) == {"X1": 0, "X2": 0, "H1": 1, "H2": 1, "out": 2}
    assert shown[0] == 0.0
    assert 0.0 < shown[1] < shown[2] < 1.0


def test_trials_do_not_spill_over() -> None:
    """Each trial starts from rest: no pulse of one flies into the next."""
    trace = simulate(echo(), np.array([[[0], [0], [1]], [[0], [0], [0]]]), ticks=3)
    line = timeline(trace)
    signals = SynapseSignals.of(scene(trace.network), line, stages(trace.network))

    assert line.trials.tolist() == [0, 0, 0, 1, 1, 1]
    assert len(signals.pulses(2, 0.7)[0]) == 1
    assert len(signals.pulses(3, 0.7)[0]) == 0


def test_a_long_trace_is_cut_and_the_clock_says_so() -> None:
    """Sixty moments are shown where nothing else is asked; `ticks` asks for others."""
    trace = simulate(latch(), {"S": "1"}, ticks=200)

    line, asked = timeline(trace), timeline(trace, range(100, 105))

    assert (len(line), clock(line, 59, False)) == (60, "t = 59 · 60 of 200 shown")
    assert asked.ticks.tolist() == [100, 101, 102, 103, 104]
    with pytest.raises(AllornoneError, match=r"ticks 0 to 199, found range\(300, 310\)"):
        timeline(trace, range(300, 310))


def test_presentations_that_do_not_depend_on_one_another_are_shown_from_all_over() -> None:
    """Of a grid of 400 points the first sixty would be a strip; sixty from all over are shown."""
    trace = simulate(exclusive(), np.linspace(0, 1, 800).reshape(400, 2), ticks=400)

    line = timeline(trace)

    assert (len(line), line.places[0], line.places[-1]) == (60, 0, 399)
    assert clock(line, 59, True) == "presentation 400 · 60 of 400 shown"


def test_a_question_holds_the_film() -> None:
    """It stands where its tick comes first, with its choices, for some seconds."""
    line = timeline(memory())
    asked = {"at": 7, "ask": "Does c3 fire?", "choices": {"yes": "1 == 1", "no": "1 == 0"}}

    shots = [shot for shot in script(line, False, 12.5, [asked]) if shot.ask]

    assert {shot.moment for shot in shots} == {7}
    assert len(shots) == 35
    assert shots[0].ask == "Does c3 fire? yes / no"


def test_a_question_hides_its_answer() -> None:
    """While it is asked, nothing of what lies ahead shows through; before, a little does."""
    asked = {"at": 7, "ask": "Does c3 fire?", "choices": {"yes": "1 == 1", "no": "1 == 0"}}
    shots = script(timeline(memory()), False, 12.5, [asked])
    asking = next(i for i, shot in enumerate(shots) if shot.ask)
    made = network_film(memory(), questions=[asked])
    ahead = (slice(-105, -35), slice(515, 600))  # of the raster, behind its cursor
    paused, before = (made.frame(i)[ahead] for i in (asking, asking - 1))

    assert len(np.unique(paused.reshape(-1, paused.shape[-1]), axis=0)) == 1
    assert len(np.unique(before.reshape(-1, before.shape[-1]), axis=0)) > 1


# learning


def test_the_widest_synapse_is_the_same_over_the_whole_film() -> None:
    """Weights are measured against one largest weight, so that growth is seen as growth."""
    trace = growth()
    line = timeline(trace)
    history, what = WeightHistory.of(trace, line), scene(trace.network, learning=True)

    assert history.names == ["A"]
    assert history.values[:, 0].tolist() == sorted(history.values[:, 0].tolist())
    assert history.most(what) == history.values.max() > 0
    assert history.at(what, 0, 0.0)[0][what.synapses.index(("A", "C"))] == 0.0


def test_mistakes_are_marked_where_something_was_wanted() -> None:
    """1 where the answer was wrong, 0 where it was right, −1 where nothing was wanted."""
    trace = lessons()
    trace.recorded["d"][0] = np.nan
    line = timeline(trace)

    found = mistaken(line, ["out"])[:, 0]

    assert found[0] == -1
    assert found[1:].tolist() == (trace["out"] != WANTED)[1:].astype(int).tolist()


# words


def test_a_story_never_runs_over_the_edge() -> None:
    """Whole sentences as long as they fit into two lines, else the beginning of the first."""
    story = "One sentence. " + "Another that is long enough to need a line of its own, or nearly. " * 3

    assert sentences(story).startswith("One sentence. Another")
    assert all(len(row) <= 120 for row in sentences(story).split("\n"))
    assert len(sentences(story).split("\n")) <= 2
    assert sentences("word " * 100).endswith("…")
    assert len(sentences("word " * 100).split("\n")) == 2
    assert sentences("") == ""
    assert headline("x" * 200).endswith("…")
    assert len(headline("many words " * 20, 30)) <= 31


def test_texts_of_a_film_stay_inside_and_apart() -> None:
    """Title, story and clock of a long-winded scenario do not meet, and none is smaller than 11 points."""
    made = network_film(memory(), "A title that goes on and on " * 5, "A story that goes on and on. " * 20)
    made.update(len(made) - 1)

    boxes = [text.get_window_extent() for text in made.figure.texts if text.get_text()]
    assert all(made.figure.bbox.x0 <= box.x0 and box.x1 <= made.figure.bbox.x1 for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    texts = [*made.figure.texts, *(text for ax in made.figure.axes for text in ax.texts)]
    labels = [
        label for ax in made.figure.axes if ax.axison for label in ax.get_xticklabels() + ax.get_yticklabels()
    ]
    assert min(float(text.get_fontsize()) for text in [*texts, *labels]) >= 11


def lines_of(names: int, every: int = 1) -> Trace:
    """A cell with so many long-named inputs, whose synapses grow at different paces."""
    net = Network(name="lines")
    net.add_inputs(*[f"a-rather-long-name-{k}" for k in range(names)])
    net.add_unit("C", McCullochPitts())
    for k in range(names):
        net.connect(f"a-rather-long-name-{k}", "C", weight=k / 50, plastic=True)
    draws = np.random.default_rng(0).integers(0, 2, size=(1, 70, names)).astype(float)
    trace = simulate(net, draws, ticks=70, rule=Hebb(eta=0.25), record=["weights"])
    return replace(trace, every=every)


@pytest.mark.parametrize(("names", "every"), [(1, 1), (6, 977), (8, 1), (40, 12345)])
def test_the_numbers_and_names_of_a_learning_film_can_be_read(names: int, every: int) -> None:
    """Ticks far apart have long numbers; names of lines are long: none meets another or leaves the picture."""
    made = network_film(lines_of(names, every), "A title", "A story.")
    made.redrawn(len(made) - 1)

    texts = [text for text in made.figure.texts if text.get_text()]
    for ax in (ax for ax in made.figure.axes if ax.axison):
        (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
        texts += [text for text in ax.get_xticklabels() if left <= text.get_position()[0] <= right]
        texts += [text for text in ax.get_yticklabels() if low <= text.get_position()[1] <= high]
        texts += [*ax.texts, ax.xaxis.label, ax.title]
    shown = [text for text in texts if text.get_text()]
    boxes = [text.get_window_extent() for text in shown]
    edge = made.figure.bbox
    met = [(a, b) for a, b in combinations(range(len(boxes)), 2) if boxes[a].overlaps(boxes[b])]
    assert [(shown[a].get_text(), shown[b].get_text()) for a, b in met] == []
    assert [text.get_text() for text, box in zip(shown, boxes, strict=True) if box.x1 > edge.x1] == []
    assert [text.get_text() for text, box in zip(shown, boxes, strict=True) if box.x0 < edge.x0] == []
    assert str(every * 50) in [text.get_text() for text in shown] or names == 40


@pytest.mark.slow
def test_a_film_of_a_large_net_is_small_and_quick(tmp_path: Path) -> None:
    """145 units and some 10,000 synapses, which learn: what is drawn has bounds, and so have time and bytes."""
    net, draws = Network(name="big"), np.random.default_rng(0)
    net.add_inputs(*[f"i{k}" for k in range(45)])
    for k in range(100):
        net.add_unit(f"u{k}", McCullochPitts(threshold=30), output=k > 95)
    names = list(net)
    for u, v in product(names, names[45:]):
        if u != v and draws.random() < 0.7:
            net.connect(u, v, weight=float(draws.integers(0, 3)), plastic=True)
    stimulus = (draws.random((1, 12, 45)) < 0.3).astype(float)
    trace = simulate(net, stimulus, ticks=12, rule=Hebb(eta=0.1), record=["weights"])

    began = process_time()
    made = network_film(trace)
    made.save(tmp_path / "big.gif")
    took = process_time() - began

    assert net.number_of_edges() > 10_000
    assert took < 20 * 12 / 60 + 4  # a film of sixty ticks takes less than 20 s
    assert (tmp_path / "big.gif").stat().st_size < 3e6 * 12 / 60


def test_a_trace_of_several_lives_shows_them_as_trials() -> None:
    """Where a life began anew in the record, ticks are counted anew, and no pulse runs from one into the next."""
    trace = simulate(echo(), {"go": "1"}, ticks=6)
    assert trace.origin is not None
    twice = replace(trace, origin=replace(trace.origin, begins=(0, 2)))

    line = timeline(twice)
    signals = SynapseSignals.of(scene(trace.network), line, stages(trace.network))

    assert line.trials.tolist() == [0, 0, 1, 1, 1, 1]
    assert line.ticks.tolist() == [0, 1, 0, 1, 2, 3]
    assert clock(line, 3, False) == "trial 2  t = 1"
    assert [len(signals.pulses(moment, 0.7)[0]) for moment in (1, 2)] == [1, 0]


def test_the_axis_says_what_the_clock_says() -> None:
    """Of presentations recorded now and then both count presentations, not records."""
    trace = replace(lessons(), every=7)
    line = timeline(trace)
    said = [int(clock(line, k, True).split()[1].split("/")[0]) for k in range(len(line))]

    assert numbers(line, True).tolist() == said == [1 + 7 * k for k in range(12)]
    assert numbers(line, False).tolist() == [7 * k for k in range(12)]


def test_a_net_of_images_has_a_row_for_each() -> None:
    """Where all units are in images, the raster says how much of each is active, against the most of all."""
    net = Network(name="images")
    one, other = net.add_group("one", [2, 2]), net.add_group("other", [2, 2], McCullochPitts())
    for u, v in zip(one, other, strict=True):
        net.connect(u, v)
    line = timeline(simulate(net, {"one[0]": "11", "one[1], one[2]": "01"}, ticks=3))

    rows = Rows.summed(line, {unit: data.get("group") for unit, data in net.nodes(data=True)}, line.ticks)

    assert rows.names == ["one", "other"]
    assert rows.level.tolist() == pytest.approx(np.array([[1 / 3, 0], [1, 1 / 3], [0, 1]]))


def test_a_net_that_remembers_is_not_presented_anything() -> None:
    """A unit that answers within its tick, in a net of delays, counts ticks; without delays, presentations."""
    net = latch()
    net.add_unit("reader", Threshold(threshold=1), output=True)
    net.connect("Q", "reader")
    made = network_film(simulate(net, {"S": "01"}, ticks=4))
    made.update(0)

    assert not presented(simulate(net, {"S": "01"}, ticks=4))
    assert presented(answers())
    assert "t = 0" in [text.get_text() for text in made.figure.texts]


# the door


class Outcome:
    """Something that has a film of its own, as a result has."""

    def film(self, theme: str = "light") -> Film:
        """Return it."""
        return network_film(memory(), theme=theme)


def test_a_film_is_made_of_a_trace_or_of_a_result() -> None:
    """One verb for both; anything else is told what has a film."""
    assert len(film(memory(), title="A ring")) == len(film(Outcome(), theme="dark"))
    with pytest.raises(AllornoneError, match="no film of a int: give a Trace or a result"):
        film(3)
    with pytest.raises(AllornoneError, match=r"no film is named 'netwrk'\. Did you mean 'network'"):
        film(memory(), kind="netwrk")


def test_a_film_needs_all_units_and_a_plot_does_not() -> None:
    """A trace of some units makes a raster of them; a film says which it lacks."""
    some = simulate(heat(), {"cold": "1"}, ticks=6, record=Record(units=["heat", "Nb", "cold"]))
    chosen = simulate(heat(), {"cold": "1"}, ticks=6, record=Record(units=[*heat()]))

    with pytest.raises(
        AllornoneError, match=r"^a film shows all units, and .* were not recorded: simulate again"
    ) as e:
        film(some)
    assert all(name in str(e.value) for name in set(heat()) - {"heat", "Nb", "cold"})
    with pytest.raises(AllornoneError, match="a film shows all units"):
        timeline(some)
    assert timeline(some, some=True).units == some.units
    plot(some)
    film(chosen)


def test_a_palette_keeps_the_commonest_colours_exactly() -> None:
    """Surfaces keep their colour; edges share what is left."""
    picture = np.zeros((20, 20, 3), dtype=np.uint8)
    picture[:, 10:] = (255, 211, 77)
    picture[0, :, 0] = np.arange(20) * 12

    palette = palette_of([picture], 16)

    assert palette.shape == (16, 3)
    assert {(0, 0, 0), (255, 211, 77)} <= {tuple(map(int, colour)) for colour in palette}


def test_a_film_of_the_heat_illusion_lights_the_right_cells() -> None:
    """A short cold touch is felt as heat at tick 3: the output is filled with fire then, and not before."""
    made = network_film(simulate(heat(), {"cold": "1"}, ticks=6))
    fire = np.array([255, 194, 26])

    def filled(start: int) -> int:
        right_half = made.frame(start)[60:140, 480:]
        return int(np.count_nonzero((right_half == fire).all(axis=2)))

    resting, firing = filled(0), filled(6 + 3 * 12)
    assert firing > resting + 300
