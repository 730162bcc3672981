"""The saved network: stock Keras layers, pixels in, probabilities out, the same bytes for equal runs."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from reglab.experiment import Experiment
from reglab.model.network import build_network
from reglab.model.saving import build_standalone, pack_standalone, pack_weights
from reglab.regularizers.table import Regularizers

# Settings with which a regularizer takes all of its seats.
SPECIAL: Mapping[str, Any] = {
    "batch_norm": {"dense": True, "keep_bias": False},
    "gaussian_noise": {"activations": 0.1},
    "dropout": {"groups": 0.2, "spatial": True},
}
NAMES = tuple(Regularizers.model_fields)

# Imitates an environment in which reglab is not installed.
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

# Saves a network after another one was built.
ELSEWHERE = """
import sys
from pathlib import Path
import keras
from reglab.experiment import Experiment
from reglab.model.network import build_network
from reglab.model.saving import pack_standalone

folder = Path(sys.argv[1])
experiment = Experiment.model_validate_json((folder / "experiment.json").read_text())
keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
build_network(experiment, 3)
(folder / "model.keras").write_bytes(pack_standalone(build_network(experiment, 3)))
"""


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", [*NAMES, "together"])
def test_copy_loads_with_the_same_predictions(
    make_experiment: Callable[..., Experiment], images: NDArray[np.uint8], tmp_path: Path, name: str
) -> None:
    """Stock layers only, in the order of the network; from uint8, the softmax of the network's logits."""
    together = make_together(make_experiment)
    network = _network(together if name == "together" else make_experiment(regularizers={name: {}}), images)
    (tmp_path / "model.keras").write_bytes(pack_standalone(network))
    copy = keras.models.load_model(tmp_path / "model.keras")
    assert copy.inputs[0].dtype == "uint8"
    assert [layer.name for layer in copy.layers] == [
        *(layer.name for layer in network.layers),
        "probabilities",
    ]
    assert {type(layer).__module__.partition(".layers.")[0] for layer in copy.layers} == {"keras.src"}
    kernels = [layer for layer in copy.layers if hasattr(layer, "kernel")]
    assert all(layer.kernel_regularizer is None and layer.kernel_constraint is None for layer in kernels)
    _check(keras.ops.convert_to_numpy(copy(images, training=False)), network, images)


@pytest.mark.slow
@pytest.mark.usefixtures("restored_policy")
def test_other_process_gets_the_same_probabilities(
    make_experiment: Callable[..., Experiment], images: NDArray[np.uint8], tmp_path: Path
) -> None:
    """Without reglab, in float32 also after mixed precision: the layers compute like a float32 network."""
    experiment = make_together(make_experiment)
    networks = {"single": _network(experiment, images)}
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    mixed = _network(experiment, images)
    (tmp_path / "mixed.keras").write_bytes(pack_standalone(mixed))
    keras.config.set_dtype_policy(before)
    networks["mixed"] = build_network(experiment, 3)
    networks["mixed"].set_weights(mixed.get_weights())
    (tmp_path / "single.keras").write_bytes(pack_standalone(networks["single"]))
    np.save(tmp_path / "images.npy", images)
    paths = [str(tmp_path / f"{name}.keras") for name in networks]
    done = subprocess.run(
        [sys.executable, "-c", FOREIGN, str(tmp_path / "images.npy"), *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr
    for name, network in networks.items():
        _check(np.load(tmp_path / f"{name}.keras.npy"), network, images)


def test_copying_does_not_change_the_network(
    make_experiment: Callable[..., Experiment], images: NDArray[np.uint8]
) -> None:
    """Its penalties, constraints and weights."""
    network = build_network(make_together(make_experiment), 3)
    before = [weight.numpy() for weight in network.weights]
    penalties = [float(loss) for loss in network.losses]
    build_standalone(network)
    assert [float(loss) for loss in network.losses] == penalties
    assert network.get_layer("dense_1").kernel_constraint is not None
    for weight, value in zip(network.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)


@pytest.mark.usefixtures("restored_policy")
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_equal_networks_give_equal_files(make_experiment: Callable[..., Experiment], policy: str) -> None:
    """After other models were built, and at another time of day, which Keras writes into its archive."""
    keras.config.set_dtype_policy(policy)
    experiment = make_together(make_experiment)
    packed = []
    for seconds in (0, 3600):
        with patch_time(seconds):
            network = build_network(experiment, 3)
            packed.append((pack_standalone(network), pack_weights(network)))
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.1)])
    assert packed[0] == packed[1]
    with ZipFile(BytesIO(packed[0][0])) as archive:
        assert json.loads(archive.read("metadata.json")).keys() == {"keras_version"}


@pytest.mark.slow
def test_another_process_writes_the_same_file(
    make_experiment: Callable[..., Experiment], tmp_path: Path
) -> None:
    """Seconds later, in a process that builds another model first."""
    experiment = make_together(make_experiment)
    (tmp_path / "experiment.json").write_text(experiment.model_dump_json())
    subprocess.run([sys.executable, "-c", ELSEWHERE, str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / "model.keras").read_bytes() == pack_standalone(build_network(experiment, 3))


@contextmanager
def patch_time(seconds: int) -> Iterator[None]:
    """Shifts the clock by which zip archives are dated."""
    now = time.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now + seconds)
        yield


def make_together(make_experiment: Callable[..., Experiment]) -> Experiment:
    """An experiment with every regularizer except average pooling, which conflicts with max pooling."""
    settings = {name: SPECIAL.get(name, {}) for name in NAMES if name != "average_pooling"}
    return make_experiment(model={"groups": ((4, 4), (6,))}, regularizers=settings)


def _network(experiment: Experiment, images: NDArray[np.uint8]) -> Any:
    """A network whose biases and batch statistics differ from their initial values."""
    network = build_network(experiment, 3)
    generator = np.random.default_rng(1)
    for weight in network.trainable_weights:
        if "kernel" not in weight.path:
            weight.assign(generator.uniform(0.5, 1.5, weight.shape))
    for _ in range(3):
        network(images.astype(np.float32), training=True)
    return network


def _check(got: NDArray[np.float32], network: Any, images: NDArray[np.uint8]) -> None:
    """Compares probabilities with the softmax of a network's logits, up to the rounding of float32."""
    logits = keras.ops.convert_to_numpy(network(images.astype(np.float32), training=False))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, softmax(logits.astype(np.float64), axis=1), rtol=2e-6, atol=1e-7)
    assert (np.ptp(got, axis=0) > 1e-4).all()
