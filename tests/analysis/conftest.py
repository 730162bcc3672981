"""Runs in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reglab.runs.directory import RunDirectory
from reglab.runs.finding import RunRecord
from reglab.runs.history import Epoch, History
from reglab.runs.status import State, Status
from reglab.runs.summary import Summary

_NOW = datetime(2025, 1, 2, tzinfo=UTC)


def _epoch(number: int, accuracy: float) -> Epoch:
    return Epoch(number, 1.0, 0.001, 1.1, 0.8, 1.0, 0.5, 0.9, 0.75, accuracy, 0.0, 0.9 - accuracy, 0.25)


@pytest.fixture
def make_record() -> Callable[..., RunRecord]:
    """A complete run with the given validation accuracies, one an epoch; `changes` are the summary's."""

    def make(
        name: str,
        seed: int,
        accuracies: Sequence[float],
        *,
        folder: str = "results",
        title: str = "",
        state: State = "complete",
        message: str = "",
        epochs: int = 0,
        **changes: object,
    ) -> RunRecord:
        title = title or f"CNN + {name.upper()}"
        planned = epochs or len(accuracies)
        status = Status(
            state=state,
            identity="aaaa",
            experiment=name,
            title=title,
            seed=seed,
            epochs_done=len(accuracies),
            epochs=planned,
            started=_NOW,
            updated=_NOW,
            pid=1,
            host="here",
            message=message,
            version="0.1.0",
        )
        last = accuracies[-1]
        summary = Summary(
            experiment=name,
            title=title,
            seed=seed,
            epochs=len(accuracies),
            parameters=295_914,
            trainable_parameters=295_914,
            dataset="CIFAR-10",
            validation="test set",
            train_images=50_000,
            validation_images=10_000,
            test_images=10_000,
            clean_images=5_000,
            weights_epoch=len(accuracies),
            final_val_accuracy=last,
            best_val_accuracy=max(accuracies),
            best_epoch=list(accuracies).index(max(accuracies)) + 1,
            final_val_cross_entropy=0.75,
            final_clean_accuracy=0.9,
            final_train_accuracy=0.8,
            gap_accuracy=0.9 - last,
            gap_cross_entropy=0.25,
            test_accuracy=None,
            test_cross_entropy=None,
            seconds=90.0,
            images_per_second=1600.0,
            precision="float32",
            settings="adamw 0.001",
            regularizers=(name,),
        ).model_copy(update=changes)
        history = History(tuple(_epoch(number, value) for number, value in enumerate(accuracies, start=1)))
        directory = RunDirectory(Path(folder) / name / f"seed-{seed}")
        return RunRecord(directory, status, history, summary)

    return make
