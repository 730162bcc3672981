"""Fixtures: the status, the summary and the record of a complete run."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reglab.runs.finding import RunRecord
from reglab.runs.history import Epoch, History
from reglab.runs.layout import RunDirectory
from reglab.runs.status import State, Status
from reglab.runs.summary import Summary

pytest_plugins = ("tests.trainings",)


@pytest.fixture(scope="session", autouse=True)
def _compilation_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """JAX compiles a step once for all processes that the tests start; this saves minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "jax"))
        patch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        yield


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
        final_val_cross_entropy=0.75,
        final_clean_accuracy=0.9,
        final_train_accuracy=0.8,
        gap_accuracy=0.2,
        gap_cross_entropy=0.25,
        test_accuracy=None,
        test_cross_entropy=None,
        seconds=90.0,
        images_per_second=1600.0,
        precision="float32",
        settings="adamw 0.001",
        regularizers=("max_pooling",),
    )


def _epoch(number: int, accuracy: float) -> Epoch:
    return Epoch(number, 1.0, 0.001, 1.1, 0.8, 1.0, 0.5, 0.9, 0.75, accuracy, 0.0, 0.9 - accuracy, 0.25)


@pytest.fixture
def make_record(
    status: Status, summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RunRecord]:
    """Make the record of a run from one validation accuracy per epoch; `changes` go to the summary.

    Its `experiment.yaml` is in a folder that the test runs in; `settings` are YAML.
    """
    monkeypatch.chdir(tmp_path)

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
        settings: str = "",
        **changes: object,
    ) -> RunRecord:
        directory = RunDirectory(Path(folder) / name / f"seed-{seed}")
        directory.path.mkdir(parents=True, exist_ok=True)
        directory.experiment.write_text(f"name: {name}\n{settings}")
        done, last, best = len(accuracies), accuracies[-1], max(accuracies)
        called = {"experiment": name, "title": title or f"CNN + {name.upper()}", "seed": seed}
        state_now = {"state": state, "message": message, "epochs_done": done, "epochs": epochs or done}
        numbers = {
            "epochs": done,
            "weights_epoch": done,
            "final_val_accuracy": last,
            "best_val_accuracy": best,
            "best_epoch": list(accuracies).index(best) + 1,
            "gap_accuracy": 0.9 - last,
            "regularizers": (name,),
        }
        history = History(tuple(_epoch(number, value) for number, value in enumerate(accuracies, start=1)))
        return RunRecord(
            directory,
            status.model_copy(update=called | state_now),
            history,
            summary.model_copy(update=called | numbers | changes),
        )

    return make
