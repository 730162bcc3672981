"""Techniques of the training's seats in whole runs: recorded, resumed, saved, measured as summarized."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.experiment import Experiment
from reglab.regularizers.ema import EMA
from reglab.regularizers.weight_decay import WeightDecay
from reglab.runs.history import COLUMNS, Epoch, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.summary import read_summary
from reglab.training.listener import Listener
from reglab.training.session import Session
from reglab.training.subject import Subject
from tests.trainings import every_technique, with_needs

pytestmark = pytest.mark.slow

SEATS = ("share_pixels", "extra_loss", "measured_weights")
ALL = Experiment.from_mapping(with_needs({"regularizers": every_technique()})).regularizers
TECHNIQUES = [
    name for name, regularizer in ALL.named.items() if any(regularizer.takes(seat) for seat in SEATS)
]
# Long enough an average to differ from the weights after a few steps.
SETTINGS: Mapping[str, Any] = {"ema": {"momentum": 0.9}}
BESIDE: Mapping[str, Any] = {"batch_norm": {}, "dropout": {}, "max_pooling": {}}


class _StopAfterOne(Listener):
    def end_epoch(self, row: Epoch) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def make_session(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> Callable[..., Session]:
    """Make a session of the tiny images; `rows` receives the records of its epochs."""

    def make(regularizers: Any, rows: list[Epoch] | None = None) -> Session:
        subject = make_subject(make_experiment(regularizers=regularizers))
        backend = Backend(keras.backend.backend(), False, 1, Choice("float32", "for a test"))
        return Session(subject, backend, record=[].append if rows is None else rows.append)

    return make


@pytest.mark.parametrize("beside", [{}, {"early_stopping": {"patience": 1, "min_delta": 10.0}}])
@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_run_is_recorded_resumed_and_saved(
    technique: str,
    beside: Mapping[str, Any],
    tmp_path: Path,
    dataset: Any,
    make_experiment: Callable[..., Experiment],
    train_here: Callable[..., RunDirectory],
) -> None:
    """History, summary and the saved network are of the same weights; a resumed run has the same bits."""
    experiment = make_experiment(regularizers={**BESIDE, **beside, technique: SETTINGS.get(technique, {})})
    straight = train_here(tmp_path / "straight", experiment)
    with pytest.raises(KeyboardInterrupt):
        train_here(tmp_path / "resumed", experiment, _StopAfterOne())
    resumed = train_here(tmp_path / "resumed", experiment)

    rows, again = (read_history(run.history).rows for run in (straight, resumed))
    for one, other in zip(rows, again, strict=True):
        assert one.figures | {"seconds": 0} == other.figures | {"seconds": 0}
    models = [keras.models.load_model(run.model) for run in (straight, resumed)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)

    summary = read_summary(straight.summary)
    kept = rows[summary.weights_epoch - 1]
    assert summary.weights_epoch == (1 if beside else 3)
    assert summary.final_val_cross_entropy == kept.val_cross_entropy
    assert summary.final_clean_accuracy == kept.clean_accuracy
    with np.load(straight.predictions) as predictions:
        probabilities = models[0].predict(dataset.test_images, verbose=0)
        np.testing.assert_allclose(probabilities, predictions["test_probabilities"], rtol=1e-4)
    assert {layer.__class__.__module__.partition(".")[0] for layer in models[0].layers} == {"keras"}

    extra = any(active.takes("extra_loss") for active in experiment.regularizers.active)
    assert straight.history.read_text().splitlines()[0].split(",") == [*COLUMNS, *["extra_loss"] * extra]
    for row in rows:
        assert row.penalty == 0
        assert row.train_loss - row.train_cross_entropy == pytest.approx(row.extra_loss or 0, abs=1e-6)
        assert not extra or (row.extra_loss or 0) > 0


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_training_in_parts_has_the_same_bits(technique: str, make_session: Callable[..., Session]) -> None:
    """In parts of three steps of four an epoch, and with its state moved to a new session in between."""
    regularizers = {**BESIDE, technique: SETTINGS.get(technique, {})}
    whole: list[Epoch] = []
    parts: list[Epoch] = []
    make_session(regularizers, whole).train()
    session = make_session(regularizers, parts)
    while session.train(steps=3):
        state = session.get_state()
        session = make_session(regularizers, parts)
        session.set_state(state)
    assert len(parts) == 3
    for one, other in zip(whole, parts, strict=True):
        assert one.figures | {"seconds": 0} == other.figures | {"seconds": 0}


def test_a_session_is_measured_with_the_average_and_trained_without(
    make_session: Callable[..., Session],
) -> None:
    """Measuring leaves no trace; the weights that are trained are those of a training without EMA."""
    averaged, plain = (make_session(regularizers) for regularizers in ({"ema": {"momentum": 0.9}}, {}))
    for session in (averaged, plain):
        session.train(steps=6)
    before = averaged.model.network.get_weights()
    measured = averaged.measure()
    for weight, same, trained in zip(
        averaged.model.network.get_weights(), before, plain.model.network.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(weight, same)
        np.testing.assert_array_equal(weight, trained)
    assert measured != plain.measure()
    averaged.finish()
    assert averaged.measure() == measured
    averaged.finish()
    assert averaged.measure() == measured


@pytest.mark.parametrize("stopping", [{}, {"early_stopping": {"patience": 1, "min_delta": 10.0}}])
@pytest.mark.parametrize("change", [{"training.batch_size": 12}, {"regularizers.dropout.rate": 0.5}])
def test_a_finished_session_continues_with_the_trained_weights(
    make_session: Callable[..., Session], stopping: Mapping[str, Any], change: dict[str, Any]
) -> None:
    """`finish` gives the network the measured weights; a change or a state has the trained ones again."""
    finished, other, unfinished = (
        make_session({"ema": {"momentum": 0.9}, "dropout": {}, **stopping}) for _ in range(3)
    )
    for session in (finished, unfinished):
        session.train()
    finished.finish()
    measured = finished.measure()
    other.set_state(finished.get_state())
    assert finished.measure() == measured
    for name, value in unfinished.get_state().variables.items():
        np.testing.assert_array_equal(other.get_state().variables[name], value, err_msg=name)
    for session in (finished, unfinished):
        longer = {"training.epochs": session.experiment.training.epochs + 1}
        session.change(session.experiment.with_changes(change | longer))
        session.train()
    for name, value in unfinished.get_state().variables.items():
        np.testing.assert_array_equal(finished.get_state().variables[name], value, err_msg=name)


def test_two_averages_are_refused(
    make_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be measured with each other's weights."""
    monkeypatch.setattr(WeightDecay, "measured_weights", EMA.measured_weights)
    monkeypatch.setattr(WeightDecay, "momentum", 0.9, raising=False)
    with pytest.raises(ValueError, match="Expected at most one regularizer with measured_weights"):
        make_session({"ema": {}, "weight_decay": {}})


def test_an_average_of_keras_itself_is_refused(
    make_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the optimizer or by a callback."""
    optimizer_refused = (
        "Expected an optimizer without use_ema, since history and summary would be of different weights. "
        "Average the weights in the seat measured_weights instead."
    )
    callback_refused = (
        "Expected callbacks that do not swap weights, got SwapEMAWeights from weight_decay/0, since history "
        "and summary would be of different weights. Use the seat measured_weights instead."
    )
    with monkeypatch.context() as patch:
        patch.setattr(
            WeightDecay, "change_optimizer", lambda self, optimizer: keras.optimizers.SGD(use_ema=True)
        )
        with pytest.raises(ValueError, match=f"^{re.escape(optimizer_refused)}$"):
            make_session({"weight_decay": {}})
    monkeypatch.setattr(WeightDecay, "callbacks", lambda self: [keras.callbacks.SwapEMAWeights()])
    with pytest.raises(ValueError, match=f"^{re.escape(callback_refused)}$"):
        make_session({"weight_decay": {}})
