"""A session that follows commands."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reglab.live.messages import (
    NEVER,
    Built,
    Change,
    Diverged,
    Evaluate,
    Evaluated,
    Load,
    Look,
    Looked,
    Predict,
    Predicted,
    Recognize,
    Refused,
    Restart,
    Sample,
    Save,
    Saved,
    Train,
)
from reglab.live.worker.snapshot import read_snapshot, write_snapshot
from reglab.processes.events import EpochDone
from reglab.training.loop.state import State
from tests.live.worker.conftest import Driver

pytestmark = pytest.mark.slow

Drive = Callable[..., Driver]
# Of 60 training images in batches of 16.
STEPS = 4
RANDOM = {"augmentation": {}, "batch_norm": {}, "dropout": {}, "l2": {}}


def numbers(events: list[Any]) -> list[dict[str, float]]:
    rows = [event.row.figures for event in events if isinstance(event, EpochDone)]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_steps_epochs_and_the_end(drive: Drive) -> None:
    """One step, one epoch, and all; each ends with a sample that is not running."""
    driver = drive(regularizers=RANDOM)
    built = driver.events[0]
    assert (built.how, built.classes) == ("started", ("dark", "middling", "bright"))
    assert (built.train_images, built.images, driver.events[1].steps) == (60, 0, 0)
    for until, images in ((1, 16), (STEPS, 60), (STEPS + 1, 76)):
        sample = driver.do(Train(until=until))[-1]
        assert (sample.running, sample.complete) == (False, False)
        assert (sample.steps, sample.images, sample.epoch) == (until, images, pytest.approx(images / 60))
    sample = driver.do(Train())[-1]
    assert (sample.steps, sample.images, sample.complete, sample.running) == (3 * STEPS, 180, True, False)
    assert driver.do(Train())[-1].steps == 3 * STEPS
    assert len(numbers(driver.events)) == 3


def test_the_end_of_an_epoch_is_shown_as_it_is_recorded(drive: Drive) -> None:
    """The whole sets are measured there; nothing older is shown, also when the training is complete."""
    driver = drive()
    for until in (STEPS, NEVER):
        driver.do(Train(until=until))
        row, sample = driver.last(EpochDone).row, driver.last(Sample)
        assert (sample.clean_accuracy, sample.validation_accuracy) == (row.clean_accuracy, row.val_accuracy)
        assert (sample.clean_cross_entropy, sample.validation_cross_entropy) == (
            row.clean_cross_entropy,
            row.val_cross_entropy,
        )


def test_measurements_of_another_network_are_not_shown(drive: Drive, tmp_path: Path) -> None:
    """A change that builds the network again drops them; one in place does not; loading measures again."""
    driver = drive()
    driver.do(Train(until=STEPS))
    before = driver.last(Sample).validation_accuracy
    experiment = driver.last(Built).experiment
    driver.do(Change(experiment=experiment.with_changes({"training.optimizer.learning_rate": 0.1})))
    assert driver.last(Sample).validation_accuracy == before
    driver.do(Change(experiment=experiment.with_changes({"regularizers.dropout": {}})))
    assert driver.last(Sample).validation_accuracy is None
    path = tmp_path / "one.snapshot.npz"
    driver.do(Train(), Save(path=path), Load(path=path))
    sample = driver.last(Sample)
    assert sample.complete
    assert sample.validation_accuracy is not None
    assert sample.clean_accuracy is not None


def test_watching_changes_nothing(drive: Drive) -> None:
    """A training that is asked, looked at and paused has the same records as one that is not."""
    alone, watched = drive(regularizers=RANDOM), drive(regularizers=RANDOM)
    alone.do(Train())
    watched.react(2, Look(image=3))
    watched.react(3, Evaluate())
    watched.react(5, Predict(count=3, copies=4))
    watched.react(6, Train(until=0))
    watched.do(Train())
    assert watched.last(Sample).steps == 6
    watched.do(Predict(mistakes=True), Train(until=7), Train())
    assert numbers(watched.events) == numbers(alone.events)
    assert {Looked, Evaluated, Predicted} <= {type(event) for event in watched.events}


def test_samples(drive: Drive) -> None:
    """Means over a window that has all images here, as in the record of the epoch; speed and penalty."""
    driver = drive(regularizers={"l2": {}})
    driver.do(Train(until=STEPS))
    row, sample = driver.last(EpochDone).row, driver.last(Sample)
    assert sample.loss == pytest.approx(row.train_loss, rel=1e-5)
    assert sample.cross_entropy == pytest.approx(row.train_cross_entropy, rel=1e-5)
    assert sample.accuracy == pytest.approx(row.train_accuracy)
    assert sample.penalty == pytest.approx(row.penalty)
    assert sample.loss == pytest.approx(sample.cross_entropy + sample.penalty, rel=0.1)
    assert (sample.learning_rate, sample.batch_size) == (pytest.approx(0.001), 16)
    assert sample.clean_accuracy in np.arange(31) / 30
    assert sample.images_per_second > 0
    assert sample.forward > 0
    assert sample.backward >= 0


def test_changes_while_it_trains(drive: Drive) -> None:
    """A rate changes in place, a regularizer rebuilds; the training goes on without a new command."""
    driver = drive()
    experiment = driver.events[0].experiment
    faster = experiment.with_changes({"training.optimizer.learning_rate": 0.01})
    driver.react(2, Change(experiment=faster))
    driver.react(5, Change(experiment=faster.with_changes({"regularizers.batch_norm": {}})))
    driver.do(Train())
    changes = [(event.how, event.images) for event in driver.events if isinstance(event, Built)]
    assert changes == [("started", 0), ("in place", 32), ("rebuilt", 76)]
    assert driver.last(Sample).learning_rate == pytest.approx(0.01)
    assert driver.last(Sample).complete
    assert len(driver.last(Built).layers) > len(driver.events[0].layers)


def test_a_change_that_is_refused(drive: Drive) -> None:
    """The reason is sent, and the training goes on as if it had not been asked."""
    alone, driver = drive(), drive()
    alone.do(Train())
    experiment = driver.events[0].experiment
    driver.react(2, Change(experiment=experiment.with_seed(1)))
    driver.do(Train())
    assert driver.last(Refused).message == "training.seed: a session cannot change this: expected 0, got 1"
    assert numbers(driver.events) == numbers(alone.events)


@pytest.mark.parametrize("keep", [False, True])
def test_a_restart(drive: Drive, keep: bool) -> None:
    """The counters start again; with `keep`, weights that fit are those of before."""
    driver = drive()
    driver.do(Train(until=6))
    before = {each.name: each.kernel for each in inside(driver) if each.kernel is not None}
    experiment = driver.events[0].experiment.with_changes({"model.dense": [7]})
    driver.do(Restart(experiment=experiment, keep=keep), Train(until=0))
    built = driver.last(Built)
    assert (built.how, built.images, driver.last(Sample).steps) == ("restarted", 0, 0)
    after = {each.name: each.kernel for each in inside(driver) if each.kernel is not None}
    assert np.array_equal(before["conv_1_1"], after["conv_1_1"]) == keep
    assert after["dense_1"].shape == (4, 7)
    driver.do(Train(until=1))
    assert driver.last(Sample).steps == 1


def test_a_snapshot_continues_exactly(drive: Drive, tmp_path: Path) -> None:
    """In another bench, from the middle of an epoch, after changes: the same bits as without it."""
    path = tmp_path / "a.snapshot.npz"
    first, other = drive(regularizers=RANDOM), drive(regularizers=RANDOM)
    experiment = first.events[0].experiment.with_changes({"regularizers.dropout.rate": 0.5})
    events = first.do(Train(until=2), Change(experiment=experiment), Train(until=6), Save(path=path))
    assert events[-1] == Saved(path=path)
    rest = first.do(Train())
    other.do(Train(until=1))
    loaded = other.do(Load(path=path))
    assert (loaded[0].how, loaded[0].images, loaded[1].steps) == ("restored", 92, 6)
    assert loaded[0].experiment == experiment
    assert numbers(other.do(Train())) == numbers(rest)
    assert [a.activations.tolist() for a in inside(other)] == [a.activations.tolist() for a in inside(first)]


def test_a_bench_of_a_snapshot(drive: Drive, tmp_path: Path) -> None:
    """Its first network is that of the snapshot, never one with initial weights; so is its training."""
    path = tmp_path / "a.snapshot.npz"
    first = drive(regularizers=RANDOM)
    first.do(Train(until=6), Save(path=path))
    rest = first.do(Train())
    second = drive(read_snapshot(path))
    built, sample = second.events[:2]
    assert (built.how, built.training, built.images) == ("restored", first.events[0].training, 92)
    assert (sample.steps, sample.images) == (6, 92)
    assert numbers(second.do(Train())) == numbers(rest)


def test_trainings_have_names(drive: Drive, tmp_path: Path) -> None:
    """A restart is another training; a change and a jump back within one are not."""
    path = tmp_path / "a.snapshot.npz"
    driver = drive()
    first = driver.events[0]
    driver.do(
        Train(until=2),
        Save(path=path),
        Change(experiment=first.experiment.with_changes({"regularizers.l2": {}})),
    )
    driver.do(Train(until=4), Load(path=path))
    driver.do(Restart(experiment=first.experiment), Train(until=2), Load(path=path))
    trainings = [
        (event.how, event.training == first.training) for event in driver.events if isinstance(event, Built)
    ]
    assert trainings == [
        ("started", True),
        ("rebuilt", True),
        ("restored", True),
        ("restarted", False),
        ("restored", True),
    ]


def _spoil_images(state: State) -> State:
    return replace(state, images_done=60)


def _spoil_names(state: State) -> State:
    return replace(state, variables=dict(list(state.variables.items())[1:]))


def _spoil_shapes(state: State) -> State:
    return replace(state, variables={name: value[None] for name, value in state.variables.items()})


def _spoil_callbacks(state: State) -> State:
    return replace(state, callbacks={})


def _spoil_callback(state: State) -> State:
    return replace(state, callbacks={name: {} for name in state.callbacks})


_MISFIT = "is damaged: its arrays do not fit the network of its experiment"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_spoil_images, "is damaged: expected less than 60 images of an epoch, got 60"),
        (_spoil_names, _MISFIT),
        (_spoil_shapes, _MISFIT),
        (_spoil_callbacks, _MISFIT),
        (_spoil_callback, _MISFIT),
    ],
)
def test_a_state_that_does_not_fit(
    drive: Drive, tmp_path: Path, spoil: Callable[[State], State], reason: str
) -> None:
    """It is refused, and the training continues as it was."""
    path = tmp_path / "a.snapshot.npz"
    settings = {"regularizers": {"early_stopping": {"patience": 3}}}
    alone, driver = drive(**settings), drive(**settings)
    alone.do(Train())
    driver.do(Train(until=2), Save(path=path))
    snapshot = read_snapshot(path)
    write_snapshot(replace(snapshot, state=spoil(snapshot.state)))
    (refused,) = driver.do(Load(path=path))
    assert refused == Refused(command="load", message=f"{path} {reason}")
    driver.do(Train())
    assert numbers(driver.events) == numbers(alone.events)


def test_files_that_are_no_snapshots(drive: Drive, tmp_path: Path) -> None:
    """Each is refused with a reason, and the training goes on."""
    alone, driver = drive(), drive()
    alone.do(Train())
    foreign = drive(seed=1)
    snapshot, network = tmp_path / "f.snapshot.npz", tmp_path / "f.network.json"
    foreign.do(Save(path=snapshot))
    drive(model={"dense": (9,)}).do(Save(path=network))
    pickled = tmp_path / "p.npz"
    np.savez(pickled, header=np.array([{"snapshot": 1}], dtype=object))
    (tmp_path / "t.npz").write_bytes(snapshot.read_bytes()[:900])
    (tmp_path / "j.json").write_text('{"format": "reglab network 1", "experiment": {}, "layers": "all"}')
    reasons = {
        snapshot: "is of other images than tiny images",
        pickled: "is damaged, or holds objects",
        tmp_path / "t.npz": "is not a snapshot of reglab",
        tmp_path / "none.npz": "No such file or directory",
        tmp_path / "j.json": "expected a network in JSON",
        network: "is of another network: dense_1/kernel has the shape (4, 9), expected (4, 5)",
    }
    driver.do(Train(until=2))
    for path, reason in reasons.items():
        (refused,) = driver.do(Load(path=path))
        assert (type(refused), refused.command) == (Refused, "load"), path
        assert reason in refused.message
    driver.do(Train())
    assert numbers(driver.events) == numbers(alone.events)


def test_a_network_in_json(drive: Drive, tmp_path: Path) -> None:
    """It can be read back, and the training goes on with its weights."""
    path = tmp_path / "a.network.json"
    driver, other = drive(regularizers=RANDOM), drive(regularizers=RANDOM)
    driver.do(Train(until=6), Save(path=path))
    assert other.do(Load(path=path))[0].how == "restored"
    assert [a.activations.tolist() for a in inside(other)] == [a.activations.tolist() for a in inside(driver)]


def test_predictions(drive: Drive, tmp_path: Path) -> None:
    """Test images in order, mistakes, a confusion matrix that agrees with them, and one's own picture."""
    driver = drive()
    driver.do(Train(until=3 * STEPS))
    in_order: Predicted = driver.do(Predict(first=25, count=10))[0]
    assert [each.number for each in in_order.predictions] == [*range(25, 30), *range(5)]
    assert in_order.tested == 10
    for each in in_order.predictions:
        assert sum(each.probabilities) == pytest.approx(1)
        assert each.probabilities == tuple(sorted(each.probabilities, reverse=True))
    driver.do(*(Predict(first=first, count=10) for first in (0, 10, 20)))
    every, evaluated = driver.last(Predicted), driver.do(Evaluate())[0]
    assert every.tested == evaluated.images == 30
    assert every.correct == sum(evaluated.confusion[k][k] for k in range(3)) == round(evaluated.accuracy * 30)
    assert [sum(row) for row in evaluated.confusion] == [10, 10, 10]
    mistakes = driver.do(Predict(mistakes=True, count=100))[0]
    assert len(mistakes.predictions) == 30 - every.correct
    assert all(each.classes[0] != each.label for each in mistakes.predictions)
    confidence = [each.probabilities[0] for each in mistakes.predictions]
    assert confidence == sorted(confidence, reverse=True)
    Image.new("L", (20, 30), 255).save(tmp_path / "white.png")
    (own,) = driver.do(Recognize(path=tmp_path / "white.png"))[0].predictions
    assert (own.label, own.number, len(own.classes)) == (None, None, 3)
    (tmp_path / "text.png").write_text("text")
    assert driver.do(Recognize(path=tmp_path / "text.png"))[0].message.endswith(
        "expected a picture, but the file is not a picture, or is damaged"
    )


