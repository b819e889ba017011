"""A change is a piece of a scenario laid over the file: an alternative, a counterfactual, a setting.

Nothing here mutates what it is given: a changed scenario shares with the old one all that did not change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from allornone.simulator.errors import AllornoneError, nearest, some_of

Raw = dict[str, Any]
Path = tuple[str | int, ...]

UNIT_KEYS = ("model", "bias")
TASK_KEYS = ("data", "inputs", "hold_out")
KEPT_OF_TASK = ("data", "hold_out")
"""What stays of a task when a change names other data, whose inputs may be others too."""
NAMING_TASKS = ("task", "cover")
"""Parameters of builders that a file gives by the name of a task."""
DRAWN_KEYS = ("inputs", "outputs", "groups", "synapses")


# Of the keys in one row, a table holds at most one: of a task, of a builder.
TASK_CHOICES = {"table": ("ones", "d", "number")}
BUILD_CHOICES = {
    "polygons": ("shapes", "cover"),
    "pulses": ("edges", "task"),
    "cylinders": ("centres", "task"),
    "boolean": ("task", "formula", "ones"),
}

_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s."'](?:[^."']*[^\s."'])?))\s*(?:\.(?=.)|$)""")

LEARNING_KEYS = (
    "rule",
    "plastic",
    "batch",
    "average",
    "order",
    "epochs",
    "until",
    "bound",
)
PHASE_ACTS = ("stimulus", "teach", "test", "gradient")
PHASE_KEYS = (
    *("name", *PHASE_ACTS, "ticks", "teacher", "teacher_at"),
    *("from", "update", "flip", "hold", "sample"),
)


class ChangeError(AllornoneError):
    """A change that cannot be laid over: `path` says where in the change."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message

    def within(self, *prefix: str | int) -> ChangeError:
        """Return the same error with its path told from further out."""
        return ChangeError((*prefix, *self.path), self.message)


def overlay(raw: Raw, change: Raw) -> Raw:
    """Return a scenario with a change laid over it; a `vary` in the change is not looked at.

    Tables merge, everything else replaces. Raises ChangeError where the change names nothing.

    >>> overlay({"learning": {"rule": "lms", "eta": 0.1, "epochs": 9}}, {"learning": {"rule": "hebb"}})
    {'learning': {'rule': 'hebb', 'epochs': 9}}
    """
    return Overlays().over(raw, change)


class Overlays:
    """Lays changes over scenarios as `overlay` does; what two of them share, they share afterwards too."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], tuple[tuple[object, ...], Any]] = {}

    def over(self, raw: Raw, change: Raw) -> Raw:
        """Return a scenario with a change laid over it."""
        laid = dict(raw)
        if "rule" in _plain_table(change.get("learning")) and "experience" in raw:
            rests_on = (raw["experience"], raw.get("learning"), change["learning"])
            laid["experience"] = self._once(rests_on, _without_rule, raw, change["learning"])
        raw = dict(laid)
        for key, piece in change.items():
            if key == "vary":
                continue
            if key not in _PIECES:
                hint = home(raw, key, piece) or nearest(key, CHANGEABLE)
                hint = hint or f"A change may touch {', '.join(CHANGEABLE)}"
                raise ChangeError((key,), f"a change cannot touch {key!r}. {hint}")
            if not isinstance(piece, dict) and key != "experience":
                raise ChangeError((key,), f"a change of {key!r} must be a table, found {piece!r}")
            rests_on = (raw.get(key), piece, raw.get("learning") if key == "experience" else None)
            try:
                laid[key] = self._once(rests_on, _PIECES[key], raw, piece)
            except ChangeError as error:
                raise error.within(key) from None
        return laid

    def _once(
        self, rests_on: tuple[object, ...], lay: Callable[[Raw, Any], Any], raw: Raw, piece: Any
    ) -> Any:
        key = (id(lay), *map(id, rests_on))
        if key not in self._known:
            # What it rests on is held, so that nothing else gets the same ids.
            self._known[key] = (rests_on, lay(raw, piece))
        return self._known[key][1]


