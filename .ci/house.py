"""Print how the package is built: modules, halves, circles, chains, doubled names, deep and long functions.

`python .ci/house.py` prints the report; `python .ci/house.py --hold` also returns 1 where it breaks a rule: no
circle, no doubled name, no function nested over three deep, no chain of imports of more than 13 modules.

A room is a folder below one of the packages, such as simulator/network; a module that lies directly in a
package is a room of its own. Imports under `if TYPE_CHECKING:` make nobody wait: they count for halves alone.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import resolve_name
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parent.parent
PACKAGE = "allornone"
DEEPEST = 3  # levels of if, for, while, with, try and match in a function
LONGEST_CHAIN = 13  # modules; from expressions by the document and the experiment to the verdict
LONG = 45  # lines of a function

# Why a module that only one other imports is a file of its own: its name → the reason.
REASONS: dict[str, str] = {
    "allornone.command.program": "a class of its own for how click lists verbs and tells of slips of the pen",
    "allornone.models.boolean.function": "a parser with its own grammar; the builder is another subject",
    "allornone.models.propositions.design": "which units say a line; how they are wired is another subject",
    "allornone.models.propositions.reading": "a parser with its own grammar",
    "allornone.pictures.layout.layout": "where units stand; what is drawn there is another subject",
    "allornone.pictures.painting.synapses": "curves and arrows; cells and frames are another subject",
    "allornone.scenarios.document.schema": "the JSON Schema of files, for editors alone",
    "allornone.scenarios.checking": "a file looked over without running it; how that is said is the command's",
    "allornone.simulator.records.explaining_training": "how an epoch is told; how a tick is told is another subject",
    "allornone.simulator.records.text": "records as text; what they hold is another subject",
    "allornone.simulator.time.one_by_one": "the second way of updating, beside the one that all share",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = ast.For | ast.AsyncFor | ast.While
BLOCKS = ast.If | LOOPS | ast.With | ast.AsyncWith | ast.Try | ast.TryStar | ast.Match


@dataclass(frozen=True)
class Import:
    """Names that one module takes from another; no names where it takes the module itself."""

    source: str
    target: str
    names: tuple[str, ...]
    typing: bool


@dataclass(frozen=True)
class Module:
    """A file of the package."""

    name: str
    file: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """What the file says, parsed."""
        return ast.parse(self.text)

    @property
    def empty(self) -> bool:
        """Whether it is an `__init__.py` of nothing but a docstring."""
        statements = self.tree.body[1:] if ast.get_docstring(self.tree) else self.tree.body
        return self.file.name == "__init__.py" and not statements

    @property
    def folder(self) -> str:
        """The package in which the module stands, which relative imports start from."""
        return self.name if self.file.name == "__init__.py" else self.name.rpartition(".")[0]

    @property
    def functions(self) -> Iterator[Function]:
        """All functions and methods, also those inside others."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@dataclass(frozen=True)
class Section:
    """A part of the report: a heading, what was found, and whether that breaks a rule."""

    heading: str
    lines: list[str]
    broken: bool = False


class House:
    """The modules of the package and what they import from each other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = {module.name: module for module in _modules(root)}
        self.imports = [found for module in self.modules.values() for found in self._imports(module)]

    def file(self, name: str) -> str:
        """Return the file of a module as one would type it at the root."""
        return self.modules[name].file.relative_to(self.root).as_posix()

    def graph(self) -> nx.DiGraph[str]:
        """Return the modules with an edge from each to those that it imports when it runs."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.modules)
        graph.add_edges_from((one.source, one.target) for one in self.imports if not one.typing)
        return graph

    def rooms(self) -> nx.DiGraph[str]:
        """Return the rooms with an edge from each to those that it imports from."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_edges_from((room(source), room(target)) for source, target in self.graph().edges)
        return graph

    def importers(self) -> dict[str, set[str]]:
        """Return who imports each module, were it only for a type or inside a function."""
        found: dict[str, set[str]] = {name: set() for name in self.modules}
        for one in self.imports:
            found[one.target].add(one.source)
        return found

    def in_use(self) -> set[str]:
        """Return the modules that users reach by themselves: the public list, entry points and verbs."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        groups = [project.get("scripts", {}), *project.get("entry-points", {}).values()]
        entries = {place.partition(":")[0] for group in groups for place in group.values()}
        stub = ast.parse((self.root / "__init__.pyi").read_text(encoding="utf-8"))
        public = {f"{PACKAGE}.{node.module}" for node in stub.body if isinstance(node, ast.ImportFrom)}
        verbs = {name for name, module in self.modules.items() if _is_verb(module)}
        return entries | public | verbs | {PACKAGE, f"{PACKAGE}.__main__"}

    def _imports(self, module: Module) -> Iterator[Import]:
        for node, typing in _import_statements(module.tree):
            for target, name in _taken(module, node):
                whole = f"{target}.{name}"
                if name and whole in self.modules:
                    yield Import(module.name, whole, (), typing)
                elif target in self.modules:
                    yield Import(module.name, target, (name,) if name else (), typing)