def test_looking(drive: Drive, tmp_path: Path) -> None:
    """Every layer with ranges and pictures, for a test image and one's own, whose file is read once."""
    driver = drive(regularizers={"max_pooling": {}})
    looked: Looked = driver.do(Look(image=4))[0]
    assert [layer.name for layer in looked.layers] == [each.name for each in driver.events[0].layers]
    rescaling, convolution, *_ = looked.layers
    assert 0 <= rescaling.activation_range[0] <= rescaling.activation_range[1] <= 1
    assert rescaling.filters is None
    assert convolution.filters is not None
    assert convolution.filter_gradients is not None
    assert looked.title.startswith("test image 4: ")
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    (first,) = driver.do(Look(path=tmp_path / "red.png"))
    assert first.title.startswith("your picture, as ")
    (tmp_path / "red.png").unlink()
    (refused,) = driver.do(Look(path=tmp_path / "red.png"))
    assert refused.message.endswith("expected a picture, but the file does not exist")
    own = driver.do(Train(until=2))
    assert {event.picture for event in own if isinstance(event, Looked)} == {first.picture}
    after = driver.do(Look(image=None), Train(until=4))
    assert not any(isinstance(event, Looked) for event in after)


def test_a_divergence(drive: Drive, tmp_path: Path) -> None:
    """It ends the training, not the bench: a restart continues. Its last good snapshot stays."""
    driver, path, weights = drive(), tmp_path / "a.snapshot.npz", tmp_path / "a.network.json"
    slow = driver.events[0].experiment
    fast = slow.with_changes(
        {
            "training.optimizer": {"name": "sgd", "learning_rate": 2.0},
            "training.epochs": 50,
            # A step multiplies the weights by about −3.
            "regularizers.l2": {"strength": 1.0},
        }
    )
    driver.do(Save(path=path), Save(path=weights))
    good = path.read_bytes()
    driver.do(Restart(experiment=fast), Train())
    assert re.match(r"(the loss|\w+) became (inf|nan)\b.*; a lower ", driver.last(Diverged).message)
    assert not driver.last(Sample).running
    refusals = [event.message for event in driver.do(Save(path=path), Load(path=weights))]
    assert refusals == [
        f"{path} was not written: the training has diverged",
        "the training has diverged: load a snapshot, or restart",
    ]
    assert path.read_bytes() == good
    driver.do(Restart(experiment=slow), Train(until=2))
    assert driver.last(Sample).steps == 2


def test_weights_that_are_not_finite_are_not_saved(drive: Drive, tmp_path: Path) -> None:
    """Also before the loss has shown that the training has diverged."""
    driver, path = drive(), tmp_path / "a.snapshot.npz"
    kernel = driver.bench._session.model.network.weights[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    (refused,) = driver.do(Save(path=path))
    assert re.fullmatch(
        rf"{path} was not written: the training has diverged \(\w+/kernel is not finite\)", refused.message
    )
    assert not path.exists()


def inside(driver: Driver) -> list[Any]:
    """The inside of the network of a bench for one image."""
    from reglab.live.worker.inspection import Inspection

    session = driver.bench._session
    image = session.subject.split.images[0]
    return Inspection(session.experiment, 3).look(session.model.network, image, 0)
