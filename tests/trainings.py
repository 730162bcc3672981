"""Fixtures: a tiny data set, experiments on it, and runs trained in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.config.yaml.overrides import apply_changes
from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

SIDE = 8
CLASSES = ("dark", "middling", "bright")


def every_technique(**settings: Any) -> dict[str, Any]:
    """All regularizers of the table that can be combined, at their defaults or with the given settings."""
    chosen: dict[str, Any] = {}
    for name in Regularizers.model_fields:
        wider = chosen | {name: settings.get(name, {})}
        try:
            Experiment.from_mapping(with_needs({"regularizers": wider}))
        except ExperimentError:
            continue
        chosen = wider
    return chosen


def with_needs(values: dict[str, Any]) -> dict[str, Any]:
    """The values of an experiment, with the settings that its regularizers need."""
    for regularizer in Regularizers.model_validate(values.get("regularizers", {})).active:
        values = apply_changes(values, regularizer.needs)
    return values


def _draw_part(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise around one grey level per class: images (count, 8, 8, 3) uint8, labels (count,) int32."""
    labels = (np.arange(count) % len(CLASSES)).astype(np.int32)
    noise = np.random.default_rng(seed).normal(0, 60, (count, SIDE, SIDE, 3))
    return np.clip(noise + 60 + 60 * labels[:, None, None, None], 0, 255).astype(np.uint8), labels


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """60 training and 30 test images of 8×8 pixels in three classes."""
    train, test = _draw_part(60, 1), _draw_part(30, 2)
    images, labels = (np.concatenate(pair) for pair in zip(train, test, strict=True))
    return Dataset("folder", "tiny images", CLASSES, images, labels, 60, "memory")


@pytest.fixture(scope="session")
def make_experiment() -> Callable[..., Experiment]:
    """Make an experiment; defaults: one convolution of four filters, batches of 16, three epochs."""

    def make(
        *, name: str = "tiny", model: Any = None, data: Any = None, regularizers: Any = None, **training: Any
    ) -> Experiment:
        values = {
            "name": name,
            "data": {"dataset": "folder", "image_size": SIDE, "clean": 30, **(data or {})},
            "model": {"groups": ((4,),), "dense": (5,), **(model or {})},
            "regularizers": regularizers or {},
            "training": {"epochs": 3, "batch_size": 16, "precision": "float32", **training},
        }
        return Experiment.model_validate(with_needs(values))

    return make


@pytest.fixture(scope="session")
def make_subject(dataset: Dataset) -> Callable[[Experiment], Subject]:
    """Make a subject from an experiment and the tiny images."""

    def make(experiment: Experiment) -> Subject:
        return Subject(experiment, dataset, split_dataset(dataset, experiment.data, experiment.training.seed))

    return make


@pytest.fixture(scope="session")
def train_here(make_subject: Callable[[Experiment], Subject]) -> Callable[..., RunDirectory]:
    """Start or resume a run as a worker does, but in this process."""

    def train_one(path: Path, experiment: Experiment, listener: Listener | None = None) -> RunDirectory:
        import keras

        from reglab.training.trainer import train

        run = RunDirectory(path)
        if not path.exists():
            run.create()
        backend = Backend(keras.backend.backend(), False, 1, Choice("float32", "for a test"))
        subject = make_subject(experiment)
        train(subject, Journal(run, subject, backend.name), backend, listener or Listener())
        return run

    return train_one


@pytest.fixture(scope="session")
def pictures(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny images as a folder of PNG files, for tests that start processes."""
    root = tmp_path_factory.mktemp("pictures")
    parts = {
        "train": (dataset.train_images, dataset.train_labels),
        "test": (dataset.test_images, dataset.test_labels),
    }
    for part, (images, labels) in parts.items():
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            folder = root / part / CLASSES[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(folder / f"{number:02d}.png")
    return root


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of processes that a test starts."""
    folder = tmp_path_factory.getbasetemp() / "training-cache"
    monkeypatch.setenv("REGLAB_CACHE_DIR", str(folder))
    return folder
