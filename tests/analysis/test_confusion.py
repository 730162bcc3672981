"""The confusion matrix and what follows from it."""

import numpy as np
import pytest

from reglab.analysis.confusion import Confusion, count_confusion

CLASSES = ("cat", "dog", "ship")


@pytest.fixture
def confusion() -> Confusion:
    """Four cats, two of them called dogs; one dog; no ship."""
    labels = np.array([0, 0, 0, 0, 1], np.int32)
    return count_confusion(CLASSES, labels, np.array([0, 1, 1, 2, 1]))


def test_rows_are_true_and_columns_predicted(confusion: Confusion) -> None:
    """Classes without images or predictions have a row and a column too."""
    np.testing.assert_array_equal(confusion.counts, [[1, 2, 1], [0, 1, 0], [0, 0, 0]])


def test_accuracy_of_each_class(confusion: Confusion) -> None:
    """None for a class without images."""
    assert confusion.images == (4, 1, 0)
    assert confusion.accuracies == (0.25, 1.0, None)


def test_most_frequent_mistake(confusion: Confusion) -> None:
    """Its label and its fraction of the images of the class; None without mistakes."""
    assert [confusion.find_mistake(label) for label in range(3)] == [(1, 0.5), None, None]
