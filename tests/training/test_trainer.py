"""Whole runs on tiny images: their files, repeated and resumed."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from reglab.experiment import Experiment
from reglab.model.initial_weights import draw_kernel
from reglab.model.network import outline_network
from reglab.model.size import measure_size
from reglab.runs.history import COLUMNS, Epoch, History, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.runs.summary import Summary, read_summary
from reglab.training.listener import Listener
from reglab.training.record.checkpoint import Checkpoint, read_checkpoint
from reglab.training.subject import Subject
from tests.trainings import every_technique

pytestmark = pytest.mark.slow

STOPPING = {"patience": 2, "min_delta": 10.0}
EVERYTHING: Mapping[str, Any] = every_technique(early_stopping=STOPPING)
STRENGTH, LONGEST = 0.05, 0.4


class _StopAfter(Listener):
    """Raises KeyboardInterrupt after an epoch, or after the last one."""

    def __init__(self, epoch: int | None = None) -> None:
        self.epoch = epoch
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def end_epoch(self, row: Epoch) -> None:
        if row.epoch == self.epoch:
            raise KeyboardInterrupt

    def end(self) -> None:
        if self.epoch is None:
            raise KeyboardInterrupt


@dataclass(frozen=True)
class Attempt:
    """What an interrupted attempt leaves."""

    history: History
    checkpoint: Checkpoint
    files: frozenset[str]


@dataclass(frozen=True)
class Left:
    """What a complete run leaves."""

    run: RunDirectory
    history: History
    summary: Summary
    weights: Mapping[str, np.ndarray]
    predictions: Mapping[str, np.ndarray]

    @property
    def figures(self) -> list[dict[str, float]]:
        """The history without its times."""
        return [
            {key: value for key, value in asdict(row).items() if key != "seconds"}
            for row in self.history.rows
        ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def everything(make_experiment: Callable[..., Experiment]) -> Experiment:
    """Every technique that goes together; it stops after three of six epochs, back to the first."""
    return make_experiment(name="everything", epochs=6, regularizers=EVERYTHING)


@pytest.fixture(scope="module")
def straight(folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]) -> Left:
    """Trained in one attempt."""
    return _read(train_here(folder / "straight" / "seed-0", everything))


@pytest.fixture(scope="module")
def attempts(
    folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> tuple[Attempt, ...]:
    """Interrupted after the first epoch, and again after the last."""
    path = folder / "resumed" / "seed-0"
    left = []
    for listener in (_StopAfter(1), _StopAfter()):
        with pytest.raises(KeyboardInterrupt):
            train_here(path, everything, listener)
        run = RunDirectory(path)
        checkpoint = read_checkpoint(run.checkpoint)
        assert checkpoint is not None
        files = frozenset(entry.name for entry in path.iterdir())
        left.append(Attempt(read_history(run.history), checkpoint, files))
    return tuple(left)


@pytest.fixture(scope="module")
def resumed(
    attempts: tuple[Attempt, ...],
    folder: Path,
    everything: Experiment,
    train_here: Callable[..., RunDirectory],
) -> Left:
    """The same after a third attempt, which only writes the results."""
    return _read(train_here(folder / "resumed" / "seed-0", everything))


@pytest.fixture(scope="module")
def penalized(
    folder: Path, make_experiment: Callable[..., Experiment], train_here: Callable[..., RunDirectory]
) -> Left:
    """Penalty, max-norm, label smoothing, a cosine schedule, and a fifth of the images held out."""
    experiment = make_experiment(
        name="penalized",
        epochs=2,
        data={"validation": 0.2},
        regularizers={
            "l2": {"strength": STRENGTH},
            "max_norm": {"max_value": LONGEST},
            "label_smoothing": {"amount": 0.3},
        },
        optimizer={"name": "sgd", "learning_rate": 0.1},
        schedule={"name": "cosine"},
    )
    return _read(train_here(folder / "penalized" / "seed-0", experiment))


def test_equal_runs_are_equal(
    straight: Left, folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> None:
    """All numbers, weights and predictions but the times, to the last bit."""
    _expect_same(_read(train_here(folder / "again" / "seed-0", everything)), straight)


def test_a_resumed_run_equals_one_without_interruption(straight: Left, resumed: Left) -> None:
    """To the last bit, with every technique."""
    _expect_same(resumed, straight)


def test_an_interrupted_attempt_leaves_its_epochs(straight: Left, attempts: tuple[Attempt, ...]) -> None:
    """History and checkpoint up to the last whole epoch, and no results."""
    first, second = attempts
    assert [len(attempt.history.rows) for attempt in attempts] == [1, 3]
    assert [attempt.checkpoint.epoch for attempt in attempts] == [
        first.history.rows[0],
        second.history.rows[2],
    ]
    assert [attempt.checkpoint.state.stopped for attempt in attempts] == [False, True]
    assert first.history.rows == second.history.rows[:1]
    expected = {"checkpoint", "environment.json", "experiment.yaml", "history.csv", "status.json"}
    assert first.files == second.files == expected


def test_a_checkpoint_omits_the_images(attempts: tuple[Attempt, ...]) -> None:
    """They never change, and are many times as large."""
    assert {value.dtype for value in attempts[0].checkpoint.state.variables.values()}.isdisjoint(
        {np.dtype(np.uint8)}
    )
    assert max(value.size for value in attempts[0].checkpoint.state.variables.values()) < 200


def test_early_stopping_restores_the_best_epoch(straight: Left) -> None:
    """No epoch is better than the first by `min_delta`: two more epochs, then the weights of the first."""
    rows = straight.history.rows
    assert [row.epoch for row in rows] == [1, 2, 3]
    assert straight.summary.epochs == 3
    assert straight.summary.final_val_cross_entropy == rows[0].val_cross_entropy
    assert straight.summary.final_clean_accuracy == rows[0].clean_accuracy
    assert straight.summary.final_train_accuracy == rows[0].train_accuracy
    assert straight.summary.weights_epoch == 1
    assert rows[2].val_cross_entropy != rows[0].val_cross_entropy


def test_the_summary_has_the_size_of_the_network(straight: Left, everything: Experiment) -> None:
    """As `reglab show` counts it."""
    network, _ = outline_network(everything, len(straight.summary.classes))
    size, summary = measure_size(network), straight.summary
    assert (summary.parameters, summary.trainable_parameters, summary.multiply_adds) == (
        size.parameters,
        size.trainable,
        size.multiply_adds,
    )
    assert size.multiply_adds > 0


def test_files_of_a_complete_run(straight: Left, resumed: Left) -> None:
    """All of them and no others; the checkpoint is deleted."""
    expected = {
        "environment.json",
        "experiment.yaml",
        "history.csv",
        "model.keras",
        "model.weights.h5",
        "predictions.npz",
        "status.json",
        "summary.json",
    }
    for left in (straight, resumed):
        assert {entry.name for entry in left.run.path.iterdir()} == expected
        status = read_status(left.run.status)
        assert (status.state, status.epochs_done, status.epochs) == ("complete", 3, 6)


def test_history_columns_are_consistent(straight: Left, penalized: Left) -> None:
    """Gaps are differences, epochs count from 1; only a run with an extra loss has its column."""
    for left, columns in ((straight, (*COLUMNS, "extra_loss")), (penalized, COLUMNS)):
        assert left.run.history.read_text().splitlines()[0] == ",".join(columns)
        for number, row in enumerate(left.history.rows, start=1):
            assert row.epoch == number
            assert row.seconds > 0
            assert row.gap_accuracy == row.clean_accuracy - row.val_accuracy
            assert row.gap_cross_entropy == row.val_cross_entropy - row.clean_cross_entropy


def test_penalty_is_that_of_the_weights(penalized: Left) -> None:
    """λ Σ θ² over all kernels after the last epoch; the loss includes it."""
    squares = [np.square(weight).sum() for weight in penalized.weights.values() if weight.ndim > 1]
    assert len(squares) == 3
    row = penalized.history.rows[-1]
    assert row.penalty == pytest.approx(STRENGTH * sum(squares), rel=1e-6)
    assert row.train_loss > row.train_cross_entropy + 0.9 * row.penalty


def test_max_norm_bounds_the_trained_weights(penalized: Left) -> None:
    """No unit's incoming weights are longer than the bound; some initial ones were."""
    norms = [
        np.linalg.norm(weight.reshape(-1, weight.shape[-1]), axis=0)
        for weight in penalized.weights.values()
        if weight.ndim > 1
    ]
    longest = max(float(norm.max()) for norm in norms)
    assert 0.9 * LONGEST < longest <= LONGEST * (1 + 1e-6)
    initial = draw_kernel((5, 3), "output", seed=0)
    assert np.linalg.norm(initial, axis=0).max() > 1.5 * LONGEST