def room(name: str) -> str:
    """Return the room of a module: a folder below a package, or the module itself where it lies in none.

    >>> room("allornone.simulator.network.network.network"), room("allornone.simulator.units")
    ('allornone.simulator.network.network', 'allornone.simulator.units')
    """
    return ".".join(name.split(".")[:3])


def sections(house: House) -> list[Section]:
    """Return the whole report."""
    return [
        size(house),
        halves(house),
        module_circles(house),
        room_circles(house),
        chains(house),
        doubled_names(house),
        deep_functions(house),
        long_functions(house),
    ]


def size(house: House) -> Section:
    """Return how many modules and lines there are, without an `__init__.py` that holds nothing."""
    counted = [module for module in house.modules.values() if not module.empty]
    lines = sum(len(module.text.splitlines()) for module in counted)
    return Section(f"{len(counted)} modules, {lines} lines", [])


def halves(house: House) -> Section:
    """Return the modules that only one other imports and no user reaches, with their reasons."""
    reached = house.in_use()
    found = {
        name: next(iter(users))
        for name, users in house.importers().items()
        if len(users) == 1 and name not in reached
    }
    lines = [
        f"{house.file(name)} of {house.file(user)}{_reason(name)}" for name, user in sorted(found.items())
    ]
    idle = [f"REASONS names {name}, which is no half" for name in sorted(REASONS.keys() - found.keys())]
    return Section(f"halves: {len(found)}, {len(found.keys() & REASONS.keys())} with a reason", lines + idle)


def module_circles(house: House) -> Section:
    """Return the circles between modules."""
    lines, found = [], _circles(house.graph())
    for number, circle in enumerate(found, 1):
        lines.append(f"{number}. {', '.join(house.file(name) for name in sorted(circle))}")
        lines += _between(house, {(a, b) for a in circle for b in circle})
    return Section(f"circles between modules: {len(found)}", lines, bool(found))


def room_circles(house: House) -> Section:
    """Return the circles between rooms, with the files that close them."""
    lines, found = [], _circles(house.rooms())
    edges = list(house.graph().edges)
    for number, circle in enumerate(found, 1):
        lines.append(f"{number}. {', '.join(sorted(circle))}")
        lines += _between(
            house, {(a, b) for a, b in edges if room(a) != room(b) and {room(a), room(b)} <= circle}
        )
    return Section(f"circles between rooms: {len(found)}", lines, bool(found))


def chains(house: House) -> Section:
    """Return the longest chain of imports inside each package."""
    graph = house.graph()
    found = [longest_chain(graph.subgraph(members)) for members in _packages(house).values()]
    lines = [f"{len(chain)}: {' -> '.join(house.file(name) for name in chain)}" for chain in found]
    longest = max(map(len, found), default=0)
    return Section(f"longest chain inside a package: {longest}", lines, longest > LONGEST_CHAIN)


def longest_chain(graph: nx.DiGraph[str]) -> list[str]:
    """Return the longest way along imports; the modules of a circle stand in it side by side."""
    whole = nx.condensation(graph)
    best: dict[int, list[str]] = {}
    for place in reversed(list(nx.topological_sort(whole))):
        rest = max((best[one] for one in whole.successors(place)), key=len, default=[])
        best[place] = [*sorted(whole.nodes[place]["members"]), *rest]
    return max(best.values(), key=len, default=[])


