"""Records: Trace, what happened in time, Training, what happened in learning, and how they are kept."""

from __future__ import annotations

import io
import json
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index
from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName, nearest, shown, whole
from allornone.simulator.files import regular, replacing
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records import text

SEEN = ("y", "z", "vetoed")
"""Words of what units do: output, net input, whether a unit would have fired but was silenced."""
IN_TIME = (*SEEN, "weights")
IN_LEARNING = ("error", "gradient", "weights", *SEEN)
AT_REST = ("error", "worst", "gradient")
"""Words of learning that take a presentation of every lesson after each epoch."""
MOST_BYTES = 2_000_000_000
EACH = 150
"""Bytes that a part of a record takes beside its numbers, until it is whole."""


@dataclass(frozen=True)
class Record:
    """What is kept of a run: which words, of which units, of every which moment, and of how many at most.

    In time the words are "y" (always kept), "z", "vetoed" and "weights", and a moment is a tick. In learning they are
    "error", "gradient" and "weights", one value an epoch, and "y", "z", "vetoed": what each lesson left when it was
    presented last. `units` None stands for all.

    >>> Record(["z"], units=["N3"]).words
    ('z',)
    """

    words: Sequence[str] = ()
    units: Sequence[str] | None = None
    every: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        for names in (self.words, () if self.units is None else self.units):
            if not isinstance(names, Sequence) or isinstance(names, str):
                raise AllornoneError(f"a record names words and units in lists, found {shown(names)}")
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "units", None if self.units is None else tuple(self.units))

    @classmethod
    def of(cls, said: Record | Sequence[str]) -> Record:
        """Return a record that may be given by its words alone."""
        if isinstance(said, Record):
            return said
        return cls([said] if isinstance(said, str) else said)

    def check(self, known: Sequence[str]) -> None:
        """Raise an error that names the first word which is none of the known ones."""
        for word in self.words:
            if word not in known:
                raise AllornoneError(
                    f"record knows {', '.join(known)}, found {word!r}. {nearest(str(word), known)}".rstrip()
                )
        whole("every", self.every, 1)
        if self.most is not None:
            whole("most", self.most, 1)

    def places(self, program: Program) -> Index:
        """Return the places of its units in the state of a program."""
        return np.arange(1, len(program.names)) if self.units is None else program.places(self.units)


@dataclass(frozen=True)
class Origin:
    """What a trace came from: the program as it was at first, and where in the record a life began.

    `learned` says whether weights changed on the way. At the rows `begins` a life began, from rest or, unless
    `rested`, from where another had ended, which nobody kept. With `lessons` each row is the last tick of a
    presentation of its own.
    """

    program: Program
    learned: bool = False
    begins: tuple[int, ...] = (0,)
    rested: bool = True
    lessons: bool = False

    def begin(self, row: int) -> int:
        """Return the row at which the life began that goes through a row."""
        return max((begin for begin in self.begins if begin <= row), default=0)


_KEPT_OF_ORIGIN = ("learned", "begins", "rested", "lessons")


