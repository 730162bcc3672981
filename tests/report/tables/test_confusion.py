"""Tables of the predictions of one network."""

from io import StringIO
from typing import Any

import numpy as np
from rich.console import Console

from reglab.analysis.confusion import Confusion
from reglab.report.tables.confusion import build_class_table, build_confusion_table

CONFUSION = Confusion(("cat", "dog"), np.array([[1, 3], [0, 1200]]))


def render(table: Any) -> list[list[str]]:
    console = Console(file=StringIO(), width=80)
    console.print(table)
    assert isinstance(console.file, StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    return [line for line in lines if line and "──" not in line[0]]


def test_classes() -> None:
    """Images, accuracy, and the most frequent mistake of each class."""
    assert render(build_class_table(CONFUSION)) == [
        ["class", "images", "accuracy", "most", "often", "mistaken", "for"],
        ["cat", "4", "25.0", "%", "dog", "75.0", "%"],
        ["dog", "1,200", "100.0", "%"],
    ]


def test_matrix() -> None:
    """Rows are true classes, columns are predicted ones, both with their label."""
    assert render(build_confusion_table(CONFUSION)) == [
        ["true", "class,", "predicted", "→", "0", "1"],
        ["0", "cat", "1", "3"],
        ["1", "dog", "0", "1,200"],
    ]
