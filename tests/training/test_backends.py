"""One experiment on every installed backend: what is equal, and what differs.

A process has one backend, so each backend trains in a separate process, from the images to the results.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from reglab.config.shipped import list_shipped_experiments, shipped_directory
from reglab.experiment import Experiment
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.training.loop.index_model import IndexModel, store_images

PROGRAM = "tests.training.train_on_backend"
pytestmark = pytest.mark.slow

INSTALLED = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]
CONFIGS = list_shipped_experiments()
STEPS = {"smooth": 40, "forked": 40, "random": 20}

# Largest relative difference of losses and cross-entropies after an epoch of 40 steps.
# Smooth: rounding only. float32 rounds to 6e-8; after 40 steps the largest difference of eight seeds was 3e-7
# on a Xeon with AVX-512 (TensorFlow 2.21, JAX 0.10.2, PyTorch 2.13). Bessel's correction in the averages of
# batch norm would make a difference of 1.5e-4.
# Forked: also 3e-7 for most seeds. For the others, two values in a window of max pooling were equal except
# for rounding, the backends passed the gradient to different ones, and the difference was 2e-4.
TOLERANCES = {"smooth": 2e-6, "forked": 1e-3}
LOSSES = ("train_loss", "train_cross_entropy", "clean_cross_entropy", "val_cross_entropy", "penalty")
# Rounding may change the class of an image whose two largest logits are nearly equal.
ONE_IMAGE = {"train_accuracy": 1 / 1000, "clean_accuracy": 1 / 200, "val_accuracy": 1 / 250}

# How often Python has called the three layers that change images, after each epoch of ten steps. PyTorch,
# which does not compile them, calls them in each step, which shows that the count works.
CHANGES = {"jax": {"random": [3, 3], "resumed": [3]}, "torch": {"random": [30, 60]}}


@dataclass(frozen=True)
class Trained:
    """The results of a run on one backend.

    Attributes:
        epochs: the records of its epochs, without their seconds.
        notes: its inputs, as the program recorded them.
        weights: weights of the trained network, by their path in its file.
        predictions: for validation and test images.
    """

    epochs: tuple[Mapping[str, float], ...]
    notes: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    predictions: Mapping[str, np.ndarray]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Trained]]:
    """The runs of the program, by backend and name."""
    folders = {name: tmp_path_factory.mktemp(name) for name in INSTALLED}
    for name, folder in folders.items():
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, str(folder)],
            cwd=Path(__file__).parents[2],
            # By default PyTorch's threads spin while they wait, which is ten times slower on a busy machine.
            env={**os.environ, "KERAS_BACKEND": name, "OMP_WAIT_POLICY": "passive"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return {
        name: {path.name: _read(RunDirectory(path)) for path in sorted(folder.iterdir())}
        for name, folder in folders.items()
    }


PAIRS = pytest.mark.parametrize(("one", "other"), list(combinations(INSTALLED, 2)))


@PAIRS
@pytest.mark.parametrize("experiment", STEPS)
def test_all_start_from_equal_values(
    trained: Mapping[str, Mapping[str, Trained]], one: str, other: str, experiment: str
) -> None:
    """Initial weights, random states and optimizer, split and order of the images, to the last bit."""
    left, right = trained[one][experiment].notes, trained[other][experiment].notes
    names = [name for name in left if name.startswith(("initial/", "split/"))]
    assert names == [name for name in right if name.startswith(("initial/", "split/"))]
    assert sum("kernel" in name for name in names) >= 2
    for name in names:
        np.testing.assert_array_equal(left[name], right[name], err_msg=name)
    for name in ("indices", "targets"):
        # On TensorFlow, Keras reads the first two batches for their shapes before it trains.
        one_fed, other_fed = left[name][-STEPS[experiment] :], right[name][-STEPS[experiment] :]
        assert len(one_fed) == STEPS[experiment]
        np.testing.assert_array_equal(one_fed, other_fed, err_msg=name)


@PAIRS
@pytest.mark.parametrize("experiment", TOLERANCES)
def test_losses_agree_without_random_numbers(
    trained: Mapping[str, Mapping[str, Trained]], one: str, other: str, experiment: str
) -> None:
    """All figures of an epoch, up to the rounding of float32."""
    (left,), (right,) = trained[one][experiment].epochs, trained[other][experiment].epochs
    # It has learned something, so that the backends could differ.
    assert left["clean_accuracy"] > 0.35
    assert left["learning_rate"] == pytest.approx(right["learning_rate"], rel=1e-6)
    for name in LOSSES:
        assert left[name] == pytest.approx(right[name], rel=TOLERANCES[experiment]), name
    for name, image in ONE_IMAGE.items():
        assert left[name] == pytest.approx(right[name], abs=1.5 * image), name


@PAIRS
def test_backends_draw_different_noise(
    trained: Mapping[str, Mapping[str, Trained]], one: str, other: str
) -> None:
    """From equal seeds each draws different numbers, so the losses are similar but not equal."""
    left, right = trained[one]["random"].epochs, trained[other]["random"].epochs
    for epoch in (*left, *right):
        assert np.isfinite(list(epoch.values())).all()
    assert left[0]["train_loss"] != pytest.approx(right[0]["train_loss"], rel=1e-4)
    assert left[0]["train_loss"] == pytest.approx(right[0]["train_loss"], rel=0.2)


@pytest.mark.parametrize("name", INSTALLED)
def test_a_resumed_run_equals_an_uninterrupted_one(
    trained: Mapping[str, Mapping[str, Trained]], name: str
) -> None:
    """To the last bit on the same backend, with all random numbers."""
    straight, resumed = trained[name]["random"], trained[name]["resumed"]
    assert len(straight.epochs) == 2
    assert resumed.epochs == straight.epochs
    for again, first in (
        (resumed.weights, straight.weights),
        (resumed.predictions, straight.predictions),
    ):
        assert list(again) == list(first)
        for key, values in first.items():
            np.testing.assert_array_equal(again[key], values, err_msg=key)


@pytest.mark.parametrize("name", [name for name in CHANGES if name in INSTALLED])
def test_jax_compiles_augmentation_with_the_step(
    trained: Mapping[str, Mapping[str, Trained]], name: str
) -> None:
    """Python calls the three layers that change images once, and with PyTorch in each step."""
    runs = trained[name]
    assert {run: runs[run].notes["changes"].tolist() for run in CHANGES[name]} == CHANGES[name]
    assert all(bool(run.notes["jit_compile"]) == (name == "jax") for run in runs.values())


def test_requested_backends_are_installed() -> None:
    """No test of a requested backend is skipped."""
    asked = os.environ.get("REGLAB_TEST_BACKENDS", "")
    assert set(asked.split(",")) - {""} <= set(INSTALLED)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: str(path.relative_to(shipped_directory())))
def test_shipped_experiments_can_be_compiled(config: Path) -> None:
    """One layer without support for XLA would disable it for the whole step."""
    experiment = Experiment.load(config)
    images = np.zeros((1, *experiment.data.image_shape), np.uint8)
    layers = list(_walk(IndexModel(experiment, store_images(images), 10)))
    assert len(layers) > 10
    assert [layer.name for layer in layers if not layer.supports_jit] == []


def _walk(layer: Any) -> Iterator[Any]:
    """A layer and the layers inside it."""
    yield layer
    for inner in getattr(layer, "layers", ()):
        yield from _walk(inner)


def _read(run: RunDirectory) -> Trained:
    weights: dict[str, np.ndarray] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            weights[name] = np.asarray(item)

    with h5py.File(run.weights) as file:
        file.visititems(keep)
    records = [asdict(row) for row in read_history(run.history).rows]
    epochs = tuple({name: value for name, value in row.items() if name != "seconds"} for row in records)
    with np.load(run.path / "notes.npz") as notes, np.load(run.predictions) as predictions:
        return Trained(epochs, dict(notes), weights, dict(predictions))
