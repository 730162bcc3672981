"""Which factors are on in each experiment of a design."""

import numpy as np
import pytest

from reglab.study.designs import list_cells
from reglab.study.file import Design

NAMES = ("A", "B", "C")


@pytest.mark.parametrize(
    ("design", "cells"),
    [
        ("ladder", ["", "A", "AB", "ABC"]),
        ("add_one_in", ["", "A", "B", "C"]),
        ("leave_one_out", ["ABC", "BC", "AC", "AB"]),
        ("full", ["", "A", "B", "C", "AB", "AC", "BC", "ABC"]),
        ("fractional", ["A", "B", "C", "ABC"]),
    ],
)
def test_cells(design: Design, cells: list[str]) -> None:
    """The experiments of three factors, in their order."""
    assert ["".join(on) for on in list_cells(NAMES, design)] == cells


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_half_of_the_combinations_is_balanced(count: int) -> None:
    """Half as many as all; the columns of the factors are orthogonal; their product is constant."""
    names = [f"f{number}" for number in range(count)]
    cells = list_cells(names, "fractional")
    signs = np.array([[1 if name in on else -1 for name in names] for on in cells])
    assert len(set(cells)) == len(cells) == 2 ** (count - 1)
    assert (signs.T @ signs).tolist() == (len(cells) * np.eye(count, dtype=int)).tolist()
    assert len(set(signs.prod(axis=1).tolist())) == 1
