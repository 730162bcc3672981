"""Each package imports only from those above it, no imports are circular, and few packages import Keras."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import reglab

ROOT = Path(reglab.__file__).parent
# Modules that everything may use; they do not import each other, except for the errors.
BASE = ("archives", "errors", "files", "machine", "printable", "random_keys", "suggestions")
# From the top down; each may import those before it and itself.
ORDER = (
    *BASE,
    "config",
    "regularizers",
    "experiment",
    "differences",
    "data",
    "runs",
    "analysis",
    "report",
    "backend",
    "model",
    "training",
    "processes",
    "inference",
    "study",
    "live",
    "cli",
    "__main__",
)
BACKENDS = {"keras", "tensorflow", "jax", "torch"}
WITH_KERAS = {"regularizers", "backend", "model", "training", "processes", "inference", "live"}
# Keras downloads data, with its cache and checksums.
DOWNLOAD = "reglab.data.download"
# These may depend on the backend; the other packages work with every backend.
WITH_BACKEND = {"regularizers", "backend", "training"}
BACKEND_NAMES = {"keras.backend", "keras.config.backend", "keras.config.set_backend"}
BACKEND_VARIABLE = "KERAS_BACKEND"


@dataclass(frozen=True)
class Import:
    """One imported name.

    Attributes:
        importer: the module that has the statement.
        imported: a module, or a name in a module.
        line: of the statement.
        lazy: whether the statement is in a function, or for types only.
    """

    importer: str
    imported: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"

    @property
    def package(self) -> str:
        """The top-level package that is imported, such as `keras`."""
        return self.imported.partition(".")[0]


def name_of(path: Path) -> str:
    """The module of a file."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """`config` for `reglab.config.yaml.tree`; an empty string for `reglab`."""
    return module.split(".")[1] if "." in module else ""


def find_imports(source: str, importer: str, is_package: bool = False) -> Iterator[Import]:
    """Every import of a module, also in functions, in classes, and under `TYPE_CHECKING`."""

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield Import(importer, name.name, node.lineno, lazy)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = importer.split(".")
                base = base[: len(base) - level + is_package] if level else []
                # A name may be a module, as in `from reglab.config import data`.
                for name in names:
                    parts = [*base, *([module] if module else []), name.name]
                    yield Import(importer, ".".join(parts), node.lineno, lazy)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside or (for_types and child in node.body))

    yield from visit(ast.parse(source), False)


def find_backend_names(source: str) -> Iterator[str]:
    """Everything in a module that depends on the backend of Keras."""
    for found in find_imports(source, "reglab"):
        if found.package in BACKENDS - {"keras"} or found.imported.startswith(tuple(BACKEND_NAMES)):
            yield found.imported
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in BACKEND_NAMES:
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and node.value == BACKEND_VARIABLE:
            yield BACKEND_VARIABLE


def find_circle(imports: Iterable[tuple[str, str]]) -> list[str]:
    """A circle of modules that import each other, the first one repeated at the end; empty if none."""
    graph: dict[str, set[str]] = {}
    for importer, imported in imports:
        graph.setdefault(importer, set()).add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


FILES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}
SOURCES: Mapping[str, str] = {module: path.read_text(encoding="utf-8") for module, path in FILES.items()}
IMPORTS = tuple(
    found
    for module, source in SOURCES.items()
    for found in find_imports(source, module, FILES[module].name == "__init__.py")
)
OURS = tuple(found for found in IMPORTS if found.package == "reglab")
OF_BACKENDS = tuple(found for found in IMPORTS if found.package in BACKENDS)


def module_of(imported: str) -> str:
    """The module that is imported, or that has the imported name."""
    return imported if imported in FILES else imported.rpartition(".")[0]


def test_every_module_is_in_the_order() -> None:
    """A new package is added to the order."""
    assert {part_of(module) for module in FILES} - {""} <= set(ORDER)


def test_imports_are_from_above_only() -> None:
    """Lazy imports and imports for types are checked too; `reglab` itself may import any public name."""
    rank = {part: number for number, part in enumerate(("", *ORDER))}
    below = [
        str(found)
        for found in OURS
        if found.importer != "reglab"
        and rank[part_of(module_of(found.imported))] > rank[part_of(found.importer)]
    ]
    assert below == []


def test_base_modules_import_only_the_errors() -> None:
    """They do not import each other."""
    found = {part_of(module_of(one.imported)) for one in OURS if part_of(one.importer) in BASE}
    assert found <= {"errors"}


def test_no_imports_are_circular() -> None:
    """Lazy imports and imports for types are checked too."""
    assert find_circle((found.importer, module_of(found.imported)) for found in OURS) == []


def test_every_imported_module_exists() -> None:
    """A wrong lazy import fails only when its function is called."""
    assert [str(found) for found in OURS if module_of(found.imported) not in FILES] == []


def test_keras_is_imported_where_it_belongs() -> None:
    """Other packages do not import it, not even lazily, except for the download."""
    others = [found for found in OF_BACKENDS if part_of(found.importer) not in WITH_KERAS]
    assert [str(found) for found in others if found.importer != DOWNLOAD] == []
    assert [(found.imported, found.lazy) for found in others] == [("keras.utils.get_file", True)]


def test_few_packages_depend_on_the_backend() -> None:
    """The others do not import a backend, get its name from Keras, or read the variable that selects it."""
    found = {part_of(module) for module, source in SOURCES.items() if any(find_backend_names(source))}
    assert "backend" in found
    assert found <= WITH_BACKEND


@pytest.mark.parametrize(
    ("entrance", "heavy"),
    [
        ("reglab", {*BACKENDS, "matplotlib", "numpy", "pydantic", "scipy", "yaml"}),
        ("reglab.experiment", {*BACKENDS, "matplotlib", "scipy"}),
        ("reglab.live.lab.network", {*BACKENDS, "matplotlib", "scipy"}),
        ("reglab.live.lab.presets", {*BACKENDS, "matplotlib", "scipy"}),
        ("reglab.__main__", {*BACKENDS, "matplotlib", "pydantic", "scipy"}),
    ],
)
def test_importing_loads_nothing_heavy(entrance: str, heavy: set[str]) -> None:
    """Checked in a new interpreter; regularizers import their layers inside seats."""
    code = (
        f"import importlib, sys; importlib.import_module({entrance!r}); "
        f"print([name for name in {sorted(heavy)!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_public_names_exist() -> None:
    """Each is imported at its first use; another name is an AttributeError."""
    assert {name for name in reglab.__all__ if getattr(reglab, name)} <= set(dir(reglab))
    assert reglab.Experiment(name="x").name == "x"
    name = "experimnt"
    with pytest.raises(AttributeError, match="module 'reglab' has no attribute 'experimnt'"):
        getattr(reglab, name)


def test_circles_are_found() -> None:
    """Circles of any length are found; a diamond is not a circle."""
    diamond = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    assert find_circle(diamond) == []
    assert set(find_circle([*diamond, ("d", "a")])) >= {"a", "d"}
    assert find_circle([("a", "a")]) == ["a", "a"]


def test_backend_names_of_every_form_are_found() -> None:
    """`keras.ops` and names in sentences do not depend on the backend."""
    source = """