def test_validation_numbers_follow_from_the_predictions(penalized: Left) -> None:
    """Accuracy and −log p, without penalty and smoothing, at the end."""
    row = penalized.history.rows[-1]
    probabilities = penalized.predictions["validation_probabilities"]
    labels = penalized.predictions["validation_labels"]
    assert probabilities.shape == (12, 3)
    assert row.val_accuracy == (probabilities.argmax(axis=1) == labels).mean()
    cross_entropy = -np.log(probabilities[np.arange(12), labels]).mean()
    assert row.val_cross_entropy == pytest.approx(cross_entropy, rel=1e-6)
    assert (penalized.summary.final_val_accuracy, penalized.summary.weights_epoch) == (row.val_accuracy, 2)


def test_the_test_set_is_measured_at_the_end(penalized: Left, straight: Left) -> None:
    """Only in the summary; None if the test set validates."""
    probabilities = penalized.predictions["test_probabilities"]
    labels = penalized.predictions["test_labels"]
    summary = penalized.summary
    assert (summary.train_images, summary.validation_images, summary.test_images) == (48, 12, 30)
    assert summary.validation == "held-out 20 % of train"
    assert summary.test_accuracy == (probabilities.argmax(axis=1) == labels).mean()
    expected = -np.log(probabilities[np.arange(30), labels]).mean()
    assert summary.test_cross_entropy == pytest.approx(expected, rel=1e-6)
    assert (straight.summary.test_accuracy, straight.summary.validation) == (None, "test set")
    assert penalized.predictions["classes"].tolist() == ["dark", "middling", "bright"]


