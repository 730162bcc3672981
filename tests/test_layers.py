"""The house: each package imports only from those above it, and Keras stays where it belongs."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import reglab

ROOT = Path(reglab.__file__).parent
# From the top down; each may import those before it and itself.
ORDER = (
    "errors",
    "config",
    "runs",
    "analysis",
    "report",
    "data",
    "regularizers",
    "model",
    "training",
    "study",
    "live",
    "cli",
    "__main__",
)
BACKENDS = {"keras", "tensorflow", "jax", "torch"}
WITHOUT_BACKENDS = {"", "errors", "config", "runs", "analysis", "report", "data", "cli", "__main__"}
# Which backend Keras has is theirs to ask and to answer; all others write Keras that runs on each.
WITH_BACKEND = {"regularizers", "training"}
ASKING = {"keras.backend", "keras.config.backend", "keras.config.set_backend"}
BACKEND_VARIABLE = "KERAS_BACKEND"
# Keras downloads, with its own cache and checksums; nothing of it is needed for data that are there.
DOWNLOAD = "reglab.data.download"


@dataclass(frozen=True)
class Import:
    """One import statement's module.

    Attributes:
        importer: the module that it stands in.
        imported: the module that it names, or a name inside that module.
        line: where it stands.
        lazy: whether importing the module leaves it alone: it stands in a function, or is for types.
    """

    importer: str
    imported: str
    line: int
    lazy: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def name_of(path: Path) -> str:
    """The module that a file is."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    """The part of the house: `config` for `reglab.config.yaml.tree`, nothing for `reglab` itself."""
    return module.split(".")[1] if "." in module else ""


def is_for_types(condition: ast.expr) -> bool:
    return ast.unparse(condition) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def find_imports(source: str, importer: str, is_package: bool = False) -> Iterator[Import]:
    """Every import of a module: in functions, in classes, and under `TYPE_CHECKING`."""

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield Import(importer, name.name, node.lineno, lazy)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = importer.split(".")
                base = base[: len(base) - level + is_package] if level else []
                # A name may be a module of its own, as in `from reglab.config import schema`.
                for name in names:
                    parts = [*base, *([module] if module else []), name.name]
                    yield Import(importer, ".".join(parts), node.lineno, lazy)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = node.body if isinstance(node, ast.If) and is_for_types(node.test) else []
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside or child in for_types)

    yield from visit(ast.parse(source), False)


FILES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}
IMPORTS = tuple(
    found
    for module, path in FILES.items()
    for found in find_imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
)


def module_of(imported: str) -> str:
    """The module of ours that an import names: the name itself, or what it is inside of."""
    return imported if imported in FILES else imported.rpartition(".")[0]


def is_ours(imported: str) -> bool:
    return imported.partition(".")[0] == "reglab"


def is_backend(imported: str) -> bool:
    return imported.partition(".")[0] in BACKENDS


def find_questions(source: str) -> Iterator[str]:
    """What in a module asks which backend Keras has, or uses one by itself; the text of it."""
    for found in find_imports(source, "reglab"):
        package = found.imported.partition(".")[0]
        if package in BACKENDS - {"keras"} or found.imported.startswith(tuple(ASKING)):
            yield found.imported
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ASKING:
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and node.value == BACKEND_VARIABLE:
            yield BACKEND_VARIABLE


def loaded_with(module: str) -> set[str]:
    """The modules of ours that importing one of them loads, by the imports that are not lazy."""
    loaded: set[str] = set()
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if current in loaded or current not in FILES:
            continue
        loaded.add(current)
        waiting.append(current.rpartition(".")[0])
        waiting += [
            module_of(found.imported)
            for found in IMPORTS
            if found.importer == current and not found.lazy and is_ours(found.imported)
        ]
    return loaded


def test_every_module_has_its_place_in_the_order() -> None:
    """A new package is written into the order before it is used."""
    assert {package_of(module) for module in FILES} - {""} <= set(ORDER)


def test_imports_go_up_only() -> None:
    """Lazy ones and those for types as well; the root, which all may import, imports nothing of ours."""
    rank = {"": -1, **{package: rank for rank, package in enumerate(ORDER)}}
    downwards = [
        str(found)
        for found in IMPORTS
        if is_ours(found.imported)
        and rank[package_of(module_of(found.imported))] > rank[package_of(found.importer)]
    ]
    assert downwards == []


def test_every_import_of_ours_is_there() -> None:
    """A lazy import of a module that has moved would be found out only when it is called."""
    missing = [
        str(found) for found in IMPORTS if is_ours(found.imported) and module_of(found.imported) not in FILES
    ]
    assert missing == []


def test_packages_that_do_without_keras_do() -> None:
    """Not even lazily, but for the download."""
    offending = [
        str(found)
        for found in IMPORTS
        if is_backend(found.imported)
        and package_of(found.importer) in WITHOUT_BACKENDS
        and found.importer != DOWNLOAD
    ]
    assert offending == []


def test_the_download_imports_keras_only_when_it_is_called() -> None:
    """Inside its function, and for nothing but the download."""
    found = [found for found in IMPORTS if found.importer == DOWNLOAD and is_backend(found.imported)]
    assert [(one.imported, one.lazy) for one in found] == [("keras.utils.get_file", True)]


def test_only_training_and_regularizers_know_the_backend() -> None:
    """The others neither import one, nor ask Keras which one it has, nor read the variable that says so."""
    asking = {
        module: found
        for module, path in FILES.items()
        if (found := list(find_questions(path.read_text(encoding="utf-8"))))
    }
    assert {package_of(module) for module in asking} == WITH_BACKEND


@pytest.mark.parametrize("entrance", ["reglab.regularizers.table", "reglab.cli"])
def test_nothing_that_is_loaded_first_imports_keras_at_its_top(entrance: str) -> None:
    """Modules with Keras layers of our own are imported inside the seats that need them."""
    loaded = loaded_with(entrance)
    assert entrance in loaded
    offending = [
        str(found)
        for found in IMPORTS
        if found.importer in loaded and not found.lazy and is_backend(found.imported)
    ]
    assert offending == []


@pytest.mark.parametrize("entrance", ["reglab.regularizers.table", "reglab.cli", "reglab.__main__"])
def test_importing_loads_nothing_heavy(entrance: str) -> None:
    """In an interpreter of its own: neither a backend nor Matplotlib nor SciPy."""
    heavy = sorted({*BACKENDS, "matplotlib", "scipy"})
    code = (
        f"import importlib, sys; importlib.import_module({entrance!r}); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_questions_of_every_form_are_found() -> None:
    """The finder itself; Keras's own operations are no question, nor is a name in a sentence."""
    source = """
import torch.nn
import os, keras, keras.ops
from keras import backend, layers
from keras.backend import floatx
def f():
    from jax import lax
    "KERAS_BACKEND says which."
    keras.ops.backend
    return keras.backend.backend(), keras.config.backend(), os.environ["KERAS_BACKEND"]
"""
    assert sorted(find_questions(source)) == [
        "KERAS_BACKEND",
        "jax.lax",
        "keras.backend",
        "keras.backend",
        "keras.backend.floatx",
        "keras.config.backend",
        "torch.nn",
    ]


def test_imports_of_every_form_are_found() -> None:
    """The finder itself: relative, aliased, nested, for types."""
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
        from .schema import Data
def g():
    def h():
        import tensorflow
"""
    found = [(one.imported, one.lazy) for one in find_imports(source, "reglab.config.loading")]
    assert found == [
        ("keras.layers", False),
        ("os", False),
        ("reglab.config.yaml.tree", False),
        ("reglab.errors.Problem", False),
        ("reglab.data.split", False),
        ("jax", True),
        ("json", False),
        ("torch", False),
        ("reglab.config.schema.Data", True),
        ("tensorflow", True),
    ]
    (one,) = find_imports("from .tree import Tree", "reglab.config", is_package=True)
    assert one.imported == "reglab.config.yaml.tree.Tree"
