"""Trains a session: alone, beside another one that changes, or read and paused while it trains.

Usage: two_sessions.py alone|together|watched

Prints the records of its epochs and a hash of its state as JSON.
"""

import json
import sys
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import numpy as np

from reglab.backend.start import start_backend
from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.training.listener import Listener
from reglab.training.subject import Subject

CHANGES: tuple[dict[str, Any], ...] = (
    {"training.optimizer.learning_rate": 0.01},
    {"training.batch_size": 7},
    {"regularizers.dropout.rate": 0.6},
    {"regularizers.augmentation.rotation": 45.0},
)


def main() -> None:
    """Trains six steps at a time; the other session does so too, and changes each time."""
    backend = start_backend("float32")

    from reglab.training.session import Session

    class Watcher(Listener):
        """Reads and pauses the session after every third step."""

        steps = 0

        def advance(self, step: int) -> None:
            self.steps += 1
            if self.steps % 3 == 0:
                session.predict(np.arange(5, dtype=np.int32))
                assert np.isfinite(session.read_means()["loss"])
                session.pause()

    rows: list[dict[str, Any]] = []
    subject = make_subject()
    mode = sys.argv[1]
    listener = Watcher() if mode == "watched" else None
    session = Session(subject, backend, listener, lambda row: rows.append(asdict(row)))
    other = Session(subject, backend, shared=session) if mode == "together" else None
    outcomes = []
    for change in [*CHANGES, None, None]:
        session.train(steps=6)
        if other is not None and change is not None:
            other.train(steps=5)
            outcomes.append(other.change(other.experiment.with_changes(change)))
            other.train(steps=5)
    while not session.complete:
        session.train()
    digest = sha256()
    for name, value in session.get_state().variables.items():
        digest.update(name.encode() + value.tobytes())
    for row in rows:
        del row["seconds"]
    print(json.dumps({"rows": rows, "state": digest.hexdigest(), "outcomes": outcomes}))


def make_subject() -> Subject:
    """Random images of three classes, and an experiment with everything that draws numbers."""
    experiment = Experiment.from_mapping(
        {
            "name": "tiny",
            "data": {"dataset": "folder", "image_size": 8, "clean": 30},
            "model": {"groups": [[4]], "dense": [5]},
            "regularizers": {
                "augmentation": {},
                "random_erasing": {},
                "gaussian_noise": {},
                "batch_norm": {},
                "dropout": {},
                "early_stopping": {},
            },
            "training": {"epochs": 4, "batch_size": 8},
        }
    )
    labels = np.arange(90, dtype=np.int32) % 3
    noise = np.random.default_rng(0).normal(0, 60, (90, 8, 8, 3))
    images = np.clip(noise + 60 + 60 * labels[:, None, None, None], 0, 255).astype(np.uint8)
    dataset = Dataset("folder", "noise", ("a", "b", "c"), images, labels, 66, "memory")
    return Subject(experiment, dataset, split_dataset(dataset, experiment.data, 0))


if __name__ == "__main__":
    main()
