"""Augmentation: its images against SciPy, when it acts, its advice and its conflict."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy import ndimage

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.augmentation import Augmentation
from reglab.regularizers.base import Position

SURVEY = "(Shorten and Khoshgoftaar, A Survey on Image Data Augmentation for Deep Learning, 2019)"
NOTHING = Augmentation(rotation=0, width_shift=0, height_shift=0, zoom=0, horizontal_flip=False)


@pytest.fixture
def images() -> np.ndarray:
    """Smooth images, on which the rounding of a position has little effect: `(6, 12, 12, 3)` uint8."""
    noise = np.random.default_rng(0).uniform(0, 255, (6, 12, 12, 3))
    return ndimage.gaussian_filter(noise, (0, 1, 1, 0)).astype("uint8")


def augment(layer: Any, images: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(layer(images, training=True)))


def test_images_are_those_of_scipy(on_input: Position, images: np.ndarray) -> None:
    """SciPy moves each image by the amounts that the layer draws, one channel at a time."""
    technique = Augmentation(rotation=30, shear=10, zoom=0.2, vertical_flip=True)
    (layer,) = technique.on_input(on_input)
    got = augment(layer, images)
    seed = keras.random.SeedGenerator(on_input.key("augmentation"))
    draws = keras.ops.convert_to_numpy(keras.random.uniform((6, 8), seed=seed)).astype("float64")
    centre = np.array([5.5, 5.5])
    for image, moved, draw in zip(images, got, draws, strict=True):
        rotation, shear, shift_x, shift_y, zoom_x, zoom_y = 2 * draw[:6] - 1
        cosine, sine = np.cos(np.radians(30 * rotation)), np.sin(np.radians(30 * rotation))
        # Rows before columns, as SciPy counts; a turn of (x, y) is the opposite turn of (y, x).
        rotate = np.array([[cosine, sine], [-sine, cosine]])
        lean = np.array([[1, 0], [np.tan(np.radians(10 * shear)), 1]])
        zoom = np.diag([1 + 0.2 * zoom_y, 1 + 0.2 * zoom_x])
        flip = np.diag(np.where(draw[[7, 6]] < 0.5, 1, -1))
        inverse = np.linalg.inv(rotate @ lean @ zoom @ flip)
        offset = centre - inverse @ (centre + 0.1 * 12 * np.array([shift_y, shift_x]))
        for channel in range(3):
            expected = ndimage.affine_transform(
                image[:, :, channel].astype("float64"), inverse, offset, order=1, mode="nearest"
            )
            np.testing.assert_allclose(moved[:, :, channel], expected, atol=5e-3)


def test_inference_changes_nothing(on_input: Position, images: np.ndarray) -> None:
    """The same pixels as float32, bit for bit."""
    (layer,) = Augmentation().on_input(on_input)
    got = keras.ops.convert_to_numpy(layer(images, training=False))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, images)


def test_ranges_of_zero_change_nothing(on_input: Position, images: np.ndarray) -> None:
    """In training too."""
    (layer,) = NOTHING.on_input(on_input)
    np.testing.assert_array_equal(augment(layer, images), images)


@pytest.mark.parametrize(("name", "axis"), [("horizontal_flip", 2), ("vertical_flip", 1)])
def test_flips_swap_sides(on_input: Position, images: np.ndarray, name: str, axis: int) -> None:
    """Some images are swapped exactly, the others do not change."""
    (layer,) = NOTHING.model_copy(update={name: True}).on_input(on_input)
    many = np.tile(images, (5, 1, 1, 1))
    got, swapped = augment(layer, many), np.flip(many, axis)
    outcomes = {
        bool(np.array_equal(one, flipped)) if not np.array_equal(one, original) else None
        for one, original, flipped in zip(got, many, swapped, strict=True)
    }
    assert outcomes == {True, None}


def test_values_stay_in_range(on_input: Position) -> None:
    """Bilinear means lie within [0, 255], up to rounding."""
    white = np.full((20, 8, 8, 3), 255, "uint8")
    (layer,) = Augmentation(fill_mode="constant", rotation=180).on_input(on_input)
    got = augment(layer, white)
    assert got.min() >= 0
    assert got.max() <= 255.001


def test_images_and_steps_differ(on_input: Position, images: np.ndarray) -> None:
    """Every image is moved independently, and differently in the next step."""
    (layer,) = Augmentation().on_input(on_input)
    same = np.repeat(images[:1], 6, axis=0)
    first, second = augment(layer, same), augment(layer, same)
    assert len({image.tobytes() for image in (*first, *second)}) == 12


def test_a_step_is_fixed_by_seed_and_step(on_input: Position, images: np.ndarray) -> None:
    """The whole state is (seed, number of steps): a layer with the same state continues equally."""
    (layer,) = Augmentation().on_input(on_input)
    augment(layer, images)
    (resumed,) = Augmentation().on_input(on_input)
    state = layer.seed_generator.state.numpy()
    assert state.tolist() == [on_input.key("augmentation"), 1]
    resumed.seed_generator.state.assign(state)
    np.testing.assert_array_equal(augment(resumed, images), augment(layer, images))


@pytest.mark.usefixtures("mixed_bfloat16")
@pytest.mark.parametrize("training", [True, False])
def test_it_computes_in_float32(on_input: Position, images: np.ndarray, training: bool) -> None:
    """In mixed precision too."""
    (layer,) = Augmentation().on_input(on_input)
    pixels = images + np.float32(0.015625)
    got = keras.ops.convert_to_numpy(layer(pixels, training=training))
    assert got.dtype == np.float32
    if not training:
        np.testing.assert_array_equal(got, pixels)


def test_it_trains_with_batches_of_different_sizes(on_input: Position, images: np.ndarray) -> None:
    """Inside the compiled step of `fit`: six images in batches of four, then the step counter is 2."""
    (layer,) = Augmentation().on_input(on_input)
    network = keras.Sequential(
        [keras.Input((12, 12, 3)), layer, keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    network.compile("sgd", "mse")
    network.fit(images, np.zeros((6, 1)), batch_size=4, verbose=0)
    assert layer.seed_generator.state.numpy()[1] == 2


@pytest.mark.parametrize(
    "values",
    [
        {"rotation": -1},
        {"rotation": 181},
        {"width_shift": -0.1},
        {"width_shift": 1.1},
        {"height_shift": -0.1},
        {"height_shift": 1.1},
        {"shear": -1},
        {"shear": 61},
        {"zoom": -0.1},
        {"zoom": 1},
        {"horizontal_flip": 1},
        {"vertical_flip": "yes"},
        {"fill_mode": "mirror"},
    ],
)
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Degrees, fractions, true or false, and the four fill modes."""
    with pytest.raises(ValidationError):
        Augmentation.model_validate(values)


