"""Resampling through matrices: against SciPy, inside, at and beyond the border."""

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from scipy import ndimage

from reglab.regularizers.augmentation import FillMode
from reglab.regularizers.layers.compilation import compile_function
from reglab.regularizers.layers.warp import warp

SCIPY_MODES: dict[FillMode, str] = {
    "nearest": "nearest",
    "reflect": "reflect",
    "constant": "grid-constant",
    "wrap": "grid-wrap",
}
SHAPE = (9, 7, 3)
# A coordinate of some 50 pixels is exact to 4e-6, and neighbours differ by up to 255 grey levels.
TOLERANCE = 5e-3


def images(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE)).astype("float32")


def turns(count: int) -> np.ndarray:
    """Matrices whose origins are up to five sides beyond the border, in every direction."""
    random = np.random.default_rng(1)
    matrices = np.zeros((count, 8), "float32")
    matrices[:, [0, 4]] = 1
    matrices[:, [0, 1, 3, 4]] += random.normal(size=(count, 4))
    matrices[:, [2, 5]] = random.uniform(-30, 30, (count, 2))
    return matrices


def resample(originals: np.ndarray, matrices: np.ndarray, mode: FillMode) -> np.ndarray:
    got = warp(keras.ops.convert_to_tensor(originals), keras.ops.convert_to_tensor(matrices), mode)
    return np.asarray(keras.ops.convert_to_numpy(got))


def resample_by_scipy(image: np.ndarray, matrix: np.ndarray, mode: FillMode) -> np.ndarray:
    """SciPy takes rows before columns, and one channel at a time."""
    a0, a1, a2, b0, b1, b2, _, _ = matrix.astype("float64")
    channels = [
        ndimage.affine_transform(
            image[:, :, channel].astype("float64"),
            [[b1, b0], [a1, a0]],
            offset=[b2, a2],
            order=1,
            mode=SCIPY_MODES[mode],
        )
        for channel in range(SHAPE[2])
    ]
    return np.stack(channels, axis=-1)


@pytest.mark.parametrize("mode", SCIPY_MODES)
def test_pixels_are_those_of_scipy(mode: FillMode) -> None:
    """Every fill mode, also far beyond the border."""
    originals, matrices = images(40), turns(40)
    got = resample(originals, matrices, mode)
    for index in range(40):
        expected = resample_by_scipy(originals[index], matrices[index], mode)
        np.testing.assert_allclose(got[index], expected, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("nearest", [10, 10, 10, 10, 20, 30, 30, 30]),
        ("reflect", [30, 20, 10, 10, 20, 30, 30, 20]),
        ("constant", [0, 0, 0, 10, 20, 30, 0, 0]),
        ("wrap", [10, 20, 30, 10, 20, 30, 10, 20]),
    ],
)
def test_whole_pixels_beyond_the_border(mode: FillMode, expected: list[int]) -> None:
    """A row of 10, 20, 30, from three pixels left of it to two pixels right of it."""
    row = np.array([10, 20, 30], "float32").reshape(1, 1, 3, 1)
    shifts = np.arange(-3, 5)
    matrices = np.zeros((8, 8), "float32")
    matrices[:, 4] = 1
    matrices[:, 2] = shifts
    got = resample(np.repeat(row, 8, axis=0), matrices, mode)
    assert got[:, 0, 0, 0].tolist() == expected


def test_half_a_pixel_outside_is_half_black_with_constant() -> None:
    """Black is interpolated like other pixels."""
    white = np.full((1, 4, 4, 1), 100, "float32")
    matrices = np.array([[1, 0, -0.5, 0, 1, 0, 0, 0]], "float32")
    assert resample(white, matrices, "constant")[0, 0, :, 0].tolist() == [50, 100, 100, 100]


@pytest.mark.parametrize("mode", SCIPY_MODES)
def test_identity_and_flip_are_exact(mode: FillMode) -> None:
    """No rounding where origins are whole pixels."""
    originals = images(2)
    height, width, _ = SHAPE
    same = [1, 0, 0, 0, 1, 0, 0, 0]
    flipped = [-1, 0, width - 1, 0, -1, height - 1, 0, 0]
    got = resample(originals, np.array([same, flipped], "float32"), mode)
    np.testing.assert_array_equal(got[0], originals[0])
    np.testing.assert_array_equal(got[1], originals[1, ::-1, ::-1])


@pytest.mark.parametrize("mode", SCIPY_MODES)
def test_compiled_numbers_are_the_same(mode: FillMode) -> None:
    """Compiled or not, and for a second batch size."""
    compiled: Any = compile_function(partial(warp, fill_mode=mode))
    for count in (4, 3):
        originals, matrices = images(count), turns(count)
        got = compiled(keras.ops.convert_to_tensor(originals), keras.ops.convert_to_tensor(matrices))
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(got), resample(originals, matrices, mode), atol=TOLERANCE
        )
