"""The drawn data set is reproducible and balanced, and its shapes are correct."""

import hashlib

import numpy as np
import pytest

from reglab.config.data import Data
from reglab.data.dataset import Dataset
from reglab.data.loading import load_dataset
from reglab.data.synthetic.shapes import SHAPES

NAMES = [name for name, _ in SHAPES]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load_dataset(Data(dataset="synthetic"))


def test_name_and_classes(dataset: Dataset) -> None:
    """The classes are the names of the shapes."""
    assert (dataset.name, dataset.title) == ("synthetic", "synthetic shapes")
    assert dataset.classes == tuple(NAMES)


def test_classes_are_balanced_and_images_differ(dataset: Dataset) -> None:
    """4,000 and 2,000 images, the same number of each class; no two images are equal."""
    assert dataset.train_images.shape == (4000, 32, 32, 3)
    assert dataset.test_images.shape == (2000, 32, 32, 3)
    np.testing.assert_array_equal(np.bincount(dataset.train_labels), np.full(10, 400))
    np.testing.assert_array_equal(np.bincount(dataset.test_labels), np.full(10, 200))
    assert len({hashlib.sha256(image.tobytes()).digest() for image in dataset.images}) == 6000


def test_images_are_reproducible(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second drawing on this machine is equal, with any data directory; labels are as recorded."""
    monkeypatch.setenv("REGLAB_DATA_DIR", "gone")
    again = load_dataset(Data(dataset="synthetic"))
    np.testing.assert_array_equal(again.images, dataset.images)
    assert hashlib.sha256(dataset.labels.astype("<i4").tobytes()).hexdigest()[:16] == "82de49498bfd444c"


AXIS = np.linspace(-1.5, 1.5, 1000)
GRID = np.meshgrid(AXIS, AXIS)
CELL = (AXIS[1] - AXIS[0]) ** 2


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("disc", np.pi * 0.82**2),
        ("ring", np.pi * (0.9**2 - 0.5**2)),
        ("triangle", np.pi * 0.82**2),
        ("square", np.pi * 0.82**2),
        ("hexagon", np.pi * 0.82**2),
        ("cross", 4 * 0.95 * 0.64 - 0.64**2),
        ("rows", 3 * 0.32 * 1.56),
        ("columns", 3 * 0.32 * 1.56),
        ("star", 5 * 1.1 * 0.5 * np.sin(np.pi / 5)),
    ],
)
def test_shapes_have_their_area(name: str, area: float) -> None:
    """The area inside the outline equals the formula, within 1 %."""
    inside = dict(SHAPES)[name](*GRID) < 0
    assert inside.sum() * CELL == pytest.approx(area, rel=0.01)


@pytest.mark.parametrize(
    ("name", "turns"),
    [("triangle", 3), ("square", 4), ("hexagon", 6), ("star", 5), ("cross", 4)],
)
def test_shapes_have_their_symmetry(name: str, turns: int) -> None:
    """Rotation by 360° / turns does not change a shape; rotation by half of that does."""
    shape = dict(SHAPES)[name]
    u, v = GRID

    def turned(angle: float) -> np.ndarray:
        return shape(np.cos(angle) * u + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * u)

    here = shape(u, v)
    np.testing.assert_allclose(turned(2 * np.pi / turns), here, atol=1e-9)
    assert np.abs(turned(np.pi / turns) - here).max() > 0.1
