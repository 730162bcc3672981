"""Gaussian noise: its distribution, and when it is inactive."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.gaussian_noise import GaussianNoise

# The seed fixes the draws, but they differ between backends. With the right distribution, one seed in 10,000
# has a smaller p-value; with a standard deviation that is wrong by 4 %, every seed has.
SIGNIFICANCE = 1e-4


def test_pixels_get_normal_noise_of_the_fraction_of_their_range(on_input: Position) -> None:
    """SciPy's test does not distinguish the noise from N(0, 255 · stddev)."""
    (layer,) = GaussianNoise(stddev=0.2).on_input(on_input)
    images = np.random.default_rng(0).integers(0, 256, (32, 20, 20, 3)).astype("uint8")
    noise = keras.ops.convert_to_numpy(layer(images, training=True)) - images
    assert stats.kstest(noise.ravel(), "norm", (0, 51)).pvalue > SIGNIFICANCE


def test_activations_get_noise_in_their_own_unit(convolution: Position) -> None:
    """The stock layer, between convolution and activation."""
    (layer,) = GaussianNoise(activations=0.5).after_convolution(convolution)
    noise = keras.ops.convert_to_numpy(layer(np.zeros((12, 20, 20, 8), "float32"), training=True))
    assert type(layer) is keras.layers.GaussianNoise
    assert stats.kstest(noise.ravel(), "norm", (0, 0.5)).pvalue > SIGNIFICANCE


@pytest.mark.usefixtures("mixed_bfloat16")
def test_noise_is_drawn_in_float32(convolution: Position) -> None:
    """In mixed precision too: there are more distinct values than bfloat16 has."""
    (layer,) = GaussianNoise(activations=0.5).after_convolution(convolution)
    maps = keras.ops.zeros((12, 20, 20, 8), "bfloat16")
    noise = keras.ops.convert_to_numpy(keras.ops.cast(layer(maps, training=True), "float32"))
    assert len(np.unique(noise)) > 0.9 * noise.size


def test_inference_changes_nothing(on_input: Position, convolution: Position) -> None:
    """The same values, bit for bit."""
    values = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype("float32")
    technique = GaussianNoise(activations=0.5)
    for layer in (*technique.on_input(on_input), *technique.after_convolution(convolution)):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(values, training=False)), values)


@pytest.mark.usefixtures("mixed_bfloat16")
@pytest.mark.parametrize("training", [True, False])
def test_pixels_stay_in_float32(on_input: Position, training: bool) -> None:
    """In mixed precision too."""
    (layer,) = GaussianNoise().on_input(on_input)
    images = np.full((1, 2, 2, 3), 200.5, "float32")
    assert keras.backend.standardize_dtype(layer(images, training=training).dtype) == "float32"


def test_steps_differ_and_repeat_from_the_seed(on_input: Position) -> None:
    """New noise in each step, the same noise in the same step of a second run."""
    images = np.zeros((1, 4, 4, 3), "float32")
    first, second = (GaussianNoise().on_input(on_input)[0] for _ in range(2))
    one, two = (keras.ops.convert_to_numpy(first(images, training=True)) for _ in range(2))
    assert (one != two).all()
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(second(images, training=True)), one)


def test_a_deviation_of_zero_takes_no_seat(on_input: Position, convolution: Position) -> None:
    """No layer is added."""
    assert GaussianNoise(stddev=0).on_input(on_input) == ()
    assert GaussianNoise().after_convolution(convolution) == ()


@pytest.mark.parametrize(
    "values", [{"stddev": -0.1}, {"stddev": 1.1}, {"activations": -0.1}, {"activations": 1.1}]
)
def test_deviations_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Deviations in [0, 1]."""
    with pytest.raises(ValidationError):
        GaussianNoise.model_validate(values)


def test_strong_noise_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Deviations up to a quarter of the range have no advice."""
    assert list(GaussianNoise(stddev=0.25).advice(make_setup())) == []
    assert [str(advice) for advice in GaussianNoise(stddev=0.5).advice(make_setup())] == [
        "noise with stddev 0.5 hides much of the image: only small noise acts as a penalty "
        "(Bishop, Training with Noise is Equivalent to Tikhonov Regularization, 1995)"
    ]


def test_deviations_of_0_only_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """One deviation above 0 is enough."""
    assert list(GaussianNoise(stddev=0, activations=0.1).conflicts(make_setup())) == []
    (conflict,) = GaussianNoise(stddev=0).conflicts(make_setup())
    assert conflict.key == ""
    assert conflict.message.startswith("gaussian_noise has no effect")
