"""Trains small experiments on a backend: KERAS_BACKEND=NAME python -m tests.training.train_on_backend FOLDER.

Each run is in FOLDER under the name of its experiment. Its `notes.npz` has the inputs of the training:
`initial/PATH` of every variable before the first step, `split/PART`, the batches `indices` and `targets`
in the order in which they were read, `jit_compile`, and in `changes` how often Python had called the
layers that change images by the end of each epoch.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.backend.start import Backend, start_backend
from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject
from tests.trainings import every_technique, with_needs

SIDE = 16
CLASSES = ("dark", "dim", "middling", "light", "bright")
DATA: Mapping[str, Any] = {"dataset": "folder", "image_size": SIDE, "clean": 200, "validation": 0.2}
# The gradient of a bias before batch norm is rounding error only, which AdamW scales to full steps.
STEADY: Mapping[str, Any] = {
    "batch_norm": {"momentum": 0.9, "keep_bias": False},
    "l2": {"layers": "conv"},
    "max_norm": {"max_value": 1.0},
    "label_smoothing": {},
}
TRAINING: Mapping[str, Any] = {
    "epochs": 1,
    "batch_size": 25,
    "precision": "float32",
    "optimizer": {"name": "adamw", "learning_rate": 0.002},
    "schedule": {"name": "cosine", "warmup_epochs": 0.1},
}
EXPERIMENTS: Mapping[str, Mapping[str, Any]] = {
    # No random numbers, and only smooth functions.
    "smooth": {
        "model": {
            "groups": ((8, 8), (16,)),
            "dense": (16,),
            "activation": "gelu",
            "head": "global_average_pooling",
        },
        "regularizers": {**STEADY, "average_pooling": {}},
        "training": TRAINING,
    },
    # No random numbers, but a rounding error may change which value of a window is the maximum.
    "forked": {
        "model": {"groups": ((8, 8), (16,)), "dense": (16,)},
        "regularizers": {**STEADY, "max_pooling": {}},
        "training": TRAINING,
    },
    # Every technique of the table that can be combined with the others.
    "random": {
        "model": {"groups": ((4,),), "dense": ()},
        "regularizers": every_technique(
            random_erasing={"fill": "noise"},
            gaussian_noise={"activations": 0.1},
            dropout={"groups": 0.2},
            ema={"momentum": 0.9},
        ),
        "training": {"epochs": 2, "batch_size": 100, "precision": "float32"},
    },
}


def main() -> None:
    """Trains every experiment, and the random one again in two attempts."""
    folder = Path(sys.argv[1])
    backend = start_backend("float32")
    for name in EXPERIMENTS:
        train_attempt(folder / name, name, backend)
    with suppress(KeyboardInterrupt):
        train_attempt(folder / "resumed", "random", backend, stop_after=1)
    train_attempt(folder / "resumed", "random", backend)


class Notes(Listener):
    """Records the inputs of a training.

    Args:
        stop_after: the epoch after which the training is interrupted.

    Attributes:
        arrays: the recorded arrays by name.
    """

    def __init__(self, stop_after: int | None) -> None:
        self.arrays: dict[str, Any] = {"indices": [], "targets": [], "changes": []}
        self._stop_after = stop_after
        self._changes = 0

    def count(self, change: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its calls counted."""

        @wraps(change)
        def counted(*arguments: Any) -> Any:
            self._changes += 1
            return change(*arguments)

        return counted

    def end_epoch(self, row: Epoch) -> None:
        """Records the count, and interrupts after the given epoch."""
        self.arrays["changes"].append(self._changes)
        if row.epoch == self._stop_after:
            raise KeyboardInterrupt


def train_attempt(path: Path, name: str, backend: Backend, stop_after: int | None = None) -> None:
    """Trains or resumes a run, as a worker does."""
    from reglab.training import trainer

    experiment = Experiment.model_validate(with_needs({"name": name, "data": DATA, **EXPERIMENTS[name]}))
    dataset = draw_dataset()
    subject = Subject(experiment, dataset, split_dataset(dataset, experiment.data, experiment.training.seed))
    notes = Notes(stop_after)
    for part in ("train", "validation", "clean"):
        notes.arrays[f"split/{part}"] = getattr(subject.split, part)
    run = RunDirectory(path)
    if not path.exists():
        run.create()
    before = take_notes(notes)
    try:
        trainer.train(subject, Journal(run, subject, backend.name), backend, notes)
    finally:
        for place, attribute, value in before:
            setattr(place, attribute, value)
    np.savez(path / "notes.npz", **notes.arrays)


def take_notes(notes: Notes) -> list[tuple[Any, str, Any]]:
    """Replaces parts of the training by ones that record; returns the original parts."""
    from reglab.regularizers.layers.augmentation import AugmentationLayer
    from reglab.regularizers.layers.pixel_noise import PixelNoiseLayer
    from reglab.regularizers.layers.random_erasing import RandomErasingLayer
    from reglab.training import compiled
    from reglab.training.loop import fitting
    from reglab.training.loop.batches import Batches
    from reglab.training.loop.state import name_variables

    class NotedBatches(Batches):
        def __getitem__(self, number: int) -> tuple[Any, NDArray[np.float32]]:
            inputs, targets = super().__getitem__(number)
            # With mixed images, the inputs are indices and shares.
            notes.arrays["indices"].append(inputs[0] if isinstance(inputs, tuple) else inputs)
            notes.arrays["targets"].append(targets)
            return inputs, targets

    build_model = compiled.build_model

    def build_noted_model(*arguments: Any) -> Any:
        model = build_model(*arguments)
        named = name_variables(model, "optimizer")
        variables = {f"initial/{name}": variable.numpy() for name, variable in named.items()}
        notes.arrays |= {**variables, "jit_compile": model.jit_compile}
        return model

    replacements = [(fitting, "Batches", NotedBatches), (compiled, "build_model", build_noted_model)]
    for layer in (AugmentationLayer, PixelNoiseLayer, RandomErasingLayer):
        replacements.append((layer, "change", notes.count(layer.change)))
    before = [(place, attribute, getattr(place, attribute)) for place, attribute, _ in replacements]
    for place, attribute, value in replacements:
        setattr(place, attribute, value)
    return before


def draw_dataset() -> Dataset:
    """Noise around the grey level of the class: 1,250 training and 100 test images."""
    random = np.random.default_rng(0)
    labels = (np.arange(1350) % len(CLASSES)).astype(np.int32)
    noise = random.normal(0, 80, (len(labels), SIDE, SIDE, 3))
    images = np.clip(noise + 60 + 30 * labels[:, None, None, None], 0, 255).astype(np.uint8)
    return Dataset("folder", "noise", CLASSES, images, labels, 1250, "memory")


if __name__ == "__main__":
    main()
