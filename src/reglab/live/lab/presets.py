"""Experiments that the page offers, and the check of a text in the editor."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reglab.config.shipped import list_shipped_experiments, shipped_directory
from reglab.config.yaml.loading import load_tree, validate_tree
from reglab.config.yaml.tree import read_tree
from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment

EDITOR = "your experiment"
"""How messages name the text in the editor."""
_PLACE = re.compile(re.escape(EDITOR) + r":(\d+)$")


@dataclass(frozen=True)
class Preset:
    """A shipped experiment.

    Attributes:
        name: path in the folder of the shipped configs, without `.yaml`.
        question: its opening comment.
        experiment: of the text.
        text: for the editor.
    """

    name: str
    question: str
    experiment: Experiment
    text: "Text"


@dataclass(frozen=True)
class Text:
    """A text in the editor.

    Attributes:
        content: YAML.
        folder: where `extends` starts; only files of this folder can be named.
        name: of the experiment, if the text does not have one; None for a general one.
    """

    content: str
    folder: Path
    name: str | None = None

    def check(self) -> Experiment:
        """Validates the text.

        Raises:
            ExperimentError: with every problem; `find_line` gives its line in the editor.
        """
        path = self.folder / EDITOR
        content = self.content.encode()
        try:
            tree = read_tree(path, content)
            target = tree.value.get("extends")
            # A browser must not make this process read other files.
            if isinstance(target, str) and (Path(target).name != target or target.startswith("~")):
                message = "expected the name of a file in the same folder, such as baseline.yaml"
                raise ExperimentError([Problem(tree.places[("extends",)], "extends", message)])
            experiment = validate_tree(load_tree(path, (), content), Experiment)
            if self.name is not None and "name" not in tree.value:
                experiment = experiment.with_changes({"name": self.name})
            return experiment
        except ExperimentError as error:
            folder = f"{self.folder}/"
            raise ExperimentError(
                [Problem(each.place.removeprefix(folder), each.key, each.message) for each in error.problems]
            ) from None


def find_line(problem: Problem) -> int | None:
    """Line of a problem in the editor, from 1; None for problems of the whole text or another file."""
    found = _PLACE.search(problem.place)
    return int(found[1]) if found else None


def list_presets() -> Sequence[Preset]:
    """The shipped experiments, the small ones on synthetic images first."""
    return [_read(file, shipped_directory()) for file in list_shipped_experiments()]


def _read(file: Path, folder: Path) -> Preset:
    content, experiment = file.read_text(encoding="utf-8"), Experiment.load(file)
    question = content.partition("\n")[0].lstrip("# ")
    name = file.relative_to(folder).with_suffix("").as_posix()
    return Preset(name, question, experiment, Text(content, file.parent, experiment.name))
