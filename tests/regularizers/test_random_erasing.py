"""Random erasing: its rectangles, its fill, its advice and its conflicts."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.layers.random_erasing import DRAWS_PER_IMAGE, cover_rectangles
from reglab.regularizers.random_erasing import RandomErasing

HEIGHT, WIDTH = 20, 30


def cover(technique: RandomErasing, draws: np.ndarray) -> np.ndarray:
    covered = cover_rectangles(keras.ops.convert_to_tensor(draws), technique, HEIGHT, WIDTH)
    return np.asarray(keras.ops.convert_to_numpy(covered))[..., 0]


def cover_by_loop(technique: RandomErasing, draws: np.ndarray) -> np.ndarray:
    """Algorithm 1 of the paper for one image, with at most 100 candidates."""
    covered = np.zeros((HEIGHT, WIDTH), bool)
    if draws[0] >= technique.probability:
        return covered
    for area, aspect, down, across in draws[1:].reshape(-1, 4):
        pixels = (technique.min_area + area * (technique.max_area - technique.min_area)) * HEIGHT * WIDTH
        ratio = technique.min_aspect + aspect * (technique.max_aspect - technique.min_aspect)
        height, width = np.sqrt(pixels * ratio), np.sqrt(pixels / ratio)
        top, left = down * HEIGHT, across * WIDTH
        if left + width <= WIDTH and top + height <= HEIGHT:
            for row, column in np.ndindex(HEIGHT, WIDTH):
                covered[row, column] = top <= row + 0.5 < top + height and left <= column + 0.5 < left + width
            break
    return covered


def draw(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(size=(count, DRAWS_PER_IMAGE)).astype("float32")


@pytest.mark.parametrize(
    "technique",
    [RandomErasing(), RandomErasing(probability=1, max_area=1.0, min_aspect=0.05, max_aspect=20.0)],
)
def test_rectangles_are_those_of_the_paper(technique: RandomErasing) -> None:
    """200 images, one by one in NumPy, with areas up to the whole image."""
    draws = draw(200)
    for covered, image in zip(cover(technique, draws), draws, strict=True):
        np.testing.assert_array_equal(covered, cover_by_loop(technique, image))


def test_mean_area_is_that_of_the_paper() -> None:
    """By rejection in NumPy: small rectangles fit more often, so it is 0.142 instead of 0.21."""
    random = np.random.default_rng(2)
    area, aspect = random.uniform(0.02, 0.4, 400_000), random.uniform(0.3, 3.33, 400_000)
    height, width = np.sqrt(area * aspect * WIDTH / HEIGHT), np.sqrt(area / aspect * HEIGHT / WIDTH)
    fits = (random.uniform(size=area.size) + height <= 1) & (random.uniform(size=area.size) + width <= 1)
    got = cover(RandomErasing(probability=1), draw(4000)).mean(axis=(1, 2))
    assert abs(got.mean() - area[fits].mean()) < 4 * got.std() / np.sqrt(got.size)
    square = np.random.default_rng(3).uniform(size=(4000, DRAWS_PER_IMAGE)).astype("float32")
    masks = cover_rectangles(keras.ops.convert_to_tensor(square), RandomErasing(probability=1), 32, 32)
    assert abs(keras.ops.convert_to_numpy(masks).mean() - 0.142) < 0.005


def test_an_image_is_not_covered_if_no_rectangle_fits() -> None:
    """None of 100 candidates fits, or only the last one, which is then covered."""
    technique = RandomErasing(probability=1)
    draws = np.full((2, DRAWS_PER_IMAGE), 0.99, "float32")
    draws[1, -4:] = 0.25
    none, last = cover(technique, draws)
    assert not none.any()
    np.testing.assert_array_equal(last, cover_by_loop(technique, draws[1]))
    assert last.any()


def test_images_are_covered_with_the_probability() -> None:
    """10,000 images, within four deviations."""
    share = cover(RandomErasing(probability=0.3), draw(10_000, seed=1)).any(axis=(1, 2)).mean()
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 10_000)


@pytest.fixture
def images() -> np.ndarray:
    """Images of 300, which is not a value of any fill: `(16, 20, 30, 3)` float32."""
    return np.full((16, HEIGHT, WIDTH, 3), 300, "float32")


def erase(layer: Any, images: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(layer(images, training=True)))


def test_grey_covers_all_channels_of_the_rectangle(on_input: Position, images: np.ndarray) -> None:
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
    """The same pixels."""
    (layer,) = RandomErasing(probability=1).on_input(on_input)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(images, training=False)), images)


@pytest.mark.usefixtures("mixed_bfloat16")
def test_pixels_stay_in_float32(on_input: Position) -> None:
    """In mixed precision too, and from uint8."""
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
        {"min_area": 1},
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


def test_swapped_ends_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """At the key of the lower end of each range."""
    assert list(RandomErasing().conflicts(make_setup())) == []
    swapped = RandomErasing(min_area=0.5, min_aspect=2.0, max_aspect=1.0)
    assert [(problem.key, problem.message) for problem in swapped.conflicts(make_setup())] == [
        ("min_area", "expected at most max_area, 0.4, got 0.5"),
        ("min_aspect", "expected at most max_aspect, 1, got 2"),
    ]


def test_ranges_in_which_nothing_fits_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """The smallest rectangle is too high or too wide with every ratio; larger ones are too."""
    high = RandomErasing(min_area=0.3, min_aspect=4.0, max_aspect=5.0)
    assert [(problem.key, problem.message) for problem in high.conflicts(make_setup())] == [
        (
            "min_area",
            "no rectangle of 0.3 of the image with min_aspect 4 to max_aspect 5 fits into 32×32 pixels; "
            "reduce min_area or include a ratio between 0.3 and 3.33",
        )
    ]
    wide = RandomErasing(min_area=0.3, min_aspect=0.1, max_aspect=0.2)
    assert [problem.key for problem in wide.conflicts(make_setup())] == ["min_area"]
    assert list(RandomErasing(min_area=0.2, min_aspect=4.0, max_aspect=5.0).conflicts(make_setup())) == []


def test_large_rectangles_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Beyond the paper's 0.4."""
    assert list(RandomErasing().advice(make_setup())) == []
    assert [str(advice) for advice in RandomErasing(max_area=0.8).advice(make_setup())] == [
        "rectangles of up to 0.8 of the image may cover the object; the paper uses at most 0.4 "
        "(Zhong, Zheng, Kang, Li and Yang, Random Erasing Data Augmentation, 2020)"
    ]