def test_flipped_and_turned_digits_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """The lecture's negative example, and its positive one."""
    mnist = make_setup(data={"dataset": "mnist"})
    negative = Augmentation(rotation=90, vertical_flip=True)
    assert [str(advice) for advice in negative.advice(mnist)] == [
        f"a flip changes the shape of a digit: set horizontal_flip and vertical_flip to false {SURVEY}",
        "rotation by up to 90 degrees may change the class of a digit, such as 6 and 9: "
        f"use at most 20 {SURVEY}",
    ]
    positive = Augmentation(rotation=20, width_shift=0.2, height_shift=0.2, horizontal_flip=False)
    assert list(positive.advice(mnist)) == []


def test_photographs_upside_down_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """A vertical flip of CIFAR-10; not large rotations or horizontal flips."""
    assert list(Augmentation(rotation=90).advice(make_setup())) == []
    assert [str(advice) for advice in Augmentation(vertical_flip=True).advice(make_setup())] == [
        f"vertical_flip turns animals and vehicles upside down, which no validation image shows {SURVEY}"
    ]


def test_an_augmentation_without_effect_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """Any range or flip resolves it."""
    assert list(NOTHING.conflicts(make_setup())) == [
        Conflict(
            "",
            "augmentation has no effect while every range is 0 and both flips are false; "
            "set one of them or remove augmentation",
        )
    ]
    something = {"rotation": 1.0, "width_shift": 0.1, "height_shift": 0.1, "shear": 1.0, "zoom": 0.1}
    something |= {"horizontal_flip": True, "vertical_flip": True}
    assert set(something) == set(Augmentation.model_fields) - {"fill_mode"}
    for name, value in something.items():
        assert list(NOTHING.model_copy(update={name: value}).conflicts(make_setup())) == [], name
