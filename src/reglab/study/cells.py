"""The values of each experiment of a study, with the lines that they come from."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from reglab.config.yaml.inheritance import check_file, extend
from reglab.config.yaml.loading import load_tree
from reglab.config.yaml.overrides import write_value
from reglab.config.yaml.tree import KeyPath, Tree, format_key
from reglab.errors import ExperimentError, Problem
from reglab.study.designs import list_cells
from reglab.study.file import StudyFile

_BASE = "base"
"""Key of the base, and its name if it has none."""


class CellBuilder:
    """Builds the values of each experiment from the sections of a study.

    Args:
        file: the validated sections.
        tree: the same as plain values, with places.
        path: the file.
    """

    def __init__(self, file: StudyFile, tree: Tree, path: Path) -> None:
        self._file, self._tree, self._path = file, tree, path

    def build(self) -> Iterator[Tree]:
        """The values of each experiment, which are not validated yet.

        Raises:
            ExperimentError: a file cannot be read, an experiment has no name, or a factor is in the base.
        """
        base = None if self._file.base is None else self._read((_BASE,), None)
        if self._file.experiments is not None:
            problems: list[Problem] = []
            for number in range(len(self._file.experiments)):
                try:
                    yield self._read(("experiments", number), base)
                except ExperimentError as error:
                    problems += error.problems
            if problems:
                raise ExperimentError(problems)
        elif base is not None:
            yield from self._switch_factors(base) if self._file.factors else self._combine_values(base)

    def _read(self, key: KeyPath, base: Tree | None) -> Tree:
        """The experiment at a key: the path of a file, or a mapping that extends the base."""
        given: Any = self._tree.value
        for part in key:
            given = given[part]
        place = self._tree.places[key]
        if isinstance(given, str):
            file = self._path.parent / given
            check_file(file, given, place, format_key(key), self._path.parent)
            return load_tree(file)
        inside = {
            path[len(key) :]: line for path, line in self._tree.places.items() if path[: len(key)] == key
        }
        tree = extend(Tree(given, inside), self._path, base)
        if key == (_BASE,):
            tree.value.setdefault("name", _BASE)
        if "name" not in tree.value:
            message = "expected a name, which is that of the folder of its runs, got nothing"
            raise ExperimentError([Problem(place, f"{format_key(key)}.name", message)])
        return tree

    def _switch_factors(self, base: Tree) -> Iterator[Tree]:
        factors, design = self._file.factors, self._file.design
        assert factors is not None
        assert design is not None
        given = base.value.get("regularizers")
        # Other values than a mapping are reported when the base is validated.
        inherited = given if isinstance(given, dict) else {}
        problems = [
            Problem(
                self._tree.places[("factors", name, key)],
                f"factors.{name}.{key}",
                f"the base has {key} already; write {key}: null in the base, or remove it here",
            )
            for name, regularizers in factors.items()
            for key in regularizers
            if inherited.get(key) is not None
        ]
        if problems:
            raise ExperimentError(problems)
        name, label = base.value["name"], _label(base)
        for on in list_cells(tuple(factors), design):
            tree = base
            for factor in on:
                for key, value in factors[factor].items():
                    tree = self._overlay(tree, f"regularizers.{key}", value, ("factors", factor, key))
            yield _rename(tree, "-".join(on) or name, " + ".join((label, *on)))

    def _combine_values(self, base: Tree) -> Iterator[Tree]:
        grid, label = self._tree.value["grid"], _label(base)
        for numbers in product(*(range(len(values)) for values in grid.values())):
            tree = base
            names, titles = [], []
            for key, number in zip(grid, numbers, strict=True):
                value = grid[key][number]
                tree = self._overlay(tree, key, value, ("grid", key, number))
                short = key.partition(".")[2] or key
                names.append(f"{short}-{_spell(value, '-')}")
                titles.append(f"{short} {_spell(value, ' ')}")
            yield _rename(tree, "-".join(names), f"{label}, {', '.join(titles)}")

    def _overlay(self, tree: Tree, key: str, value: Any, source: KeyPath) -> Tree:
        """Writes a value over a key of an experiment.

        Args:
            tree: the experiment.
            key: dotted.
            value: of the study.
            source: key of the value in the study.
        """
        written = write_value(tree, key, value, self._tree.places[source])
        inside = {
            (*key.split("."), *path[len(source) :]): line
            for path, line in self._tree.places.items()
            if path[: len(source)] == source
        }
        return Tree(written.value, written.places | inside, written.problems)


def _label(tree: Tree) -> str:
    return str(tree.value.get("title") or tree.value["name"])


def _rename(tree: Tree, name: str, title: str) -> Tree:
    return Tree({**tree.value, "name": name, "title": title}, tree.places, tree.problems)


def _spell(value: Any, separator: str) -> str:
    """A value of a grid in a name or a title: `off` for null; the values of a mapping or a list in a row."""
    match value:
        case None:
            return "off"
        case bool():
            return "true" if value else "false"
        case dict():
            return separator.join(_spell(inner, separator) for inner in value.values()) or "on"
        case list():
            return "x".join(_spell(inner, "x") for inner in value)
        case _:
            return str(value)
