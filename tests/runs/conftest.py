"""A status, a summary and an epoch to start from."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reglab.runs.directory import RunDirectory
from reglab.runs.history import Epoch
from reglab.runs.status import Status, write_status
from reglab.runs.summary import Summary


@pytest.fixture
def status() -> Status:
    return Status(
        state="complete",
        identity="aaaa",
        experiment="mp",
        title="CNN + MP",
        seed=0,
        epochs_done=2,
        epochs=2,
        started=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
        updated=datetime(2025, 1, 2, 3, 5, 5, tzinfo=UTC),
        pid=12,
        host="here",
        version="0.1.0",
    )


@pytest.fixture
def summary() -> Summary:
    return Summary(
        experiment="mp",
        title="CNN + MP",
        seed=0,
        epochs=2,
        parameters=295_914,
        trainable_parameters=295_914,
        dataset="CIFAR-10",
        validation="test set",
        train_images=50_000,
        validation_images=10_000,
        test_images=10_000,
        clean_images=5_000,
        weights_epoch=2,
        final_val_accuracy=0.7,
        best_val_accuracy=0.71,
        best_epoch=1,
        final_val_cross_entropy=0.9,
        final_clean_accuracy=0.9,
        final_train_accuracy=0.85,
        gap_accuracy=0.2,
        gap_cross_entropy=0.5,
        test_accuracy=None,
        test_cross_entropy=None,
        seconds=60.0,
        images_per_second=1600.0,
        precision="float32",
        settings="adamw 0.001",
        regularizers=("max_pooling",),
    )


@pytest.fixture
def make_epoch() -> Callable[[int], Epoch]:
    def make(number: int) -> Epoch:
        return Epoch(number, 1 / 3, 0.001, 2.1, 0.1 + 0.2, 2.0, 1.9, 0.35, 1e-17, 0.3, 0.0, 0.05, -0.1)

    return make


@pytest.fixture
def make_run(status: Status) -> Callable[..., RunDirectory]:
    def make(path: Path, **changes: object) -> RunDirectory:
        directory = RunDirectory(path)
        directory.create()
        write_status(directory.status, status.model_copy(update=changes))
        return directory

    return make
