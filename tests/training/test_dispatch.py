"""Many steps in one dispatch: what a bundle holds, and that it trains as its steps would."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from reglab.training.batches import Batches
from reglab.training.dispatch import Bundles

INDICES = np.arange(100, 123, dtype=np.int32)
TARGETS = np.random.default_rng(0).random((130, 4)).astype(np.float32)

# Two epochs of a network without random layers, in a process of its own since a process has one backend.
TRAINED = """
import json, sys, tempfile
from pathlib import Path

import numpy as np

from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.regularizers.table import Experiment
from reglab.runs.directory import RunDirectory
from reglab.runs.history import read_history
from reglab.training.backend import Backend
from reglab.training.display import Display
from reglab.training.journal import Journal
from reglab.training.precision import Choice
from reglab.training.subject import Subject
from reglab.training.trainer import train


class Counting(Display):
    def __init__(self):
        self.steps = []

    def advance(self, step):
        self.steps.append(step)


images = np.random.default_rng(0).integers(0, 256, (75, 8, 8, 3), dtype=np.uint8)
labels = np.arange(75, dtype=np.int32) % 3
dataset = Dataset("folder", "noise", ("a", "b", "c"), images, labels, images[:9], labels[:9], "memory")
experiment = Experiment.model_validate({
    "name": "noise",
    "data": {"dataset": "folder", "image_size": 8, "clean": 30},
    "model": {"groups": ((4,),), "dense": (), "activation": "gelu", "head": "global_average_pooling"},
    "regularizers": {"average_pooling": {}, "l2": {}},
    "training": {"epochs": 2, "batch_size": 8, "schedule": {"name": "cosine"}},
})
display = Counting()
with tempfile.TemporaryDirectory() as folder:
    run = RunDirectory(Path(folder) / "run")
    run.create()
    subject = Subject(experiment, dataset, split_dataset(dataset, experiment.data, 0))
    backend = Backend("jax", False, 1, Choice("float32", "for a test"), int(sys.argv[1]))
    train(subject, Journal(run, subject), backend, display)
    rows = [[vars(row)[name] for name in ("train_loss", "val_cross_entropy", "learning_rate", "penalty")]
            for row in read_history(run.history).rows]
print(json.dumps({"rows": rows, "steps": display.steps}))
"""


@pytest.fixture
def make_batches() -> Callable[..., Batches]:
    """Batches of 5 of 23 images: four whole ones and one of 3 an epoch."""

    def make(batch_size: int = 5) -> Batches:
        return Batches(INDICES, TARGETS, batch_size=batch_size, seed=1, first_epoch=1, epochs=3)

    return make


@pytest.mark.parametrize(
    ("size", "shapes"),
    [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (3, [3, 1, 1]), (4, [4, 1]), (50, [4, 1])],
)
def test_bundles_hold_the_batches_in_order(
    make_batches: Callable[..., Batches], size: int, shapes: list[int]
) -> None:
    """Over both epochs, however many to a bundle; a bundle never reaches into the next epoch."""
    batches = make_batches()
    bundles = Bundles(batches, size)
    assert bundles.steps_per_epoch == len(shapes)
    assert len(bundles) == 2 * len(shapes)
    unpacked = []
    for number in range(len(bundles)):
        indices, targets = bundles[number]
        assert len(indices) == shapes[number % len(shapes)]
        unpacked += list(zip(indices, targets, strict=True))
    assert len(unpacked) == len(batches)
    for number, (indices, targets) in enumerate(unpacked):
        expected = batches[number]
        np.testing.assert_array_equal(indices, expected[0])
        np.testing.assert_array_equal(targets, expected[1])


def test_bundles_without_a_smaller_batch(make_batches: Callable[..., Batches]) -> None:
    """Where the batch size divides the images, or exceeds them."""
    assert Bundles(make_batches(batch_size=23), 4)[1][0].shape == (1, 23)
    assert Bundles(make_batches(batch_size=40), 4)[1][0].shape == (1, 23)


def test_steps_are_counted_from_bundles(make_batches: Callable[..., Batches]) -> None:
    """For the display, which knows steps alone."""
    bundles = Bundles(make_batches(), 3)
    assert [bundles.count_steps(number) for number in range(4)] == [0, 3, 4, 5]


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
def test_bundles_train_as_their_steps_would() -> None:
    """The same epochs up to float32 rounding, whether a dispatch holds one step or four."""
    single, bundled = (_train(steps) for steps in (1, 4))
    assert single["steps"] == [*range(1, 11)] * 2
    assert bundled["steps"] == [4, 8, 9, 10] * 2
    np.testing.assert_allclose(bundled["rows"], single["rows"], rtol=1e-5)


def _train(steps_per_dispatch: int) -> dict[str, list[object]]:
    process = subprocess.run(
        [sys.executable, "-c", TRAINED, str(steps_per_dispatch)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
        capture_output=True,
        text=True,
    )
    result: dict[str, list[object]] = json.loads(process.stdout)
    return result