import torch.nn
import os, keras, keras.ops
from keras import backend, layers
from keras.backend import floatx
def f():
    from jax import lax
    "KERAS_BACKEND selects it."
    keras.ops.backend
    return keras.backend.backend(), keras.config.backend(), os.environ["KERAS_BACKEND"]
"""
    assert sorted(find_backend_names(source)) == [
        "KERAS_BACKEND",
        "jax.lax",
        "keras.backend",
        "keras.backend",
        "keras.backend.floatx",
        "keras.config.backend",
        "torch.nn",
    ]


def test_imports_of_every_form_are_found() -> None:
    """Relative, aliased and nested imports, and imports for types."""
    source = """
import keras.layers as kl, os
from . import tree
from ..errors import Problem
from reglab.data import split
if TYPE_CHECKING:
    import jax
else:
    import json
class A:
    import torch
    async def f(self):
        from .data import Data
def g():
    def h():
        import tensorflow
"""
    found = [(one.imported, one.lazy) for one in find_imports(source, "reglab.config.setup")]
    assert found == [
        ("keras.layers", False),
        ("os", False),
        ("reglab.config.tree", False),
        ("reglab.errors.Problem", False),
        ("reglab.data.split", False),
        ("jax", True),
        ("json", False),
        ("torch", False),
        ("reglab.config.data.Data", True),
        ("tensorflow", True),
    ]
    (one,) = find_imports("from .tree import Tree", "reglab.config.yaml", is_package=True)
    assert one.imported == "reglab.config.yaml.tree.Tree"
