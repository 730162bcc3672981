"""The network that is saved for others: Keras's layers alone, pixels in, probabilities out."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from reglab.experiment import Experiment
from reglab.model.network import build_network
from reglab.model.saving import build_standalone
from reglab.regularizers.layers.fused_batch_norm import FusedBatchNormalization
from reglab.regularizers.table import Regularizers

# What a technique does only when asked for.
SPECIAL: Mapping[str, Any] = {
    "batch_norm": {"dense": True, "keep_bias": False},
    "gaussian_noise": {"activations": 0.1},
    "dropout": {"groups": 0.2, "spatial": True},
}
TOGETHER: Mapping[str, Any] = {name: SPECIAL.get(name, {}) for name in Regularizers.model_fields} | {
    "average_pooling": None
}
KINDS = (*Regularizers.model_fields, "together", "mixed")

# Stands for an environment where only Keras is installed.
FOREIGN = """
import sys

class NoReglab:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "reglab":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoReglab())
import keras
import numpy as np

images, *paths = sys.argv[1:]
for path in paths:
    model = keras.models.load_model(path)
    np.save(path + ".npy", keras.ops.convert_to_numpy(model(np.load(images), training=False)))
print("reglab" in sys.modules)
"""


@dataclass(frozen=True)
class Saved:
    """A network, its standalone copy, its logits, and what another process made of the saved copy."""

    network: Any
    standalone: Any
    logits: NDArray[np.float64]
    foreign_probabilities: NDArray[np.float32]


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def saved(
    make_experiment: Callable[..., Experiment],
    images: NDArray[np.uint8],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Saved]:
    """A network a technique, and two with several, saved; one process that cannot import reglab uses them."""
    folder = tmp_path_factory.mktemp("saved")
    networks = {
        name: _network(make_experiment(regularizers={name: {}}), images) for name in Regularizers.model_fields
    }
    together = make_experiment(model={"groups": ((4, 4), (6,))}, regularizers=TOGETHER)
    networks["together"] = _network(together, images)
    mixed = make_experiment(
        model={"head": "flatten", "activation": "gelu", "dense": ()},
        regularizers={"batch_norm": {"keep_bias": False}, "average_pooling": {}, "l1_l2": {}},
    )
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    networks["mixed"] = _network(mixed, images)
    keras.config.set_dtype_policy(before)
    copies = {kind: build_standalone(network) for kind, network in networks.items()}
    np.save(folder / "images.npy", images)
    for kind, copy in copies.items():
        copy.save(folder / f"{kind}.keras")
    paths = [str(folder / f"{kind}.keras") for kind in KINDS]
    done = subprocess.run(
        [sys.executable, "-c", FOREIGN, str(folder / "images.npy"), *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr
    return {
        kind: Saved(
            networks[kind],
            copies[kind],
            _logits(networks[kind], images),
            np.load(folder / f"{kind}.keras.npy"),
        )
        for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_other_process_gets_the_same_probabilities(
    saved: Mapping[str, Saved], images: NDArray[np.uint8], kind: str
) -> None:
    """Raw uint8 in, without reglab: the softmax of the network's logits, to float32's last digits."""
    logits = saved[kind].logits
    got = saved[kind].foreign_probabilities
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, softmax(logits, axis=1), rtol=2e-6, atol=1e-7)
    assert (np.ptp(got, axis=0) > 1e-4).all()


@pytest.mark.parametrize("kind", KINDS)
def test_copy_has_keras_layers_alone(saved: Mapping[str, Saved], kind: str) -> None:
    """No class of ours; penalties and constraints, which act in training only, are left out."""
    layers = saved[kind].standalone.layers
    assert {type(layer).__module__.partition(".layers.")[0] for layer in layers} == {"keras.src"}
    kernels = [layer for layer in layers if hasattr(layer, "kernel")]
    assert kernels
    assert all(layer.kernel_regularizer is None and layer.kernel_constraint is None for layer in kernels)


def test_copy_has_the_layers_of_the_network(saved: Mapping[str, Saved]) -> None:
    """In order, with the softmax behind them; augmentation is no part of it; pixels come as uint8."""
    one = saved["together"]
    names = [layer.name for layer in one.network.layers]
    assert any(isinstance(layer, FusedBatchNormalization) for layer in one.network.layers)
    assert [layer.name for layer in one.standalone.layers] == [*names, "probabilities"]
    assert one.standalone.inputs[0].dtype == "uint8"


def test_network_is_left_as_it_was(
    make_experiment: Callable[..., Experiment], images: NDArray[np.uint8]
) -> None:
    """Its penalties, constraints and weights are still there when the copy is made."""
    network = build_network(make_experiment(regularizers=TOGETHER), 3)
    before = [weight.numpy() for weight in network.weights]
    penalties = [float(loss) for loss in network.losses]
    build_standalone(network)
    assert [float(loss) for loss in network.losses] == penalties
    assert network.get_layer("dense_1").kernel_constraint is not None
    for weight, value in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


def _network(experiment: Experiment, images: NDArray[np.uint8]) -> Any:
    """A network whose biases and batch statistics are no longer those that any network starts with."""
    network = build_network(experiment, 3)
    generator = np.random.default_rng(1)
    for weight in network.trainable_weights:
        if "kernel" not in weight.path:
            weight.assign(generator.uniform(0.5, 1.5, weight.shape))
    for _ in range(3):
        network(images.astype(np.float32), training=True)
    return network


def _logits(network: Any, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    got = network(images.astype(np.float32), training=False)
    return np.asarray(keras.ops.convert_to_numpy(got), np.float64)