@dataclass(frozen=True, repr=False)
class Trace:
    """What happened in time: outputs of all units, tick by tick.

    `recorded["y"]` is (ticks, batch, units, lanes), int8 where all is binary; `recorded` may hold "z",
    "vetoed" and "weights" (ticks, synapses, lanes), and "d", what a teacher wanted. `y` and `trace["N3"]`
    leave out the axes that were not asked for.
    """

    network: Network
    units: tuple[str, ...]
    recorded: dict[str, NDArray[Any]]
    synapses: list[tuple[str | None, str]]
    every: int = 1
    origin: Origin | None = field(default=None, compare=False)

    @property
    def ticks(self) -> int:
        """Number of ticks recorded."""
        return len(self.recorded["y"]) if "y" in self.recorded else 0

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs."""
        return self.network.inputs

    @property
    def y(self) -> NDArray[Any]:
        """Outputs as (batch, ticks, units, lanes), without the axes that were not asked for."""
        return _view(self.recorded["y"])

    @checked
    def __getitem__(self, unit: str) -> NDArray[Any]:
        """Return the outputs of one unit over time."""
        return self.of(unit)

    def of(self, unit: str, word: str = "y") -> NDArray[Any]:
        """Return what was recorded of one unit: "y", "z" or "vetoed"."""
        place = self.place(unit)
        if word not in self.recorded:
            raise AllornoneError(f"{word!r} was not recorded: ask for it with record=[{word!r}]")
        return (
            _view(self.recorded[word][:, :, place : place + 1])[..., 0]
            if self._lanes == 1
            else (_view(self.recorded[word][:, :, place]))
        )

    def place(self, unit: str) -> int:
        """Return the place of a unit among those recorded, or raise an error that says which were."""
        if unit in self.units:
            return self.units.index(unit)
        if unit in self.network:
            raise AllornoneError(f"{unit!r} was not recorded: name it among the units of the Record")
        raise UnknownName("unit", unit, self.units)

    def row(self, tick: int) -> int:
        """Return the row in which a tick was kept, or raise an error that says which ticks were."""
        row, between = divmod(whole("a tick", tick), self.every)
        if tick > (self.ticks - 1) * self.every:
            raise AllornoneError(
                f"tick {tick} was not lived: the trace ends with tick {(self.ticks - 1) * self.every}"
            )
        if between:
            kept = ", ".join(str(k * self.every) for k in range(min(self.ticks, 3)))
            raise AllornoneError(f"tick {tick} was not kept: with every={self.every} the trace has {kept}, …")
        return row

    def vetoed(self, unit: str) -> NDArray[Any]:
        """Return when a unit would have fired but was silenced."""
        if "vetoed" not in self.recorded:
            return np.zeros_like(self[unit], dtype=bool)
        return self.of(unit, "vetoed")

    def weight(self, source: str | None, target: str) -> NDArray[Any]:
        """Return the weight of one synapse over time; the source of a bias is None."""
        if "weights" not in self.recorded:
            raise AllornoneError("weights were not recorded: ask for them with record=['weights']")
        if (source, target) not in self.synapses:
            raise AllornoneError(f"there is no synapse {source!r} → {target!r}")
        column = self.recorded["weights"][:, self.synapses.index((source, target))]
        return column[:, 0] if column.shape[1] == 1 else column

    def to_pandas(self) -> Any:
        """Return a pandas table, a row a tick, a column a unit; needs the extra `pandas`."""
        pandas = import_module("pandas")
        if self.recorded["y"].shape[1] > 1 or self._lanes > 1:
            raise AllornoneError("a table has one batch and one lane; take a slice of trace.recorded instead")
        return pandas.DataFrame(self.y, columns=list(self.units))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.y, dtype=dtype)

    @checked
    def save(self, path: str | Path) -> None:
        """Save to one .npz file, without pickle; the network goes with it."""
        from allornone.simulator.network.storage import to_plain

        about = {
            "units": self.units,
            "synapses": self.synapses,
            "every": self.every,
            "network": to_plain(self.network),
        }
        if self.origin is not None:
            about["origin"] = {word: getattr(self.origin, word) for word in _KEPT_OF_ORIGIN}
        _save(path, self.recorded, about)

    @classmethod
    @checked
    def load(cls, path: str | Path) -> Trace:
        """Load what `save` saved."""
        from allornone.simulator.network.storage import from_plain

        arrays, about = _load(path, "units")
        with _made_of(path):
            synapses = [(u, v) for u, v in about["synapses"]]
            net = from_plain(about["network"])
            origin = None
            if "origin" in about:
                kept = about["origin"]
                origin = Origin(compile(net), **{**kept, "begins": tuple(kept["begins"])})
            trace = cls(
                net, tuple(about["units"]), arrays, synapses, whole("every", about["every"], 1), origin
            )
            for word in SEEN:
                if word in arrays and (arrays[word].ndim != 4 or arrays[word].shape[2] != len(trace.units)):
                    raise ValueError(f"{word!r} is of other units than it says")
            arrays["y"]  # which is always kept
            return trace

    @property
    def _lanes(self) -> int:
        return int(self.recorded["y"].shape[-1])

    def __str__(self) -> str:
        return text.trace_text(self)

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class Training:
    """What happened in learning, one value an epoch, and why it stopped.

    `training["error"]` and `["worst"]` judge the net at rest and begin with the state before the first epoch;
    `["mistakes"]`, `["updates"]` and `["change"]` count what happened on the way. With lanes, the last axis
    is the lane.
    """

    rule: Any
    values: dict[str, Array]
    lane_epochs: NDArray[np.int_]
    lane_solved: NDArray[np.bool_]
    lane_diverged: NDArray[np.bool_]
    until: str | None
    synapses: list[tuple[str | None, str]]
    weight_history: Array | None = None
    theta: Weights = field(default=(), compare=False)
    program: Program | None = field(default=None, compare=False)
    bound: float = float("inf")
    """What no plastic weight may exceed."""
    largest_eta: Array | None = None
    """By lane the largest rate that is stable here, where a lane diverged and theory tells."""
    units: tuple[str, ...] = ()
    """Of whom `seen` tells."""
    seen: dict[str, Array] = field(default_factory=dict)
    """What lessons left when they were presented last: "y", "z", "vetoed", each (samples, units, lanes)."""
    relive: Callable[..., Any] | None = field(default=None, compare=False)
    """Lives the epochs once more, from the same weights, for who asks what happened in one of them."""

    @checked
    def __getitem__(self, word: str) -> NDArray[Any]:
        """Return one value an epoch of "error", "worst", "mistakes", "updates" or "change"."""
        if word in AT_REST and word not in self.values:
            asked = "gradient" if word == "gradient" else "error"
            raise AllornoneError(
                f"{word!r} was not recorded, which presents every lesson once more after each epoch: "
                f"ask for it with record=[{asked!r}]"
            )
        if word not in self.values:
            raise UnknownName("record of learning", word, self.values)
        column = self.values[word]
        if len(self.lane_epochs) > 1:
            return column
        kept = column[:, 0]
        whole = word in ("mistakes", "updates")
        return kept.astype(int) if whole else kept

    @property
    def epochs(self) -> Any:
        """Epochs completed, a number, or one a lane."""
        return self._one(self.lane_epochs)

    @property
    def solved(self) -> Any:
        """Whether the condition to stop was met."""
        return self._one(self.lane_solved)

    @property
    def diverged(self) -> Any:
        """Whether a weight left the bound."""
        return self._one(self.lane_diverged)

    @property
    def stopped(self) -> str:
        """Why it stopped, in words."""
        if len(self.lane_epochs) > 1:
            return f"{int(self.lane_solved.sum())} of {len(self.lane_solved)} lanes solved"
        if self.diverged:
            stable = self.largest_eta
            advice = "" if stable is None else f"; it is stable up to eta = {stable[0]:.4g} here"
            return f"diverged in epoch {self.epochs + 1}, a weight left ±{self.bound:g}{advice}"
        if self.solved:
            return f"{self.until}"
        return "epochs reached" if self.until is None else f"epochs reached, {self.until} never met"

    def weights(self, source: str | None, target: str) -> Array:
        """Return the weight of one synapse before the first epoch and after each; a bias comes from None."""
        if self.weight_history is None:
            raise AllornoneError("weights were not recorded: ask for them with record=['weights']")
        if (source, target) not in self.synapses:
            raise AllornoneError(f"there is no synapse {source!r} → {target!r}")
        column = self.weight_history[:, self.synapses.index((source, target))]
        return column[:, 0] if column.shape[1] == 1 else column

    def to_pandas(self) -> Any:
        """Return a pandas table, a row an epoch; needs the extra `pandas`."""
        pandas = import_module("pandas")
        return pandas.DataFrame({word: pandas.Series(self[word]) for word in self.values})

    @checked
    def save(self, path: str | Path) -> None:
        """Save to one .npz file, without pickle."""
        arrays: dict[str, NDArray[Any]] = {f"value {word}": column for word, column in self.values.items()}
        arrays |= {f"seen {word}": column for word, column in self.seen.items()}
        if self.largest_eta is not None:
            arrays["largest eta"] = self.largest_eta
        arrays |= {"epochs": self.lane_epochs, "solved": self.lane_solved, "diverged": self.lane_diverged}
        if self.weight_history is not None:
            arrays["weights"] = self.weight_history
        about = {
            "rule": self.rule.name,
            "rule_values": self.rule.values(),
            "until": self.until,
            "bound": self.bound,
            "units": self.units,
            "synapses": self.synapses,
        }
        _save(path, arrays, about)

    @classmethod
    @checked
    def load(cls, path: str | Path) -> Training:
        """Load what `save` saved."""
        from allornone.simulator.registry import rules

        arrays, about = _load(path, "rule")
        values = {
            name.removeprefix("value "): array for name, array in arrays.items() if name.startswith("value ")
        }
        seen = {
            name.removeprefix("seen "): array for name, array in arrays.items() if name.startswith("seen ")
        }
        with _made_of(path):
            rule = rules.get(about["rule"]).from_values(about["rule_values"])
            synapses = [(u, v) for u, v in about["synapses"]]
            return cls(
                rule,
                values,
                arrays["epochs"],
                arrays["solved"],
                arrays["diverged"],
                about["until"],
                synapses,
                arrays.get("weights"),
                bound=about["bound"],
                largest_eta=arrays.get("largest eta"),
                units=tuple(about["units"]),
                seen=seen,
            )

    def _one(self, column: NDArray[Any]) -> Any:
        return column[0].item() if len(column) == 1 else column

    def __str__(self) -> str:
        return text.training_text(self)

    __repr__ = __str__


def _view(array: NDArray[Any]) -> NDArray[Any]:
    # (ticks, batch, units, lanes) → (batch, ticks, units, lanes); for one unit its axis is gone already.
    moved = np.moveaxis(array, 1, 0)
    if array.shape[-1] == 1:
        moved = moved[..., 0]
    return moved[0] if array.shape[1] == 1 else moved


def _save(path: str | Path, arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, about=np.array(json.dumps(about)), **arrays)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


def _load(path: str | Path, needs: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    try:
        with regular(path).open("rb") as file, ZipFile(file) as parts:
            held = sum(part.file_size for part in parts.infolist())
            if held > MOST_BYTES:
                raise LimitExceeded(f"{path}: it unpacks to {held} bytes, more than {MOST_BYTES}")
            arrays = {
                part.filename.removesuffix(".npy"): _array(parts.read(part)) for part in parts.infolist()
            }
        about: dict[str, Any] = json.loads(str(arrays.pop("about")))
        about[needs]
    except FileNotFoundError:
        raise AllornoneError(f"{path}: there is no such file") from None
    except LimitExceeded:
        raise
    except _NO_RECORD as error:
        raise AllornoneError(f"{path}: this is not a record that was saved here ({error})") from None
    return arrays, about


_NO_RECORD = (
    *(OSError, EOFError, BadZipFile, zlib.error, NotImplementedError),  # no such archive, or a damaged one
    *(
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        RecursionError,
    ),  # parts that are not there, or other than they say
)


def _array(packed: bytes) -> NDArray[Any]:
    """Return an array from its bytes, which are as many as its head says: else it would be made before it is read."""
    stream = io.BytesIO(packed)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array of another kind")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if math.prod(shape) * dtype.itemsize != len(packed) - stream.tell() or dtype.hasobject:
        raise ValueError("an array that is not as large as it says")
    stream.seek(0)
    found: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return found


@contextmanager
def _made_of(path: str | Path) -> Iterator[None]:
    """Tell a record whose parts do not make one, or not one of this kind."""
    try:
        yield
    except _NO_RECORD as error:
        raise AllornoneError(f"{path}: this is not a record that was saved here ({error})") from None


class Recorder:
    """Keeps what each moment left, as a Record says, and makes a Trace of it.

    Beyond the `most` moments of its Record every other one is let go, and of those to come only so many are kept.
    """

    def __init__(self, program: Program, record: Record) -> None:
        record.check(IN_TIME)
        self.program, self.every, self.most = program, record.every, record.most
        self._places = record.places(program)
        vetoed = ["vetoed"] if any(stage.veto_sources for stage in program.stages) else []
        self._words = sorted({"y", *record.words, *vetoed})
        self._kept: dict[str, list[NDArray[Any]]] = {word: [] for word in self._words}
        self._origin = Origin(replace(program))  # the weights of the program itself may be learned on
        self._seen = 0
        self._bytes = 0

    def keep(self, moment: Moment, weights: Weights) -> None:
        """Keep one moment, and the weights that it ran with."""
        if not self._seen and weights is not self._origin.program.weights:
            self._origin = replace(self._origin, program=replace(self.program, weights=weights))
        elif weights is not self._origin.program.weights and not self._origin.learned:
            self._origin = replace(self._origin, learned=True)
        self._seen += 1
        if (self._seen - 1) % self.every:
            return
        for word in self._words:
            part = self._part(word, moment, weights)
            self._bytes += part.nbytes + EACH
            self._kept[word].append(part)
        if self._bytes > MOST_BYTES:
            raise LimitExceeded(
                f"the record passed {MOST_BYTES} bytes at tick {self._seen - 1}; keep fewer with every="
            )
        if self.most is not None and len(self._kept["y"]) > self.most:
            self._kept = {word: parts[::2] for word, parts in self._kept.items()}
            self.every *= 2

    def _part(self, word: str, moment: Moment, weights: Weights) -> NDArray[Any]:
        if word == "weights":
            return self.program.synapse_values(weights)
        seen = seen_at(word, moment, self._places)
        return _small(seen) if word == "y" else seen

    def begin(self, *, rested: bool = True, lessons: bool = False) -> None:
        """Note that what comes next does not go on from what was kept; `lessons`: that nothing ever does."""
        begins = tuple(dict.fromkeys((*self._origin.begins, self._seen)))
        self._origin = replace(self._origin, begins=begins, rested=rested, lessons=lessons)

    def trace(self) -> Trace:
        """Return what was kept."""
        recorded = {word: np.stack(parts) for word, parts in self._kept.items() if parts}
        return Trace(
            self.program.networks[0],
            tuple(self.program.names[place] for place in self._places.tolist()),
            recorded,
            self.program.synapses,
            self.every,
            self._origin,
        )


def seen_at(word: str, moment: Moment, places: Index) -> NDArray[Any]:
    """Return "y", "z" or "vetoed" of the units at some places of the state, (batch, units, lanes)."""
    match word:
        case "z":
            return moment.net_inputs()[:, places]
        case "vetoed":
            return moment.vetoes()[:, places]
    return moment.y[:, places]


def _small(y: NDArray[Any]) -> NDArray[Any]:
    """Return spikes as bytes, and everything else as it is."""
    return y.astype(np.int8) if ((y == 0) | (y == 1)).all() else y
