"""The imports of the product's own code, read with `ast`: who imports what, where, and what that loads."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "model", "storage")


@dataclass(frozen=True)
class Import:
    """One import: ``source`` and ``target`` are dotted modules; ``late`` where it stands inside a function."""

    source: str
    target: str
    line: int
    late: bool
    typing: bool


@cache
def modules(root: Path = ROOT) -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def imports(root: Path = ROOT) -> tuple[Import, ...]:
    """Every import in the product, of own modules and of others."""
    known = modules(root)
    return tuple(found for name, path in known.items() for found in read(name, path, known))


def read(name: str, path: Path, known: dict[str, Path]) -> Iterator[Import]:
    """The imports of one file; ``from package import module`` is an import of the module."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]

    def visit(node: ast.AST, late: bool, typing: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(name, alias.name, child.lineno, late, typing)
            elif isinstance(child, ast.ImportFrom):
                yield from (
                    Import(name, target, child.lineno, late, typing) for target in targets(child, package, known)
                )
            else:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from visit(child, late or function, typing or is_typing(child))

    return visit(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)), False, False)


def targets(node: ast.ImportFrom, package: str, known: dict[str, Path]) -> set[str]:
    """Dotted modules that a ``from … import …`` reads."""
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        above = ".".join(parts[: len(parts) - node.level + 1])
        base = f"{above}.{base}" if base else above
    return {full if (full := f"{base}.{alias.name}") in known else base for alias in node.names}


def is_typing(node: ast.AST) -> bool:
    """Whether a block is there for types only."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def own(name: str) -> bool:
    """Whether a dotted module is the product's."""
    return name.partition(".")[0] in PACKAGES


def room(name: str) -> str:
    """The room that a module lies in: the first two parts of its name."""
    return ".".join(name.split(".")[:2])


def parents(name: str) -> Iterator[str]:
    """A module and the packages above it: importing it runs them all."""
    while name:
        yield name
        name = name.rpartition(".")[0]


@cache
def loaded(name: str, root: Path = ROOT) -> frozenset[str]:
    """Top-level packages of others that importing a module loads, through everything that it imports at its top."""
    seen: set[str] = set()
    found: set[str] = set()
    waiting = [name]
    top: dict[str, list[str]] = {}
    for one in imports(root):
        if not one.late and not one.typing:
            top.setdefault(one.source, []).append(one.target)
    while waiting:
        for module in parents(waiting.pop()):
            if module in seen:
                continue
            seen.add(module)
            for target in top.get(module, []):
                if own(target):
                    waiting.append(target)
                else:
                    found.add(target.partition(".")[0])
    return frozenset(found)