def home(raw: Raw, key: str, value: object) -> str:
    """Return how a key must be spelled that stands in a table of the file, or names a task or a phase; else "".

    >>> home({"parameters": {"n": 1}}, "n", 4)
    'Say parameters.n=4'
    """
    tables = ("parameters", "learning", "activation", "connectivity", "tasks")
    places = [f"{name}.{key}" for name in tables if key in _plain_table(raw.get(name))]
    phases = raw.get("experience")
    if isinstance(phases, list) and key in [phase_name(_plain_table(phase)) for phase in phases]:
        places.append(f"experience.{key}")
    said = (spoken(from_dotted(place, value)).replace(" = ", "=", 1) for place in places)
    return f"Say {' or '.join(said)}" if places else ""


def _plain_table(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def from_dotted(path: str, value: object) -> Raw:
    """Return the change that sets one key, named as in `--set`; a part with a dot stands in quotes.

    >>> from_dotted("experience.exam.test", "gate")
    {'experience': {'exam': {'test': 'gate'}}}
    """
    parts: list[str] = []
    position = 0
    while position < len(path) or not parts:
        found = _PART.match(path, position)
        if found is None:
            raise ChangeError(
                (), f"{path!r} is no path of keys; write it as learning.eta or experience.exam.test"
            )
        parts.append(next(part for part in found.groups() if part is not None))
        position = found.end()
    change: Any = value
    for part in reversed(parts):
        change = {part: change}
    laid: Raw = change
    return laid


def leaves(change: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield what a change sets: dotted key, value.

    >>> list(leaves({"learning": {"eta": 0.1, "batch": "all"}}))
    [('learning.eta', 0.1), ('learning.batch', 'all')]
    >>> list(leaves({"tasks": {"v1.0": {"count": 3}}}))
    [('tasks."v1.0".count', 3)]
    """
    for key, value in change.items():
        part = _quoted(str(key))
        dotted = f"{path}.{part}" if path else part
        if isinstance(value, Mapping) and value:
            yield from leaves(value, dotted)
        else:
            yield dotted, value


def _quoted(part: str) -> str:
    """Return a key as a part of a path, in quotes where it could be taken for something else."""
    if part and part == part.strip() and not set(part) & set(".\"'"):
        return part
    return f"'{part}'" if '"' in part else f'"{part}"'


def settings(raw: Raw) -> dict[str, object]:
    """Return what a change can set of what a scenario says: dotted key → value, phases by name.

    >>> settings({"title": "Gates", "experience": [{"name": "exam", "test": "gate"}]})
    {'experience.exam.test': 'gate'}
    """
    pieces = {key: raw[key] for key in _PIECES if raw.get(key)}
    phases = pieces.get("experience", ())
    if not isinstance(phases, dict):
        pieces["experience"] = {
            str(phase_name(phase)): {key: value for key, value in phase.items() if key != "name"}
            for phase in phases
        }
    return {path: value for path, value in leaves(pieces) if value or path != "experience"}


def spelt(value: object) -> str:
    """Return a value as a file spells it.

    >>> spelt({"build": {"net": "mlp", "skips": True}, "x": [1, 0.5]})
    '{ build = { net = "mlp", skips = true }, x = [1, 0.5] }'
    """
    match value:
        case Mapping():
            pairs = ", ".join(f"{key} = {spelt(part)}" for key, part in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list() | tuple():
            return f"[{', '.join(map(spelt, value))}]"
        case float() if not isfinite(value):
            return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def spoken(change: Mapping[str, Any]) -> str:
    """Return a change in one line, as a file spells it.

    >>> spoken({"connectivity": {"without": ["a -> b"]}})
    'connectivity.without = ["a -> b"]'
    """
    return ", ".join(f"{path} = {spelt(value)}" for path, value in leaves(change))


def all_changes(raw: Mapping[str, Any], claim: Mapping[str, Any]) -> list[tuple[Path, object]]:
    """Return what a claim says by "fails" and "holds", each change with its path."""
    return [one for word in ("fails", "holds") for one in changes_of(raw, claim, word)]


def changes_of(raw: Mapping[str, Any], claim: Mapping[str, Any], word: str) -> Iterator[tuple[Path, object]]:
    """Yield what a claim says by "fails" or "holds": each change, and its path, which for a named one is in [changes].

    >>> raw = {"changes": {"deaf": {"connectivity": {"without": ["a -> b"]}}}}
    >>> [path for path, _ in changes_of(raw, {"fails": ["deaf", {"learning": {"eta": 9}}]}, "fails")]
    [('changes', 'deaf'), ('fails', 1)]
    """
    said, named = claim.get(word, []), raw.get("changes")
    for place, change in enumerate(said if isinstance(said, list) else [said]):
        if isinstance(change, str) and isinstance(named, dict) and change in named:
            yield ("changes", change), named[change]
        else:
            yield ((word, place) if isinstance(said, list) else (word,)), change


def phase_name(phase: Mapping[str, Any]) -> object:
    """Return the name of a phase: its own, or else its task's.

    >>> phase_name({"teach": "gate"})
    'gate'
    """
    return phase.get("name", next((phase[act] for act in PHASE_ACTS[1:] if act in phase), None))


def _merged(old: Raw, new: Raw) -> Raw:
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = (
            _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return merged


def _renamed(old: Raw, new: Raw, tag: str, kept: Iterable[str], current: object) -> Raw:
    """Return the old table without the parameters of what it named, if the new table names another."""
    if tag not in new or new[tag] == current:
        return old
    return {key: value for key, value in old.items() if key in kept}


def _without_rivals(old: Raw, new: Raw, *choices: tuple[str, ...]) -> Raw:
    """Return the old table without the keys that a key of the new one excludes."""
    ousted = {rival for keys in choices for key in keys if key in new for rival in keys if rival not in new}
    return {key: value for key, value in old.items() if key not in ousted}


def _known(name: str, among: Iterable[str], kind: str) -> None:
    known = list(among)
    if name not in known:
        listed = nearest(name, known) or f"There are: {some_of(known)}"
        raise ChangeError((name,), f"the change names nothing: no {kind} is named {name!r}. {listed}")


def _table(value: object, *path: str | int) -> Raw:
    if not isinstance(value, dict):
        raise ChangeError(path, f"a table of keys is needed here, found {value!r}")
    return value


def _parameters(raw: Raw, piece: Raw) -> Raw:
    for name in piece:
        _known(name, raw.get("parameters", {}), "parameter")
    return {**raw["parameters"], **piece} if piece else raw.get("parameters", {})


def _tasks(raw: Raw, piece: Raw) -> Raw:
    tasks: Raw = dict(raw.get("tasks", {}))
    for name, new in piece.items():
        _known(name, tasks, "task")
        old = _renamed(tasks[name], _table(new, name), "data", KEPT_OF_TASK, tasks[name].get("data"))
        choice = TASK_CHOICES.get(str(new.get("data", old.get("data"))), ())
        tasks[name] = _merged(_without_rivals(old, new, choice), new)
    return tasks


def _connectivity(raw: Raw, piece: Raw) -> Raw:
    if "edits" in piece:
        raise ChangeError(("edits",), "a change of synapses is said by without and with, not by 'edits'")
    old: Raw = raw.get("connectivity", {})
    new = {key: value for key, value in piece.items() if key not in ("without", "with")}
    build = _table(new.get("build", {}), "build")
    named_net = build.get("net", old.get("build", {}).get("net"))
    if "synapses" in new or ("build" in new and named_net != old.get("build", {}).get("net")):
        # Another wiring: what was cut or added belonged to the old one.
        gone = ("without", "with", "edits", *(DRAWN_KEYS if "build" in new else ()))
        old = {key: value for key, value in old.items() if key not in gone}
    if "synapses" in new:
        old = {key: value for key, value in old.items() if key != "build"}
    if "build" in old:
        own = _renamed(old["build"], build, "net", (), old["build"].get("net"))
        old = {**old, "build": _without_rivals(own, build, BUILD_CHOICES.get(str(named_net), ()))}
    if "start" in new:
        old = {key: value for key, value in old.items() if key not in ("start", "weights", "biases")}
    elif "weights" in new or "biases" in new:
        old = {key: value for key, value in old.items() if key != "start"}
    laid = _merged(old, new)
    edit = {key: piece[key] for key in ("without", "with") if key in piece}
    return {**laid, "edits": [*laid.get("edits", []), edit]} if edit else laid


def _activation(raw: Raw, piece: Raw) -> Raw:
    old: Raw = raw.get("activation", {})
    default = {key: value for key, value in old.items() if not isinstance(value, dict)}
    units = {key: value for key, value in old.items() if isinstance(value, dict)}
    if "model" in piece:
        default = _renamed(default, piece, "model", UNIT_KEYS, old.get("model"))
        # A unit that names no model of its own has the default one's parameters.
        units = {
            name: unit if "model" in unit else _renamed(unit, piece, "model", UNIT_KEYS, old.get("model"))
            for name, unit in units.items()
        }
    for name, new in piece.items():
        if isinstance(new, dict):
            unit = units.get(name, {})
            model = unit.get("model", old.get("model"))
            units[name] = _merged(_renamed(unit, new, "model", UNIT_KEYS, model), new)
        else:
            default[name] = new
    return {**default, **units}


def _learning(raw: Raw, piece: Raw) -> Raw:
    old: Raw = raw.get("learning", {})
    return _merged(_renamed(old, piece, "rule", LEARNING_KEYS, old.get("rule")), piece)


def _experience(raw: Raw, piece: Raw | list[Any]) -> list[Raw]:
    phases: list[Raw] = list(raw.get("experience", []))
    names = [phase_name(phase) for phase in phases]
    if isinstance(piece, dict):
        for name, new in piece.items():
            _known(name, map(str, names), "phase")
            if _table(new, name).get("name", name) != name:
                raise ChangeError((name, "name"), "a change cannot give a phase another name")
        changes = [{"name": name, **new} for name, new in piece.items()]
    elif isinstance(piece, list):
        changes = [_table(new, index) for index, new in enumerate(piece)]
    else:
        raise ChangeError((), f"a change of 'experience' must be a table of phases, found {piece!r}")
    rule = raw.get("learning", {}).get("rule")
    for new in changes:
        if phase_name(new) not in names:
            phases.append(new)
            continue
        index = names.index(phase_name(new))
        old = _renamed(
            phases[index], new, "rule", (*PHASE_KEYS, *LEARNING_KEYS), phases[index].get("rule", rule)
        )
        phases[index] = _acting(_merged(_without_rivals(old, new, PHASE_ACTS), new), old, new)
    return phases


def _acting(phase: Raw, old: Raw, new: Raw) -> Raw:
    """Return a phase without what went with the old act, if a change names another."""
    if not any(act in new and act not in old for act in PHASE_ACTS):
        return phase
    gone = {*idle(phase), *(phase.keys() - {*PHASE_KEYS} if "test" in phase else ())} - new.keys()
    return {key: value for key, value in phase.items() if key not in gone}


def _without_rule(raw: Raw, learning: Raw) -> list[Raw]:
    """Return the phases without what they said of a rule's parameters, if [learning] names another."""
    rule, kept = raw.get("learning", {}).get("rule"), (*PHASE_KEYS, *LEARNING_KEYS)
    return [
        phase if "rule" in phase else _renamed(phase, learning, "rule", kept, rule)
        for phase in raw["experience"]
    ]


_PIECES: Mapping[str, Callable[[Raw, Any], Any]] = {
    "parameters": _parameters,
    "tasks": _tasks,
    "connectivity": _connectivity,
    "activation": _activation,
    "learning": _learning,
    "experience": _experience,
}

CHANGEABLE = (*_PIECES, "vary")


def idle(phase: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of a phase that do nothing there, whatever the rest of the file says, and why.

    >>> idle({"name": "exam", "test": "gate", "epochs": 3})
    {'epochs': 'does nothing here: a test teaches nothing'}
    """
    acts = [act for act in PHASE_ACTS if act in phase]
    if len(acts) != 1:
        return {}
    act = acts[0]
    in_time = act == "stimulus" and ("teacher" not in phase or phase.get("teacher_at") == "every")
    rows = (
        (act != "test", ("flip", "hold"), "is of cues: it goes with test"),
        (act == "stimulus" and "teacher" not in phase, ("teacher_at",), "is of a teacher, and there is none"),
        (act != "stimulus", ("teacher", "teacher_at", "sample"), "goes with a stimulus"),
        (act == "test", LEARNING_KEYS, "does nothing here: a test teaches nothing"),
        (act == "gradient", LEARNING_KEYS, "does nothing here: a gradient is followed by nobody"),
        (
            in_time,
            ("until", "batch", "average", "order"),
            "is of lessons: a stimulus is lived in time, trial by trial, unless a teacher speaks at its end",
        ),
        (
            act != "test" and not in_time,
            ("from", "update"),
            "does nothing here: each lesson is presented from rest, to all units together",
        ),
    )
    why = {key: reason for applies, keys, reason in rows if applies for key in keys}
    return {key: why[key] for key in phase if key in why}
