"""The inside of a network: facts, activations and gradients."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from reglab.experiment import Experiment
from reglab.live.worker.inspection import Inspection
from reglab.live.worker.layers import describe_layers
from reglab.model.network import build_network
from tests.training.test_session import INSTALLED

pytestmark = pytest.mark.slow


def test_facts(make_experiment: Callable[..., Experiment]) -> None:
    """Sizes, strides, and how parameters are counted."""
    experiment = make_experiment(
        model={"groups": ((16,),), "kernel_size": 5},
        regularizers={"max_pooling": {}, "batch_norm": {"keep_bias": False}},
    )
    facts = {each.name: each for each in describe_layers(build_network(experiment, 3))}
    assert list(facts)[:4] == ["rescaling", "conv_1_1", "conv_1_1_batch_norm", "conv_1_1_activation"]
    convolution, pool = facts["conv_1_1"], facts["group_1_max_pooling"]
    assert (convolution.kind, convolution.output_shape) == ("Conv2D", (8, 8, 16))
    assert (convolution.window, convolution.parameters) == ("filter 5×5, stride 1", "16×5×5×3 = 1,200")
    assert (pool.window, pool.parameters, pool.output_shape) == ("pool 2×2, stride 2", "", (4, 4, 16))
    assert facts["conv_1_1_batch_norm"].parameters == "16+16+16+16 = 64"
    assert facts["output"].parameters == "3×5+3 = 18"


def test_the_lectures_arithmetic(make_experiment: Callable[..., Experiment]) -> None:
    """16 filters of 5×5×3 with a bias each."""
    network = build_network(make_experiment(model={"groups": ((16,),), "kernel_size": 5}), 3)
    assert describe_layers(network)[1].parameters == "16×5×5×3+16 = 1,216"


@pytest.mark.parametrize("backend", INSTALLED)
def test_gradients_are_those_of_differences(backend: str) -> None:
    """On every backend: of outputs and kernels, compared with finite differences of the cross-entropy."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("gradients.py"))],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["layers"] == found["expected_layers"]
    np.testing.assert_allclose(found["activations"], found["expected_activations"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["kernel"], found["expected_kernel"], rtol=0.02, atol=2e-4)
    np.testing.assert_allclose(found["output"], found["expected_output"], rtol=1e-4, atol=1e-6)
    assert found["changed"] == []


def test_a_look_follows_the_network(make_experiment: Callable[..., Experiment]) -> None:
    """The weights are copied at each look; the network itself does not change."""
    experiment = make_experiment(regularizers={"batch_norm": {}, "dropout": {}})
    network = build_network(experiment, 3)
    inspection = Inspection(experiment, 3)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    first = inspection.look(network, image, 1)
    kernel = network.get_layer("conv_1_1").kernel
    kernel.assign(-keras.ops.convert_to_numpy(kernel))
    before = network.get_weights()
    second = inspection.look(network, image, 1)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert first[1].kernel is not None
    assert second[1].kernel is not None
    np.testing.assert_array_equal(second[1].kernel, -first[1].kernel)
    assert [each.name for each in second] == [facts.name for facts in describe_layers(network)]
    assert not np.array_equal(first[-1].activations, second[-1].activations)