def doubled_names(house: House) -> Section:
    """Return the words that name two public classes."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, module in house.modules.items():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{house.file(name)}:{node.lineno}")
    lines = [f"{name}: {', '.join(found)}" for name, found in sorted(places.items()) if len(found) > 1]
    return Section(f"words that name two public classes: {len(lines)}", lines, bool(lines))


def deep_functions(house: House) -> Section:
    """Return the functions that are nested too deep."""
    lines = [
        f"{place} {function.name} {depth(function)}"
        for place, function in _functions(house)
        if depth(function) > DEEPEST
    ]
    return Section(f"functions nested over {DEEPEST} deep: {len(lines)}", lines, bool(lines))


def long_functions(house: House) -> Section:
    """Return the longest functions, for information."""
    found = [(_length(function), place, function.name) for place, function in _functions(house)]
    lines = [
        f"{place} {name} {length}" for length, place, name in sorted(found, reverse=True) if length > LONG
    ]
    return Section(f"functions over {LONG} lines: {len(lines)}", lines)


def depth(node: ast.AST) -> int:
    """Return how deep blocks stand in each other; a function inside starts anew, `elif` is no deeper than `if`.

    >>> depth(ast.parse("if a:\\n  for b in c: pass\\nelif d:\\n  pass"))
    2
    """
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            continue
        step = isinstance(child, BLOCKS) and not _is_elif(child, node)
        deepest = max(deepest, step + depth(child))
    return deepest


def _modules(root: Path) -> Iterator[Module]:
    for folder in _folders(root):
        for file in sorted(folder.glob("*.py")):
            parts = [PACKAGE, *file.relative_to(root).with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, file, file.read_text(encoding="utf-8"))


def _folders(folder: Path) -> Iterator[Path]:
    """Yield a package's folder and those of the packages below it."""
    yield folder
    for init in sorted(folder.glob("*/__init__.py")):
        yield from _folders(init.parent)


def _import_statements(
    node: ast.AST, typing: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield all imports, wherever they stand, and whether only the type checker sees them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, typing
        else:
            yield from _import_statements(child, typing or _for_types(child))


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _taken(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield each module that a statement imports from, with the name that it takes ("" for the module)."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    else:
        target = resolve_name("." * node.level + (node.module or ""), module.folder)
        yield from ((target, alias.name) for alias in node.names)


def _is_verb(module: Module) -> bool:
    """Return whether a module is a command of the command line: it has a function `verb`."""
    inside = module.name.startswith(f"{PACKAGE}.command.")
    return inside and any(isinstance(node, Function) and node.name == "verb" for node in module.tree.body)


def _is_elif(child: ast.AST, parent: ast.AST) -> bool:
    if not isinstance(child, ast.If) or not isinstance(parent, ast.If):
        return False
    return parent.orelse == [child] and child.col_offset == parent.col_offset


def _packages(house: House) -> dict[str, list[str]]:
    """Return the modules of each package just below the root."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, module in house.modules.items():
        if module.folder != PACKAGE:
            found[".".join(name.split(".")[:2])].append(name)
    return found


def _circles(graph: nx.DiGraph[str]) -> list[set[str]]:
    """Return the sets of nodes that reach each other, the largest first."""
    found = [circle for circle in nx.strongly_connected_components(graph) if len(circle) > 1]
    return sorted(found, key=lambda circle: (-len(circle), sorted(circle)))


def _between(house: House, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return a line for each pair of which the first imports the second: the files and the names."""
    wanted = set(pairs)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in house.imports:
        if not one.typing and (one.source, one.target) in wanted:
            names[one.source, one.target].update(one.names or ("the module",))
    return [
        f"   {house.file(source)} -> {house.file(target)}: {', '.join(sorted(taken))}"
        for (source, target), taken in sorted(names.items())
    ]


def _functions(house: House) -> Iterator[tuple[str, Function]]:
    for name, module in house.modules.items():
        for function in module.functions:
            yield f"{house.file(name)}:{function.lineno}", function


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _reason(name: str) -> str:
    return f": {REASONS[name]}" if name in REASONS else ""


def main(hold: bool) -> int:
    """Print the report; return 1 if it is to be held and breaks a rule."""
    report = sections(House(ROOT))
    for section in report:
        print(section.heading, *section.lines, sep="\n  ", end="\n\n")
    broken = [section.heading for section in report if section.broken]
    if not hold or not broken:
        return 0
    print("The house does not hold:", *broken, sep="\n  ")
    return 1


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--hold"]):
        raise SystemExit(__doc__)
    sys.exit(main("--hold" in sys.argv))
