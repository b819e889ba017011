"""Records: Trace, what happened in time, and Training, what happened in learning."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from allornone.simulator import display
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.files import replacing
from allornone.simulator.network import Network
from allornone.simulator.program import Program, Weights, compile
from allornone.simulator.units import Array


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

    def __getitem__(self, unit: str) -> NDArray[Any]:
        """Return the outputs of one unit over time."""
        return self.of(unit)

    def of(self, unit: str, word: str = "y") -> NDArray[Any]:
        """Return what was recorded of one unit: "y", "z" or "vetoed"."""
        if unit not in self.units:
            raise UnknownName("unit", unit, self.units)
        if word not in self.recorded:
            raise AllornoneError(f"{word!r} was not recorded: ask for it with record=[{word!r}]")
        place = self.units.index(unit)
        return (
            _view(self.recorded[word][:, :, place : place + 1])[..., 0]
            if self._lanes == 1
            else (_view(self.recorded[word][:, :, place]))
        )

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

    def save(self, path: str | Path) -> None:
        """Save to one .npz file, without pickle; the network goes with it."""
        from allornone.simulator.storage import to_plain

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
    def load(cls, path: str | Path) -> Trace:
        """Load what `save` saved."""
        from allornone.simulator.storage import from_plain

        arrays, about = _load(path, "units")
        synapses = [(u, v) for u, v in about["synapses"]]
        net = from_plain(about["network"])
        origin = None
        if "origin" in about:
            kept = about["origin"]
            origin = Origin(compile(net), **{**kept, "begins": tuple(kept["begins"])})
        return cls(net, tuple(about["units"]), arrays, synapses, about["every"], origin)

    @property
    def _lanes(self) -> int:
        return int(self.recorded["y"].shape[-1])

    def __str__(self) -> str:
        return display.trace_text(self)

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
    relive: Callable[..., Any] | None = field(default=None, compare=False)
    """Lives the epochs once more, from the same weights, for who asks what happened in one of them."""

    def __getitem__(self, word: str) -> NDArray[Any]:
        """Return one value an epoch of "error", "worst", "mistakes", "updates" or "change"."""
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
            return f"diverged in epoch {self.epochs + 1}"
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

    def save(self, path: str | Path) -> None:
        """Save to one .npz file, without pickle."""
        arrays: dict[str, NDArray[Any]] = {f"value {word}": column for word, column in self.values.items()}
        arrays |= {"epochs": self.lane_epochs, "solved": self.lane_solved, "diverged": self.lane_diverged}
        if self.weight_history is not None:
            arrays["weights"] = self.weight_history
        about = {
            "rule": self.rule.name,
            "rule_values": self.rule.values(),
            "until": self.until,
            "synapses": self.synapses,
        }
        _save(path, arrays, about)

    @classmethod
    def load(cls, path: str | Path) -> Training:
        """Load what `save` saved."""
        from allornone.simulator.registry import rules

        arrays, about = _load(path, "rule")
        values = {
            name.removeprefix("value "): array for name, array in arrays.items() if name.startswith("value ")
        }
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
        )

    def _one(self, column: NDArray[Any]) -> Any:
        return column[0].item() if len(column) == 1 else column

    def __str__(self) -> str:
        return display.training_text(self)

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
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about: dict[str, Any] = json.loads(str(arrays.pop("about")))
        about[needs]
    except FileNotFoundError:
        raise AllornoneError(f"{path}: there is no such file") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise AllornoneError(f"{path}: this is not a record that was saved here ({error})") from None
    return arrays, about
