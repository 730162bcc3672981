"""Whole runs on tiny images: what is recorded, repeated, resumed and left behind."""

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
from reglab.runs.history import COLUMNS, Epoch, History, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.runs.summary import Summary, read_summary
from reglab.training.listener import Listener
from reglab.training.record.checkpoint import Checkpoint, read_checkpoint
from reglab.training.subject import Subject

STOPPING = {"patience": 2, "min_delta": 10.0}
EVERYTHING: Mapping[str, Any] = {
    "augmentation": {},
    "batch_norm": {},
    "max_pooling": {},
    "dropout": {},
    "early_stopping": STOPPING,
}
STRENGTH, LONGEST = 0.05, 0.4


class _StopAfter(Listener):
    """Ctrl-C, when an epoch has been recorded or when the training is over."""

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
class Sitting:
    """What a sitting that was interrupted has left."""

    history: History
    checkpoint: Checkpoint
    files: frozenset[str]


@dataclass(frozen=True)
class Left:
    """What a run that is complete has left."""

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
    """Every random technique, and a stop after three of six epochs, back to the first."""
    return make_experiment(name="everything", epochs=6, regularizers=EVERYTHING)


@pytest.fixture(scope="module")
def straight(folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]) -> Left:
    """Trained in one sitting."""
    return _read(train_here(folder / "straight" / "seed-0", everything))


