"""The shipped configs: their numbers of parameters, and the weights that they share."""

import re
from collections.abc import Mapping
from itertools import combinations

import keras
import numpy as np
import pytest

from reglab.config.shipped import shipped_directory
from reglab.experiment import Experiment
from reglab.model.size import measure_size

PARAMETERS = {
    "baseline": 295_914,
    "l1": 295_914,
    "l2": 295_914,
    "l1_l2": 295_914,
    "mp": 295_914,
    "ap": 295_914,
    "do": 295_914,
    "bn": 297_706,
    "da": 295_914,
    "mp_l1": 295_914,
    "mp_l2": 295_914,
    "mp_do": 295_914,
    "mp_bn": 297_706,
    "mp_do_bn": 297_706,
    "mp_do_bn_da": 297_706,
    "mp_bn_da": 1_838_346,
    "smoke": 297_706,
    # 5×5 windows: 16·75 + 16, 20·400 + 20 and 20·500 + 20; 4×4×20 values to 10 classes.
    "convnetjs": 1_216 + 8_020 + 10_020 + 3_210,
    # One channel: 32·9 + 32, 32·288 + 32, 64·288 + 64, 64·576 + 64; dense 64·64 + 64 and 64·10 + 10.
    "digits_flips": 320 + 9_248 + 18_496 + 36_928 + 4_160 + 650,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_the_lectures(name: str, networks: Mapping[str, keras.Model]) -> None:
    """Every count of the case study, exactly."""
    assert measure_size(networks[name]).parameters == PARAMETERS[name]


def test_half_of_the_parameters_of_batch_norm_are_trained(networks: Mapping[str, keras.Model]) -> None:
    """448 maps have 1,792 parameters, of which 896 are moving averages."""
    sizes = {name: measure_size(networks[name]) for name in ("bn", "mp_bn", "mp_do_bn", "mp_do_bn_da")}
    assert {(size.trainable, size.non_trainable) for size in sizes.values()} == {(296_810, 896)}
    baseline = measure_size(networks["baseline"])
    assert (baseline.trainable, baseline.non_trainable) == (295_914, 0)


def test_first_convolution_of_the_demo(networks: Mapping[str, keras.Model]) -> None:
    """16×5×5×3 + 16, as on the web page of the ConvNetJS demo."""
    assert networks["convnetjs"].get_layer("conv_1_1").count_params() == 1_216


def test_every_config_has_the_count_of_its_formula(
    shipped: Mapping[str, Experiment], networks: Mapping[str, keras.Model]
) -> None:
    """Kernels, biases and four values for each normalized map, for all configs including the quickstart."""
    counted = {name: measure_size(network).parameters for name, network in networks.items()}
    assert counted == {name: _count_by_hand(experiment) for name, experiment in shipped.items()}


def test_opening_comments_have_the_right_count(networks: Mapping[str, keras.Model]) -> None:
    """A number of parameters in the comments of a config is that of its network."""
    written = {}
    for name in networks:
        text = (shipped_directory() / f"{name}.yaml").read_text()
        comment = "\n".join(line for line in text.splitlines() if line.startswith("#"))
        match = re.search(r"([\d,]+) parameters", comment)
        if match:
            written[name] = int(match[1].replace(",", ""))
    assert len(written) >= 16
    assert written == {name: measure_size(networks[name]).parameters for name in written}


def test_shared_layers_have_the_same_initial_weights(networks: Mapping[str, keras.Model]) -> None:
    """In any two configs, in every layer with the same name and shape."""
    weights = [
        {(weight.path, tuple(weight.shape)): weight.numpy() for weight in network.trainable_weights}
        for network in networks.values()
    ]
    compared = 0
    for one, other in combinations(weights, 2):
        for key in one.keys() & other.keys():
            compared += 1
            np.testing.assert_array_equal(one[key], other[key], err_msg=str(key))
    # The lecture's sixteen configs of 2×32, 2×64 and 2×128 filters share eight kernels and eight biases.
    assert compared >= 16 * 15 / 2 * 16


def _count_by_hand(experiment: Experiment) -> int:
    """Parameters of a config's network, from its numbers alone."""
    model, regularizers = experiment.model, experiment.regularizers
    side, _, depth = experiment.data.image_shape
    norm = regularizers.batch_norm
    pooling = regularizers.max_pooling or regularizers.average_pooling
    count = 0
    for group in model.groups:
        for filters in group:
            bias = norm is None or norm.keep_bias
            count += (
                model.kernel_size**2 * depth * filters + bias * filters + (norm is not None) * 4 * filters
            )
            depth = filters
        side = pooling.side_after(side) if pooling else side
    width = side * side * depth if model.head == "flatten" else depth
    for units in model.dense:
        normed = norm is not None and norm.dense
        bias = not normed or norm.keep_bias
        count += width * units + bias * units + normed * 4 * units
        width = units
    return count + width * 10 + 10
