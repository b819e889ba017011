"""The finite automaton that a net is: every state it can reach, and what each leads to.

A net has finitely many states: S. C. Kleene, in Automata Studies (1956). The least automaton is found by
E. F. Moore's refinement, in the same volume.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allornone.models.automata.regular import START
from allornone.models.automata.states import answers, explored, machine, names, network_of, reader
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, UnknownName, whole
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program

MOST_STATES = 100_000
ROWS = 24

Table = NDArray[np.intp]


@dataclass(frozen=True, repr=False)
class Automaton:
    """States, counted from the first, 0; where each letter leads from each; and what the net answers in each.

    `transitions[state][letter]` is a state; `outputs[state]` is a text of 0 and 1, one an output; `states`
    says of each which units fire. A letter is a letter, or a pattern of the inputs such as "01".
    """

    name: str
    inputs: tuple[str, ...]
    alphabet: tuple[str, ...]
    transitions: tuple[tuple[int, ...], ...]
    outputs: tuple[str, ...]
    states: tuple[str, ...] = field(compare=False)

    def __len__(self) -> int:
        return len(self.outputs)

    @property
    def accepting(self) -> tuple[int, ...]:
        """States in which an output fires."""
        return tuple(state for state, output in enumerate(self.outputs) if "1" in output)

    def path(self, word: str | Sequence[str]) -> list[int]:
        """Return the states that a word leads through, the first among them.

        A word is a text of letters, or a list of letters or patterns.
        """
        if isinstance(word, bytes) or not isinstance(word, Sequence):
            raise AllornoneError(
                f"a word is a text of letters, or a list of letters or patterns, found {word!r}"
            )
        place = {letter: k for k, letter in enumerate(self.alphabet)}
        visited = [0]
        for letter in word:
            if not isinstance(letter, str) or letter not in place:
                raise UnknownName("letter", str(letter), self.alphabet)
            visited.append(self.transitions[visited[-1]][place[letter]])
        return visited

    def accepts(self, word: str | Sequence[str]) -> bool:
        """Return whether an output fires in the state that a word leads to."""
        return "1" in self.outputs[self.path(word)[-1]]

    def minimised(self) -> Automaton:
        """Return the automaton with the fewest states that answers alike; equal ones are equal to the letter.

        >>> from allornone.models.automata.regular import regular
        >>> one, other = automaton(regular("(a|b)*a")).minimised(), automaton(regular("b*a(a|bb*a)*")).minimised()
        >>> len(one), one.transitions == other.transitions
        (2, True)
        """
        table = np.array(self.transitions, dtype=np.intp).reshape(len(self), len(self.alphabet))
        classes = _classes(table, self.outputs)
        order = _from_the_first(table, classes)
        number = {int(classes[state]): place for place, state in enumerate(order)}
        return replace(
            self,
            transitions=tuple(tuple(number[int(classes[t])] for t in table[state]) for state in order),
            outputs=tuple(self.outputs[state] for state in order),
            states=tuple(self.states[state] for state in order),
        )

    def difference(self, other: Automaton) -> tuple[str, ...] | None:
        """Return the shortest word after which the two answer differently, or None.

        >>> from allornone.models.automata.regular import regular
        >>> automaton(regular("(ab)*")).difference(automaton(regular("(ab)*a*")))
        ('a',)
        """
        if not isinstance(other, Automaton):
            raise AllornoneError(f"an automaton is compared with another, found {type(other).__name__}")
        if set(self.alphabet) != set(other.alphabet):
            ours, theirs = " ".join(self.alphabet), " ".join(other.alphabet)
            raise AllornoneError(f"automata are compared over one alphabet; these have {ours} and {theirs}")
        columns = [(letter, k, other.alphabet.index(letter)) for k, letter in enumerate(self.alphabet)]
        came: dict[tuple[int, int], tuple[tuple[int, int], str] | None] = {(0, 0): None}
        waiting = deque(came)
        while waiting:
            here = waiting.popleft()
            if self.outputs[here[0]] != other.outputs[here[1]]:
                return _word(came, here)
            for letter, mine, theirs_ in columns:
                there = (self.transitions[here[0]][mine], other.transitions[here[1]][theirs_])
                if there not in came:
                    came[there] = (here, letter)
                    waiting.append(there)
        return None

    def equivalent(self, other: Automaton) -> bool:
        """Return whether the two answer alike after every word.

        >>> from allornone.models.automata.regular import regular
        >>> automaton(regular("(a|b)*")).equivalent(automaton(regular("(a*b*)*")))
        True
        """
        return self.difference(other) is None

    def __str__(self) -> str:
        return "\n".join(_text(self))

    __repr__ = __str__


@checked
def automaton(
    net: Network | Program, *, letters: Sequence[str] | None = None, most: int = MOST_STATES
) -> Automaton:
    """Return the finite automaton that a net is, found by trying every input in every state from rest on.

    Of a net made by `regular`, or where `letters` names inputs of a net that has START beside them, words
    are read as `accepts` reads them: one letter a tick, and a state accepts if the net would, did the word
    end there. Of any other net every pattern of its inputs is a letter: state 0 is the net at tick 0, and what
    the inputs bring at tick t leads to the net at t + 1, or at t itself if a synapse without delay leaves an
    input. The past that synapses of more than one tick still see belongs to the state.
    Raises LimitExceeded beyond `most` states, AllornoneError for units that are not all or none.

    >>> from allornone.models.automata.regular import regular
    >>> automaton(regular("(ab)*")).minimised()
    Automaton of '(ab)*': 3 states over a b, 1 accepting
              a  b
      → 0 *   1  2   START
        1     2  0   a1
        2     2  2   at rest
    """
    network = network_of(net)
    words = letters is not None or ("letters" in network.graph and START in network.inputs)
    how = reader(network, letters) if words else machine(network)
    table, bits = explored(how, whole("most", most, 1))
    return Automaton(
        network.name,
        how.inputs,
        tuple(how.letters),
        tuple(table),
        tuple(answers(how, bits)),
        tuple(names(how, network, bits)),
    )


def _classes(table: Table, outputs: Sequence[str]) -> Table:
    """Return for every state the number of its class: states of a class answer alike after every word."""
    _, classes = np.unique(np.array(outputs), return_inverse=True)
    count = 0
    while classes.max() + 1 > count:
        count = int(classes.max()) + 1
        finer = classes
        for column in table.T:
            _, finer = np.unique(finer * count + classes[column], return_inverse=True)
        classes = finer
    return classes.astype(np.intp)


def _from_the_first(table: Table, classes: Table) -> list[int]:
    """Return one state of each class, in the order in which they are met from the first."""
    order, met = [0], {int(classes[0])}
    for state in order:
        for target in table[state].tolist():
            if int(classes[target]) not in met:
                met.add(int(classes[target]))
                order.append(target)
    return order


def _word(
    came: dict[tuple[int, int], tuple[tuple[int, int], str] | None], end: tuple[int, int]
) -> tuple[str, ...]:
    word: list[str] = []
    step = came[end]
    while step is not None:
        word.append(step[1])
        step = came[step[0]]
    return tuple(reversed(word))


def _text(automaton: Automaton) -> Iterator[str]:
    single = all(len(output) == 1 for output in automaton.outputs)
    words = automaton.alphabet == automaton.inputs
    over = " ".join(automaton.inputs) or ("no letters" if words else "no inputs")
    count = len(automaton)
    answers = f", {len(automaton.accepting)} accepting" if words else ""
    name = f" of {automaton.name!r}" if automaton.name else ""
    yield f"Automaton{name}: {count} state{'s' * (count != 1)} over {over}{answers}"
    wide = len(str(count - 1))
    cell = max([wide, *map(len, automaton.alphabet)])
    marks = (
        ["*" if "1" in output else " " for output in automaton.outputs] if single else list(automaton.outputs)
    )
    mark = max(map(len, marks))
    head = "  ".join(f"{letter:>{cell}}" for letter in automaton.alphabet)
    yield (" " * (wide + mark + 8) + head).rstrip()
    for state in range(min(count, ROWS)):
        leads = "  ".join(f"{target:>{cell}}" for target in automaton.transitions[state])
        arrow = "→" if state == 0 else " "
        yield f"  {arrow} {state:>{wide}} {marks[state]:<{mark}}   {leads}   {automaton.states[state]}".rstrip()
    if count > ROWS:
        yield f"  … {count - ROWS} more"
