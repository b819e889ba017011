"""Results: what a scenario measured, claim by claim, and the verdict, which is computed and never typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from allornone.scenarios.document.views import FILMS
from allornone.scenarios.experiment.measuring import Answered
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, shown
from allornone.simulator.files import is_folder, replacing
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace, Training

REPRODUCED, DIFFERENTLY, NOT = "reproduced", "reproduced differently", "not reproduced"


@dataclass(frozen=True)
class Nudged:
    """A number of a claim moved a little; the claim must fall."""

    text: str
    falls: bool


@dataclass(frozen=True)
class Counterfactual:
    """A change of the experiment, and whether it does its work: fells the claim, or makes a false sentence true."""

    change: str
    works: bool
    note: str


@dataclass(frozen=True)
class ClaimResult:
    """One claim: its sentence, the conditions that must all hold, whether they do, and its changes.

    `found` says what was measured in words, where the file does; `measured` names each measure and its value.
    `holds` is None where it could not be judged: another family of runs may lack the run that it looks at.
    """

    text: str
    that: tuple[str, ...]
    says: str | None
    holds: bool | None
    measured: str
    counterfactuals: tuple[Counterfactual, ...] = ()
    nudges: tuple[Nudged, ...] = ()
    found: str = ""

    @property
    def works(self) -> bool:
        """Whether every change and nudge that was tried did its work."""
        return all(one.works for one in self.counterfactuals) and all(one.falls for one in self.nudges)

    @property
    def sound(self) -> bool:
        """Whether it counts as a success: it holds, or is a marked sentence shown to hold only elsewhere."""
        return bool(self.holds) or (self.says is not None and bool(self.counterfactuals) and self.works)


@dataclass(frozen=True)
class Result:
    """What one scenario gave: measures, claims and the verdict; the network, trace and training of the run shown.

    `judged` says whether the runs were those of the file, or so many times as many seeds: only they have a verdict.
    """

    name: str
    title: str
    claims: tuple[ClaimResult, ...]
    measures: Mapping[str, Value]
    warnings: tuple[str, ...]
    seconds: float
    family: str
    document: Mapping[str, Any] = field(repr=False)
    show: Callable[[], Any] = field(repr=False)
    questions: tuple[Answered, ...] = ()
    judged: bool = True

    @property
    def as_written(self) -> bool:
        """Whether the file was run as it stands, with its own number of seeds."""
        return self.family == "as written"

    @property
    def verdict(self) -> str | None:
        """ "reproduced", "reproduced differently" or "not reproduced"; None for another family of runs."""
        if not self.judged:
            return None
        if all(claim.holds for claim in self.claims):
            return REPRODUCED
        return DIFFERENTLY if all(claim.sound for claim in self.claims) else NOT

    @property
    def holds(self) -> bool | None:
        """Whether the verdict is a success; None for another family of runs."""
        return None if self.verdict is None else self.verdict != NOT

    @property
    def works(self) -> bool:
        """Whether every counterfactual and nudge that was tried did its work."""
        return all(claim.works for claim in self.claims)

    @cached_property
    def _shown(self) -> Any:
        return self.show()

    @property
    def network(self) -> Network:
        """The network of the run shown, as it was when the run ended."""
        network: Network = self._shown.network
        return network

    @property
    def trace(self) -> Trace:
        """What happened in time in the run shown."""
        trace: Trace = self._shown.trace
        return trace

    @property
    def training(self) -> Training | None:
        """What happened in learning in the run shown, if anything was taught."""
        training: Training | None = self._shown.training
        return training

    @property
    def story(self) -> str:
        """The story, to be said aloud."""
        return str(self.document["story"]).strip()

    def film(self, theme: str = "light") -> Any:
        """Return the film of the run shown, of the kind that the file asks for.

        Raises AllornoneError where that kind is not drawn yet, and where the file names a group and it shows none.
        """
        from allornone.simulator.registry import films

        about = self.document.get("interpretation", {})
        wanted = about.get("film", {})
        kind = wanted.get("kind", "network")
        if kind in FILMS and kind not in films.names():
            raise AllornoneError(f"the film {kind!r} is not drawn yet; drawn are: {', '.join(films.names())}")
        make, options = films.get(kind), {key: wanted[key] for key in ("group",) if key in wanted}
        for key in options.keys() - signature(make).parameters.keys():
            raise AllornoneError(
                f"film: {kind!r} shows no single group, so leave {key} out, or say kind = 'grid'"
            )
        return make(
            self.trace,
            title=self.title,
            story=self.story,
            theme=theme,
            questions=about.get("questions", []),
            **options,
        )

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain values, fit for JSON."""
        return {
            "scenario": self.name,
            "title": self.title,
            "family": self.family,
            "verdict": self.verdict,
            "claims": [_claim_json(claim) for claim in self.claims],
            "questions": [{"at": one.at, "ask": one.ask, "answer": one.right} for one in self.questions],
            "measures": {name: _value_json(value) for name, value in self.measures.items()},
            "warnings": list(self.warnings),
            "seconds": round(self.seconds, 3),
        }

    @checked
    def save(self, directory: str | Path) -> None:
        """Save the result (.json), the trace and the training (.npz) into a folder that exists."""
        folder = Path(directory)
        if not is_folder(folder):
            raise AllornoneError(f"{shown(str(folder))}: there is no such folder")
        with replacing(folder / f"{self.name}.json") as temporary:
            temporary.write_text(
                json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        self.trace.save(folder / f"{self.name}.trace.npz")
        if self.training is not None:
            self.training.save(folder / f"{self.name}.training.npz")

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.title}"]
        lines += [f"  {_MARKS[claim.holds]} {_SPEAKERS[claim.says]}{claim.text}" for claim in self.claims]
        said = [self.verdict] if self.verdict else []
        said += [] if self.verdict and self.as_written else [self.family]
        lines.append(f"{', '.join(said)}, in {self.seconds:.1f} s")
        return "\n".join(lines)

    __repr__ = __str__


_MARKS = {True: "✓", False: "✗", None: "–"}
_SPEAKERS = {None: "", "lecture": "the lecture says: ", "source": "the source says: "}


def _claim_json(claim: ClaimResult) -> dict[str, Any]:
    return {
        "text": claim.text,
        "that": list(claim.that),
        "found": claim.found,
        "says": claim.says,
        "holds": claim.holds,
        "measured": claim.measured,
        "counterfactuals": [
            {"change": one.change, "works": one.works, "note": one.note} for one in claim.counterfactuals
        ],
        "nudges": [{"text": one.text, "falls": one.falls} for one in claim.nudges],
    }


def _value_json(value: Value) -> Any:
    if not isinstance(value, Labelled):
        return value if not isinstance(value, float) or np.isfinite(value) else str(value)
    cells = value.values
    plain: Sequence[Any] = (
        cells.tolist()
        if cells.dtype.kind != "f" or np.isfinite(cells).all()
        else (np.where(np.isfinite(cells), cells, np.nan).astype(object).tolist())
    )
    labels = {axis: list(value.labels[axis]) for axis in value.axes}
    return {"axes": list(value.axes), "labels": labels, "values": _finite(plain)}


def _finite(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_finite(item) for item in plain]
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain
