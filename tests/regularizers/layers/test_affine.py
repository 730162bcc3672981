"""Matrices from drawn amounts, against NumPy's products and inverses."""

import keras
import numpy as np
import pytest

from reglab.regularizers.augmentation import Augmentation
from reglab.regularizers.layers.affine import Moves, compose_affine, scale_draws

HEIGHT, WIDTH = 7, 12
ALL = Augmentation(
    rotation=40,
    width_shift=0.3,
    height_shift=0.2,
    shear=30,
    zoom=0.5,
    horizontal_flip=True,
    vertical_flip=True,
)


def draw(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(count, 8)).astype("float32")


def amounts(draws: np.ndarray, ranges: Augmentation) -> dict[str, np.ndarray]:
    moves = scale_draws(keras.ops.convert_to_tensor(draws), ranges, HEIGHT, WIDTH)
    return {name: np.asarray(keras.ops.convert_to_numpy(value)) for name, value in vars(moves).items()}


def test_matrices_are_the_inverse_of_flip_zoom_shear_rotation_and_shift() -> None:
    """NumPy moves the image forwards, step by step about its centre, and inverts the product."""
    draws = draw(20)
    moves = scale_draws(keras.ops.convert_to_tensor(draws), ALL, HEIGHT, WIDTH)
    got = keras.ops.convert_to_numpy(compose_affine(moves, HEIGHT, WIDTH))
    drawn = {name: values.astype("float64") for name, values in amounts(draws, ALL).items()}
    for index in range(20):
        one = {name: values[index] for name, values in drawn.items()}
        cosine, sine = np.cos(one["rotation"]), np.sin(one["rotation"])
        rotate = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
        shear = np.array([[1, np.tan(one["shear"]), 0], [0, 1, 0], [0, 0, 1]])
        zoom = np.diag([one["zoom_x"], one["zoom_y"], 1])
        flip = np.diag([one["flip_x"], one["flip_y"], 1])
        to_centre, back = np.eye(3), np.eye(3)
        back[:2, 2] = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
        to_centre[:2, 2] = -back[:2, 2]
        shift = np.eye(3)
        shift[:2, 2] = one["shift_x"], one["shift_y"]
        forwards = shift @ back @ rotate @ shear @ zoom @ flip @ to_centre
        expected = np.append(np.linalg.inv(forwards).ravel()[:6], [0, 0])
        np.testing.assert_allclose(got[index], expected, rtol=1e-5, atol=1e-5)


def test_amounts_fill_their_ranges() -> None:
    """Uniform draws of 0 and almost 1 become the two ends, in radians, pixels and factors."""
    ends = np.array([[0] * 8, [1] * 8], "float32")
    expected = {
        "rotation": np.radians([-40, 40]),
        "shear": np.radians([-30, 30]),
        "shift_x": [-0.3 * WIDTH, 0.3 * WIDTH],
        "shift_y": [-0.2 * HEIGHT, 0.2 * HEIGHT],
        "zoom_x": [0.5, 1.5],
        "zoom_y": [0.5, 1.5],
        "flip_x": [1, -1],
        "flip_y": [1, -1],
    }
    got = amounts(ends, ALL)
    assert got.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-6)


def test_flips_are_independent() -> None:
    """All four outcomes are equally frequent: 10,000 draws, within four deviations of a quarter."""
    got = amounts(draw(10_000), ALL)
    for horizontal in (-1, 1):
        for vertical in (-1, 1):
            share = np.mean((got["flip_x"] == horizontal) & (got["flip_y"] == vertical))
            assert abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 10_000)


@pytest.mark.parametrize("name", ["horizontal_flip", "vertical_flip"])
def test_a_change_of_one_range_keeps_the_other_amounts(name: str) -> None:
    """Every amount has its own draws, so two experiments share the moves that both have."""
    all_amounts = amounts(draw(50), ALL)
    without = amounts(draw(50), ALL.model_copy(update={name: False, "rotation": 0.0}))
    changed = {key for key in all_amounts if not np.array_equal(all_amounts[key], without[key])}
    assert changed == {"rotation", "flip_x" if name == "horizontal_flip" else "flip_y"}


def test_zero_amounts_are_the_identity() -> None:
    """Bit for bit."""
    one, zero = keras.ops.ones((3,)), keras.ops.zeros((3,))
    got = compose_affine(Moves(zero, zero, zero, zero, one, one, one, one), HEIGHT, WIDTH)
    expected = np.tile(np.array([1, 0, 0, 0, 1, 0, 0, 0], "float32"), (3, 1))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(got), expected)