def test_predictions_are_traced_to_images(
    penalized: Left, straight: Left, make_subject: Callable[[Experiment], Subject], everything: Experiment
) -> None:
    """Indices into the data set, for the rows and for the images that were trained on."""
    dataset = make_subject(everything).dataset
    for left in (penalized, straight):
        arrays = left.predictions
        for part in ("validation", "test"):
            np.testing.assert_array_equal(dataset.labels[arrays[f"{part}_indices"]], arrays[f"{part}_labels"])
        np.testing.assert_array_equal(arrays["test_indices"], np.arange(60, 90))
        assert set(arrays["clean_indices"]) <= set(arrays["train_indices"])
        assert left.summary.classes == dataset.classes
    parts = [penalized.predictions[f"{part}_indices"] for part in ("train", "validation")]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(60))


def test_learning_rate_is_that_of_the_last_step(penalized: Left, straight: Left) -> None:
    """Half a cosine over six steps, at the third and the sixth, with the digits of float32; or a constant."""
    expected = [0.1 * (1 + math.cos(math.pi * step / 6)) / 2 for step in (2, 5)]
    rates = penalized.history.column("learning_rate")
    np.testing.assert_allclose(rates, expected, rtol=1e-6)
    assert max(len(repr(float(rate))) for rate in rates) <= len("0.000123456789")
    assert set(straight.history.column("learning_rate")) == {0.001}


def test_the_saved_network_gives_the_predictions(
    penalized: Left, straight: Left, make_subject: Callable[[Experiment], Subject], everything: Experiment
) -> None:
    """`model.keras` gives the recorded probabilities for raw pixels."""
    images = make_subject(everything).dataset.test_images
    for left in (penalized, straight):
        model = keras.models.load_model(left.run.model)
        got = model.predict(images, verbose=0)
        np.testing.assert_allclose(got, left.predictions["test_probabilities"], rtol=1e-5)


def test_environment_is_recorded(straight: Left) -> None:
    """Precision and its reason, backend and threads."""
    recorded = json.loads(straight.run.environment.read_text())
    assert "for a test" in recorded.values()
    assert straight.summary.precision == "float32"


def test_environment_is_that_of_the_first_epoch(
    folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> None:
    """Attempts without a finished epoch are overwritten; later attempts do not overwrite it."""
    run = RunDirectory(folder / "unfinished" / "seed-0")
    run.create()
    run.environment.write_text("of an attempt without an epoch")
    with pytest.raises(KeyboardInterrupt):
        train_here(run.path, everything, _StopAfter(1))
    assert json.loads(run.environment.read_text())["precision_reason"] == "for a test"
    run.environment.write_text("of the attempt with the first epoch")
    with pytest.raises(KeyboardInterrupt):
        train_here(run.path, everything, _StopAfter(2))
    assert run.environment.read_text() == "of the attempt with the first epoch"


def test_another_environment_leaves_a_mark(
    folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> None:
    """A run that resumes with other threads has a warning, and a mark in its summary."""
    path = folder / "moved" / "seed-0"
    with pytest.raises(KeyboardInterrupt):
        train_here(path, everything, _StopAfter(1))
    environment = RunDirectory(path).environment
    warnings = []
    for epoch, threads in ((2, 1), (3, 4)):
        recorded = json.loads(environment.read_text()) | {"threads": threads}
        environment.write_text(json.dumps(recorded))
        listener = _StopAfter(epoch)
        with pytest.raises(KeyboardInterrupt):
            train_here(path, everything, listener)
        warnings.append(listener.warnings)
    assert warnings == [
        [],
        [
            "everything, seed 0: resumes with another environment (threads 4 → 1): rounding differs from "
            "here on, and the difference grows while the network trains: in a short run it moved the "
            "validation accuracy by 0.65 points"
        ],
    ]
    run = train_here(path, everything)
    assert read_summary(run.summary).resumed_with == ("threads 4 → 1 from epoch 3",)


def _read(run: RunDirectory) -> Left:
    with h5py.File(run.weights) as file:
        weights: dict[str, np.ndarray] = {}

        def keep(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                weights[name] = np.asarray(item)

        file.visititems(keep)
    with np.load(run.predictions) as predictions:
        arrays = dict(predictions)
    return Left(run, read_history(run.history), read_summary(run.summary), weights, arrays)


def _expect_same(left: Left, right: Left) -> None:
    assert left.figures == right.figures
    times = {"seconds", "images_per_second"}
    assert left.summary.model_dump(exclude=times) == right.summary.model_dump(exclude=times)
    for one, other in ((left.weights, right.weights), (left.predictions, right.predictions)):
        assert list(one) == list(other)
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
