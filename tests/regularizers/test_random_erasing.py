"""Random erasing: its rectangles, its fill, and when it acts."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.layers.random_erasing import cover_rectangles
from reglab.regularizers.random_erasing import RandomErasing

HEIGHT, WIDTH = 20, 30


def cover(technique: RandomErasing, draws: np.ndarray) -> np.ndarray:
    covered = cover_rectangles(keras.ops.convert_to_tensor(draws), technique, HEIGHT, WIDTH)
    return np.asarray(keras.ops.convert_to_numpy(covered))[..., 0]


def cover_by_numpy(technique: RandomErasing, draw: np.ndarray) -> np.ndarray:
    """One image, in the words of the docstring."""
    covered = np.zeros((HEIGHT, WIDTH), bool)
    whether, area_draw, aspect_draw, top_draw, left_draw = draw.astype("float64")
    if whether >= technique.probability:
        return covered
    area = technique.min_area + area_draw * (technique.max_area - technique.min_area)
    fitting = (area * HEIGHT / WIDTH, HEIGHT / WIDTH / area)
    low, high = np.clip([technique.min_aspect, technique.max_aspect], *fitting)
    aspect = low + aspect_draw * (high - low)
    height = max(1, round(np.sqrt(area * HEIGHT * WIDTH * aspect)))
    width = max(1, round(np.sqrt(area * HEIGHT * WIDTH / aspect)))
    top, left = int(top_draw * (HEIGHT - height + 1)), int(left_draw * (WIDTH - width + 1))
    covered[top : top + height, left : left + width] = True
    return covered


@pytest.mark.parametrize(
    "technique",
    [RandomErasing(), RandomErasing(probability=1, max_area=1.0, min_aspect=0.05, max_aspect=20.0)],
)
def test_rectangles_are_those_of_numpy(technique: RandomErasing) -> None:
    """300 images, also with rectangles that only just fit."""
    draws = np.random.default_rng(0).uniform(size=(300, 5)).astype("float32")
    for covered, draw in zip(cover(technique, draws), draws, strict=True):
        np.testing.assert_array_equal(covered, cover_by_numpy(technique, draw))


@pytest.mark.parametrize("draw", [0.0, 1.0])
def test_rectangles_lie_within_the_image(draw: float) -> None:
    """At both ends of every draw, the area is as asked for, up to whole pixels."""
    technique = RandomErasing(probability=1, min_area=0.1, max_area=0.5)
    draws = np.full((1, 5), draw, "float32")
    draws[:, 0] = 0
    area = cover(technique, draws).mean()
    assert abs(area - (0.5 if draw else 0.1)) < (HEIGHT + WIDTH) / 2 / (HEIGHT * WIDTH)


def test_images_are_covered_with_the_probability() -> None:
    """10,000 images, within four deviations."""
    draws = np.random.default_rng(1).uniform(size=(10_000, 5)).astype("float32")
    share = cover(RandomErasing(probability=0.3), draws).any(axis=(1, 2)).mean()
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 10_000)


@pytest.fixture
def images() -> np.ndarray:
    """All 300, a value that no fill has: `(16, 20, 30, 3)` float32."""
    return np.full((16, HEIGHT, WIDTH, 3), 300, "float32")


def erase(layer: Any, images: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(layer(images, training=True)))


def test_grey_covers_all_channels_and_the_rest_stays(on_input: Position, images: np.ndarray) -> None:
    """127.5 inside the rectangle, the image outside."""
    (layer,) = RandomErasing(probability=1, fill="grey").on_input(on_input)
    got = erase(layer, images)
    assert set(np.unique(got)) == {np.float32(127.5), np.float32(300)}
    assert (got == got[..., :1]).all()


def test_noise_is_new_for_each_pixel_and_channel(on_input: Position, images: np.ndarray) -> None:
    """Uniform over the pixel range: its mean and extremes are those of [0, 255]."""
    (layer,) = RandomErasing(probability=1, min_area=0.3, max_area=0.4).on_input(on_input)
    noise = erase(layer, images)
    noise = noise[noise != 300]
    assert noise.min() >= 0
    assert noise.max() <= 255
    assert len(np.unique(noise)) > 0.99 * noise.size
    assert abs(noise.mean() - 127.5) < 4 * 255 / np.sqrt(12 * noise.size)


def test_inference_changes_nothing(on_input: Position, images: np.ndarray) -> None:
    """The same pixels come out."""
    (layer,) = RandomErasing(probability=1).on_input(on_input)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(images, training=False)), images)


@pytest.mark.usefixtures("mixed_bfloat16")
def test_pixels_stay_in_float32(on_input: Position) -> None:
    """Also in a mixed-precision run, and from uint8."""
    (layer,) = RandomErasing(fill="grey").on_input(on_input)
    assert erase(layer, np.zeros((1, 8, 8, 1), "uint8")).dtype == np.float32


def test_steps_differ_and_repeat_from_the_seed(on_input: Position, images: np.ndarray) -> None:
    """Other rectangles in the next step, the same in the same step of a second run."""
    (first,), (second,) = (RandomErasing().on_input(on_input) for _ in range(2))
    one, two = erase(first, images), erase(first, images)
    assert (one != two).any()
    np.testing.assert_array_equal(erase(second, images), one)


def test_it_trains_with_batches_of_different_sizes(on_input: Position, images: np.ndarray) -> None:
    """Inside the compiled step of `fit`: batches of 10 and 6, two draws each."""
    (layer,) = RandomErasing().on_input(on_input)
    network = keras.Sequential(
        [keras.Input((HEIGHT, WIDTH, 3)), layer, keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(1)]
    )
    network.compile("sgd", "mse")
    network.fit(images / 300, np.zeros((16, 1)), batch_size=10, verbose=0)
    assert layer.seed_generator.state.numpy()[1] == 4


@pytest.mark.parametrize(
    "values",
    [
        {"probability": 0},
        {"probability": 1.1},
        {"min_area": 0},
        {"min_area": 1.1},
        {"max_area": 0},
        {"max_area": 1.1},
        {"min_aspect": 0.01},
        {"min_aspect": 21},
        {"max_aspect": 0.01},
        {"max_aspect": 21},
        {"fill": "black"},
    ],
)
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Probabilities, fractions, aspects and the two fills."""
    with pytest.raises(ValidationError):
        RandomErasing.model_validate(values)


def test_swapped_ends_are_impossible(make_setup: Callable[..., Setup]) -> None:
    """Each range is checked, at the key of its lower end."""
    assert list(RandomErasing().conflicts(make_setup())) == []
    swapped = RandomErasing(min_area=0.5, min_aspect=2.0, max_aspect=1.0)
    assert [(problem.key, problem.message) for problem in swapped.conflicts(make_setup())] == [
        ("min_area", "expected at most max_area, 0.4, got 0.5"),
        ("min_aspect", "expected at most max_aspect, 1, got 2"),
    ]


def test_large_rectangles_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Beyond the paper's 0.4."""
    assert list(RandomErasing().advice(make_setup())) == []
    assert [str(advice) for advice in RandomErasing(max_area=0.8).advice(make_setup())] == [
        "rectangles of up to 0.8 of the image may cover all that tells its class; the paper stays within 0.4 "
        "(Zhong, Zheng, Kang, Li and Yang, Random Erasing Data Augmentation, 2020)"
    ]
