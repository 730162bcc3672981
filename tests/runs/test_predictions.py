"""Which images a run classified correctly."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from reglab.errors import RunError
from reglab.runs.predictions import read_correctness

PROBABILITIES = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]], np.float16)


def write(path: Path, **changes: ArrayLike) -> Path:
    arrays: dict[str, ArrayLike] = {
        "validation_probabilities": PROBABILITIES,
        "validation_labels": np.array([0, 2, 2], np.int32),
        "validation_indices": np.array([50_007, 50_001, 50_003]),
    }
    np.savez_compressed(path, allow_pickle=False, **{**arrays, **changes})
    return path


def test_images_are_sorted(tmp_path: Path) -> None:
    """By their number in the data set, each with its own answer."""
    found = read_correctness(write(tmp_path / "predictions.npz"))
    np.testing.assert_array_equal(found.indices, [50_001, 50_003, 50_007])
    np.testing.assert_array_equal(found.correct, [False, True, True])


def test_a_missing_file(tmp_path: Path) -> None:
    """As in runs without predictions."""
    with pytest.raises(RunError) as caught:
        read_correctness(tmp_path / "predictions.npz")
    assert str(caught.value) == f"cannot read {tmp_path / 'predictions.npz'}: No such file or directory"


def test_a_damaged_file(tmp_path: Path) -> None:
    """The reason is given."""
    path = tmp_path / "predictions.npz"
    path.write_bytes(b"PK")
    with pytest.raises(RunError) as caught:
        read_correctness(path)
    assert str(caught.value) == f"cannot read {path}: it is not an archive of arrays, or is truncated"


@pytest.mark.parametrize(
    ("changes", "shapes"),
    [
        ({"validation_labels": np.array([0, 2])}, "(3, 3), validation_labels (2,), validation_indices (3,)"),
        ({"validation_indices": np.array(7)}, "(3, 3), validation_labels (3,), validation_indices ()"),
        (
            {"validation_probabilities": PROBABILITIES[0]},
            "(3,), validation_labels (3,), validation_indices (3,)",
        ),
    ],
)
def test_arrays_of_other_sizes(tmp_path: Path, changes: dict[str, object], shapes: str) -> None:
    """Each image has one label, one number and one row of probabilities."""
    path = write(tmp_path / "predictions.npz", **changes)
    with pytest.raises(RunError) as caught:
        read_correctness(path)
    assert str(caught.value) == (
        f"cannot read {path}: expected arrays of the same images, found validation_probabilities {shapes}"
    )
