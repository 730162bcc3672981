"""Several steps in one dispatch: the content of bundles, and training with them."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reglab.training.loop.batches import Batches
from reglab.training.loop.dispatch import Bundles
from tests.trainings import every_technique, with_needs

INDICES = np.arange(100, 123, dtype=np.int32)
# Without max pooling, where rounding decides between equal values.
TECHNIQUES = with_needs({"regularizers": every_technique(max_pooling=None, dropout={"rate": 0.2})})
TARGETS = np.random.default_rng(0).random((130, 4)).astype(np.float32)

# Two experiments of two epochs, in a process of its own since a process has one backend. The second one has
# every technique that goes together; it is trained without and with an interruption.
TRAINED = """
import json, sys, tempfile
from pathlib import Path

import numpy as np

from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.runs.layout import RunDirectory
from reglab.runs.history import read_history
from reglab.backend.start import Backend
from reglab.training.listener import Listener
from reglab.training.record.journal import Journal
from reglab.backend.precision import Choice
from reglab.training.subject import Subject
from reglab.training.trainer import train


class Counting(Listener):
    def __init__(self, last=None):
        self.steps = []
        self.last = last

    def advance(self, step):
        self.steps.append(step)
        if len(self.steps) == self.last:
            raise KeyboardInterrupt


def prepare(regularizers, model={}):
    settings = {"groups": ((4,),), "dense": (), "activation": "gelu", "head": "global_average_pooling"}
    return Experiment.model_validate({
        "name": "noise",
        "data": {"dataset": "folder", "image_size": 8, "clean": 30},
        "model": {**settings, **model},
        "regularizers": regularizers,
        "training": {"epochs": 2, "batch_size": 8, "schedule": {"name": "cosine"}},
    })


def attempt(run, experiment, display):
    subject = Subject(experiment, dataset, split_dataset(dataset, experiment.data, 0))
    backend = Backend("jax", False, 1, Choice("float32", "for a test"), int(sys.argv[1]))
    train(subject, Journal(run, subject, "jax"), backend, display)
    return [[vars(row)[name] for name in ("train_loss", "val_cross_entropy", "learning_rate", "penalty")]
            for row in read_history(run.history).rows]


images = np.random.default_rng(0).integers(0, 256, (75, 8, 8, 3), dtype=np.uint8)
images = np.concatenate([images, images[:9]])
labels = np.arange(84, dtype=np.int32) % 3
dataset = Dataset("folder", "noise", ("a", "b", "c"), images, labels, 75, "memory")
still = prepare({"average_pooling": {}, "l2": {}})
random = prepare(**json.loads(sys.argv[2]))
display = Counting()
with tempfile.TemporaryDirectory() as folder:
    runs = {name: RunDirectory(Path(folder) / name) for name in ("still", "random", "resumed")}
    for run in runs.values():
        run.create()
    rows = {"still": attempt(runs["still"], still, display)}
    rows["random"] = attempt(runs["random"], random, Counting())
    try:
        attempt(runs["resumed"], random, Counting(last=len(display.steps) - 1))
    except KeyboardInterrupt:
        rows["resumed"] = attempt(runs["resumed"], random, Counting())
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
    """Over both epochs, for any size; a bundle never reaches into the next epoch."""
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
    """If the batch size divides the images, or exceeds them."""
    assert Bundles(make_batches(batch_size=23), 4)[1][0].shape == (1, 23)
    assert Bundles(make_batches(batch_size=40), 4)[1][0].shape == (1, 23)


def test_steps_are_counted_from_bundles(make_batches: Callable[..., Batches]) -> None:
    """For listeners, which count steps."""
    bundles = Bundles(make_batches(), 3)
    assert [bundles.count_steps(number) for number in range(4)] == [0, 3, 4, 5]


@pytest.fixture(scope="module")
def trained() -> dict[int, Any]:
    """Trained with one step per dispatch, and with four."""
    if not importlib.util.find_spec("jax"):
        pytest.skip("JAX is not installed")
    return {steps: _train(steps) for steps in (1, 4)}


@pytest.mark.slow
def test_bundles_train_like_their_steps(trained: dict[int, Any]) -> None:
    """The same epochs up to float32 rounding, with everything that is drawn or kept between steps."""
    single, bundled = trained[1], trained[4]
    assert single["steps"] == [*range(1, 11)] * 2
    assert bundled["steps"] == [4, 8, 9, 10] * 2
    for name in ("still", "random"):
        np.testing.assert_allclose(bundled["rows"][name], single["rows"][name], rtol=1e-5, err_msg=name)
    assert abs(single["rows"]["random"][1][0] / single["rows"]["still"][1][0] - 1) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 4])
def test_an_interrupted_training_resumes_exactly(trained: dict[int, Any], steps: int) -> None:
    """Interrupted late in the second epoch; its numbers are the same to the last bit."""
    assert trained[steps]["rows"]["resumed"] == trained[steps]["rows"]["random"]
    assert len(trained[steps]["rows"]["resumed"]) == 2


def _train(steps_per_dispatch: int) -> Any:
    process = subprocess.run(
        [sys.executable, "-c", TRAINED, str(steps_per_dispatch), json.dumps(TECHNIQUES)],
        # Without optimization, compiling takes half the time.
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_backend_optimization_level=0"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