@pytest.fixture(scope="module")
def sittings(
    folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> tuple[Sitting, ...]:
    """Interrupted after the first epoch, and again after the last."""
    path = folder / "resumed" / "seed-0"
    left = []
    for display in (_StopAfter(1), _StopAfter()):
        with pytest.raises(KeyboardInterrupt):
            train_here(path, everything, display)
        run = RunDirectory(path)
        checkpoint = read_checkpoint(run.checkpoint)
        assert checkpoint is not None
        files = frozenset(entry.name for entry in path.iterdir())
        left.append(Sitting(read_history(run.history), checkpoint, files))
    return tuple(left)


@pytest.fixture(scope="module")
def resumed(
    sittings: tuple[Sitting, ...],
    folder: Path,
    everything: Experiment,
    train_here: Callable[..., RunDirectory],
) -> Left:
    """The same after its third sitting, which only has the results to write."""
    return _read(train_here(folder / "resumed" / "seed-0", everything))


@pytest.fixture(scope="module")
def penalized(
    folder: Path, make_experiment: Callable[..., Experiment], train_here: Callable[..., RunDirectory]
) -> Left:
    """Penalty, bound and smoothing, a moving learning rate, and a fifth of the images held out."""
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


def test_the_same_twice_is_the_same(
    straight: Left, folder: Path, everything: Experiment, train_here: Callable[..., RunDirectory]
) -> None:
    """Every figure, weight and prediction, to the last bit; times aside."""
    _expect_same(_read(train_here(folder / "again" / "seed-0", everything)), straight)


def test_resumed_is_as_if_never_stopped(straight: Left, resumed: Left) -> None:
    """To the last bit, with dropout, batch norm, augmentation and early stopping on."""
    _expect_same(resumed, straight)


def test_an_interrupted_sitting_leaves_what_it_did(straight: Left, sittings: tuple[Sitting, ...]) -> None:
    """History and checkpoint up to the last whole epoch, and no results yet."""
    first, second = sittings
    assert [len(sitting.history.rows) for sitting in sittings] == [1, 3]
    assert [sitting.checkpoint.epoch for sitting in sittings] == [
        first.history.rows[0],
        second.history.rows[2],
    ]
    assert [sitting.checkpoint.stopped for sitting in sittings] == [False, True]
    assert first.history.rows == second.history.rows[:1]
    expected = {"checkpoint", "environment.json", "experiment.yaml", "history.csv", "status.json"}
    assert first.files == second.files == expected


def test_a_checkpoint_leaves_the_images_out(sittings: tuple[Sitting, ...]) -> None:
    """It would be many times as large."""
    assert {value.dtype for value in sittings[0].checkpoint.variables}.isdisjoint({np.dtype(np.uint8)})
    assert max(value.size for value in sittings[0].checkpoint.variables) < 200


def test_early_stopping_ends_early_and_goes_back(straight: Left) -> None:
    """Nothing beats the first epoch by so much: two epochs more, then its weights."""
    rows = straight.history.rows
    assert [row.epoch for row in rows] == [1, 2, 3]
    assert (straight.summary.epochs, straight.summary.parameters) == (3, 171)
    assert straight.summary.final_val_cross_entropy == rows[0].val_cross_entropy
    assert straight.summary.final_clean_accuracy == rows[0].clean_accuracy
    assert straight.summary.final_train_accuracy == rows[0].train_accuracy
    assert straight.summary.weights_epoch == 1
    assert rows[2].val_cross_entropy != rows[0].val_cross_entropy


def test_a_complete_run_leaves_all_its_files(straight: Left, resumed: Left) -> None:
    """Those of the design and no others; the checkpoint is gone."""
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
    """Gaps are differences; epochs count from 1; a loss without penalty is its cross-entropy."""
    for left in (straight, penalized):
        assert left.run.history.read_text().splitlines()[0] == ",".join(COLUMNS)
        for number, row in enumerate(left.history.rows, start=1):
            assert row.epoch == number
            assert row.seconds > 0
            assert row.gap_accuracy == row.clean_accuracy - row.val_accuracy
            assert row.gap_cross_entropy == row.val_cross_entropy - row.clean_cross_entropy
    assert {row.penalty for row in straight.history.rows} == {0.0}
    for row in straight.history.rows:
        assert row.train_loss == pytest.approx(row.train_cross_entropy, rel=1e-6)


def test_penalty_is_that_of_the_weights(penalized: Left) -> None:
    """λ Σ θ² over all kernels after the last epoch; the loss as trained has it in it."""
    squares = [np.square(weight).sum() for weight in penalized.weights.values() if weight.ndim > 1]
    assert len(squares) == 3
    row = penalized.history.rows[-1]
    assert row.penalty == pytest.approx(STRENGTH * sum(squares), rel=1e-6)
    assert row.train_loss > row.train_cross_entropy + 0.9 * row.penalty


def test_max_norm_holds_in_the_trained_weights(penalized: Left) -> None:
    """No unit's incoming weights are longer than the bound, though some began longer."""
    norms = [
        np.linalg.norm(weight.reshape(-1, weight.shape[-1]), axis=0)
        for weight in penalized.weights.values()
        if weight.ndim > 1
    ]
    longest = max(float(norm.max()) for norm in norms)
    assert 0.9 * LONGEST < longest <= LONGEST * (1 + 1e-6)
    initial = draw_kernel((5, 3), "output", seed=0)
    assert np.linalg.norm(initial, axis=0).max() > 1.5 * LONGEST


def test_validation_figures_are_those_of_the_predictions(penalized: Left) -> None:
    """Accuracy and −log p, without penalty and smoothing, of what the network says at the end."""
    row = penalized.history.rows[-1]
    probabilities = penalized.predictions["validation_probabilities"]
    labels = penalized.predictions["validation_labels"]
    assert probabilities.shape == (12, 3)
    assert row.val_accuracy == (probabilities.argmax(axis=1) == labels).mean()
    cross_entropy = -np.log(probabilities[np.arange(12), labels]).mean()
    assert row.val_cross_entropy == pytest.approx(cross_entropy, rel=1e-6)
    assert (penalized.summary.final_val_accuracy, penalized.summary.weights_epoch) == (row.val_accuracy, 2)


def test_held_out_validation_leaves_the_test_set_for_the_end(penalized: Left, straight: Left) -> None:
    """Measured once, in the summary alone; nothing of the kind where the test set validates."""
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


def test_learning_rate_is_that_of_the_last_step(penalized: Left, straight: Left) -> None:
    """Half a cosine over six steps, read at the third and the sixth; a constant one stays."""
    expected = [0.1 * (1 + math.cos(math.pi * step / 6)) / 2 for step in (2, 5)]
    np.testing.assert_allclose(penalized.history.column("learning_rate"), expected, rtol=1e-6)
    assert set(straight.history.column("learning_rate")) == {0.001}


def test_saved_network_repeats_the_predictions(
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
    """A sitting that came to no epoch has left nothing to explain; those that go on do not count."""
    run = RunDirectory(folder / "unfinished" / "seed-0")
    run.create()
    run.environment.write_text("of a sitting without an epoch")
    with pytest.raises(KeyboardInterrupt):
        train_here(run.path, everything, _StopAfter(1))
    assert json.loads(run.environment.read_text())["precision_reason"] == "for a test"
    run.environment.write_text("of the sitting with the first epoch")
    with pytest.raises(KeyboardInterrupt):
        train_here(run.path, everything, _StopAfter(2))
    assert run.environment.read_text() == "of the sitting with the first epoch"


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
        display = _StopAfter(epoch)
        with pytest.raises(KeyboardInterrupt):
            train_here(path, everything, display)
        warnings.append(display.warnings)
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
