"""Sessions: training in parts, states, changes, and two sessions in one process."""

import gc
import importlib.util
import json
import os
import re
import subprocess
import sys
import weakref
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.errors import BackendError, ExperimentError, RunError
from reglab.experiment import Experiment
from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.loop.batches import order_images
from reglab.training.loop.state import State
from reglab.training.session import Session
from reglab.training.subject import Subject

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
INSTALLED = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]
RANDOM: Mapping[str, Any] = {
    "augmentation": {},
    "batch_norm": {},
    "dropout": {},
    "early_stopping": {"patience": 2},
}
# Of 60 training images in batches of 16.
STEPS = 4


def _make_backend() -> Backend:
    return Backend(keras.backend.backend(), False, 1, Choice("float32", "for a test"))


@pytest.fixture(scope="module")
def make_session(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> Callable[..., Session]:
    """Make a session of the tiny images; `rows` receives the records of its epochs."""

    def make(
        rows: list[Epoch] | None = None,
        shared: Session | None = None,
        listener: Listener | None = None,
        **settings: Any,
    ) -> Session:
        subject = make_subject(make_experiment(**{"regularizers": RANDOM, **settings}))
        return Session(subject, _make_backend(), listener, [].append if rows is None else rows.append, shared)

    return make


@pytest.mark.parametrize("backend", INSTALLED)
def test_a_session_is_independent_of_another_that_changes(backend: str) -> None:
    """Its bits are those of a training alone in its process, on every backend; so if it is watched."""
    alone, together, watched = (_run(backend, mode) for mode in ("alone", "together", "watched"))
    assert together.pop("outcomes") == ["in place", "in place", "rebuilt", "rebuilt"]
    assert alone.pop("outcomes") == watched.pop("outcomes") == []
    assert together == watched == alone
    assert len(alone["rows"]) == 4


def test_parts_train_like_the_whole(make_session: Callable[..., Session]) -> None:
    """Any number of steps at a time, across epochs: the same records and state, to the last bit."""
    whole_rows: list[Epoch] = []
    part_rows: list[Epoch] = []
    whole, parts = make_session(whole_rows), make_session(part_rows)
    assert whole.train() == 3 * STEPS
    assert [parts.train(steps) for steps in (1, 2, 5, 3, 100)] == [1, 2, 5, 3, 1]
    assert (parts.complete, parts.train(1), parts.epochs_done, parts.images_done) == (True, 0, 3, 0)
    assert [_numbers(row) for row in part_rows] == [_numbers(row) for row in whole_rows]
    _expect_same(parts.get_state(), whole.get_state())
    for row in whole_rows:
        assert row.penalty == 0
        assert row.train_loss == pytest.approx(row.train_cross_entropy, rel=1e-6)


class Reader(Listener):
    """Reads means, images and logits after each step."""

    session: Session

    def __init__(self) -> None:
        self.read: list[tuple[int, float, np.ndarray]] = []

    def advance(self, step: int) -> None:
        session = self.session
        loss, logits = session.read_means()["cross_entropy"], session.predict(np.arange(5, dtype=np.int32))
        self.read.append((session.images_seen, loss, logits))


@pytest.mark.parametrize("average", [{}, {"ema": {"momentum": 0.5}}])
def test_reading_while_it_trains_changes_nothing(
    make_session: Callable[..., Session], average: dict[str, Any]
) -> None:
    """What the listener reads is up to date, and the records and the state stay the same."""
    regularizers = {**RANDOM, **average}
    whole_rows: list[Epoch] = []
    rows: list[Epoch] = []
    reader = Reader()
    whole = make_session(whole_rows, regularizers=regularizers)
    session = make_session(rows, listener=reader, regularizers=regularizers)
    reader.session = session
    whole.train()
    session.train()
    assert [_numbers(row) for row in rows] == [_numbers(row) for row in whole_rows]
    _expect_same(session.get_state(), whole.get_state())
    assert [images for images, _, _ in reader.read[: STEPS + 1]] == [16, 32, 48, 60, 76]
    ends = [reader.read[epoch * STEPS - 1] for epoch in (1, 2, 3)]
    assert [loss for _, loss, _ in ends] == [row.train_cross_entropy for row in rows]
    again = session.predict(np.arange(5, dtype=np.int32))
    np.testing.assert_array_equal(again, reader.read[-1][2])
    assert not np.array_equal(again, reader.read[-2][2])


class Pauser(Listener):
    """Pauses its session after some of its steps, which are counted from 1 over all epochs."""

    session: Session

    def __init__(self, *steps: int) -> None:
        self.steps = steps
        self.done = 0

    def advance(self, step: int) -> None:
        self.done += 1
        if self.done in self.steps:
            self.session.pause()


@pytest.mark.parametrize("steps", [None, 3, STEPS + 1])
def test_pauses_change_nothing(make_session: Callable[..., Session], steps: int | None) -> None:
    """After any step, also the last one of an epoch or of the training: the same records and state."""
    whole_rows: list[Epoch] = []
    part_rows: list[Epoch] = []
    pauser = Pauser(1, 2, STEPS, STEPS + 1, 2 * STEPS + 3, 3 * STEPS)
    whole, parts = make_session(whole_rows), make_session(part_rows, listener=pauser)
    pauser.session = parts
    # A pause has no effect on a session that does not train.
    parts.pause()
    whole.train()
    done: list[int] = []
    while not parts.complete:
        done.append(parts.train(steps))
    assert sum(done) == 3 * STEPS
    assert set(pauser.steps) <= set(np.cumsum(done).tolist())
    assert [_numbers(row) for row in part_rows] == [_numbers(row) for row in whole_rows]
    _expect_same(parts.get_state(), whole.get_state())


def test_a_state_continues_in_another_session(make_session: Callable[..., Session]) -> None:
    """In the middle of an epoch: variables, random layers, running means and callbacks."""
    rows: list[Epoch] = []
    continued_rows: list[Epoch] = []
    session, continued = make_session(rows), make_session(continued_rows)
    session.train(STEPS + 2)
    state = session.get_state()
    assert (state.epochs_done, state.images_done, state.stopped) == (1, 32, False)
    assert set(state.callbacks) == {"early_stopping/0"}
    continued.set_state(state)
    assert continued.steps_left == 2
    for one in (session, continued):
        one.train()
        one.finish()
    _expect_same(continued.get_state(), session.get_state())
    assert [_numbers(row) for row in continued_rows] == [_numbers(row) for row in rows[1:]]
    assert continued.kept_epoch == session.kept_epoch


def test_a_state_of_another_network_is_refused(make_session: Callable[..., Session]) -> None:
    """Other layers, other shapes or other callbacks; the session does not change."""
    session = make_session()
    before = session.get_state()
    states = [make_session(regularizers={}).get_state(), make_session(model={"dense": (6,)}).get_state()]
    for state in (*states, replace(before, callbacks={})):
        with pytest.raises(RunError) as caught:
            session.set_state(replace(state, epochs_done=2))
        assert str(caught.value) == (
            "the checkpoint was written for another network; start again with --fresh"
        )
    _expect_same(session.get_state(), before)


def test_names_depend_on_the_experiment_alone(make_session: Callable[..., Session]) -> None:
    """However many models and optimizers the process has built; every variable has one."""
    one, other = make_session(), make_session()
    variables = one.get_state().variables
    assert list(variables) == list(other.get_state().variables)
    model = one.model
    # All but the images.
    assert len(variables) == len(model.variables) - 1 + len(model.optimizer.variables) + sum(
        len(metric.variables) for metric in model.metrics
    )
    assert {
        "conv_1_1/kernel",
        "conv_1_1_batch_norm/moving_mean",
        "output_dropout/seed_generator_state",
        "input_augmentation/seed_generator_state",
        "adamw/iteration",
        "adamw/learning_rate",
        "adamw/conv_1_1_kernel_velocity",
        "metrics/loss/total",
    } < set(variables)


def test_sessions_share_images(make_session: Callable[..., Session], make_subject: Any) -> None:
    """One variable on the device; another array is refused."""
    one = make_session()
    other = make_session(shared=one)
    assert one.model.get_layer("images").images is other.model.get_layer("images").images
    split = replace(one.subject.split, images=one.subject.split.images.copy())
    with pytest.raises(ValueError, match="Expected `shared` to be a session of the same image array"):
        Session(replace(one.subject, split=split), _make_backend(), shared=one)


def test_learning_rate_and_batch_size_change_in_place(make_session: Callable[..., Session]) -> None:
    """The compiled step stays; the next batch has the next images of the epoch's shuffle."""
    rows: list[Epoch] = []
    session = make_session(rows)
    tracings = _count_tracings(session.model)
    session.train(2)
    model, traced = session.model, len(tracings)
    changes = {"training.optimizer.learning_rate": 0.002, "training.batch_size": 10, "training.epochs": 4}
    assert session.change(session.experiment.with_changes(changes)) == "in place"
    assert session.model is model
    assert session.steps_left == 3
    batches = _note_batches(session)
    session.train(session.steps_left)
    assert (session.epochs_done, session.images_done) == (1, 0)
    np.testing.assert_array_equal(
        np.concatenate(batches), session.subject.split.train[order_images(60, 0, 0)[32:]]
    )
    assert [len(batch) for batch in batches] == [10, 10, 8]
    # JAX compiles each shape, PyTorch nothing.
    if keras.backend.backend() == "tensorflow":
        assert len(tracings) == traced == 1
    assert rows[0].learning_rate == 0.002
    assert session.train() == 3 * 6


@pytest.mark.parametrize(
    "change",
    [
        {"regularizers.dropout.rate": 0.5},
        {"regularizers.augmentation.rotation": 45.0},
        {"regularizers.l2": {}},
        {"training.schedule.name": "cosine"},
    ],
)
def test_other_changes_rebuild_the_model(
    make_session: Callable[..., Session], change: dict[str, Any]
) -> None:
    """All variables are carried over, in the middle of an epoch, and the callbacks too."""
    session = make_session()
    session.train(STEPS + 1)
    before = session.get_state()
    assert session.change(session.experiment.with_changes(change)) == "rebuilt"
    after = session.get_state()
    without_rate = {name: value for name, value in before.variables.items() if name in after.variables}
    assert set(before.variables) - set(without_rate) <= {"adamw/learning_rate"}
    _expect_same(replace(after, callbacks={}), replace(before, callbacks={}, variables=without_rate))
    np.testing.assert_equal(after.callbacks, before.callbacks)
    session.train(1)
    assert session.images_done == 32


def test_variables_that_do_not_fit_start_anew(make_session: Callable[..., Session]) -> None:
    """A new layer has its initial values, another optimizer its empty slots; the rest is carried over."""
    session = make_session(regularizers={})
    session.train(2)
    before = session.get_state().variables
    changes = {"regularizers.batch_norm": {}, "training.optimizer": {"name": "adam"}, "model.dense": [6]}
    assert session.change(session.experiment.with_changes(changes)) == "rebuilt"
    after = session.get_state().variables
    fresh = (
        make_session(regularizers={"batch_norm": {}}, optimizer={"name": "adam"}, model={"dense": (6,)})
        .get_state()
        .variables
    )
    assert set(after) == set(fresh)
    carried = {"conv_1_1/kernel", "conv_1_1/bias", "output/bias"}
    for name, value in after.items():
        if not name.startswith("metrics/"):
            np.testing.assert_array_equal(value, (before if name in carried else fresh)[name], err_msg=name)
    assert (before["conv_1_1/kernel"] != fresh["conv_1_1/kernel"]).any()


def test_a_schedule_follows_the_epochs_when_the_batch_size_changes(
    make_session: Callable[..., Session],
) -> None:
    """In epochs, not in steps; a state taken after the change continues at the same time."""
    settings: dict[str, Any] = {"regularizers": {}, "schedule": {"name": "cosine"}}
    rows: list[Epoch] = []
    session = make_session(rows, **settings)
    session.train(2)
    changed = session.experiment.with_changes({"training.batch_size": 7})
    assert session.change(changed) == "rebuilt"
    session.train(1)
    continued = make_session(**settings, batch_size=7)
    continued.set_state(session.get_state())
    for one in (session, continued):
        one.train()
    # The last of the nine steps of each epoch.
    expected = [0.001 * (1 + np.cos(np.pi * (epoch + 8 / 9) / 3)) / 2 for epoch in range(3)]
    np.testing.assert_allclose([row.learning_rate for row in rows], expected, rtol=1e-5)
    np.testing.assert_array_equal(
        continued.get_state().variables["output/kernel"], session.get_state().variables["output/kernel"]
    )


def test_what_cannot_change_is_named(make_session: Callable[..., Session]) -> None:
    """Data, seed and precision, all at once; the session does not change."""
    session = make_session()
    changes = {"data.validation": 0.2, "training.seed": 1, "training.precision": "mixed_bfloat16"}
    with pytest.raises(ExperimentError) as caught:
        session.change(session.experiment.with_changes(changes))
    assert str(caught.value).splitlines() == [
        "data.validation: a session cannot change this: expected test, got 0.2",
        "training.seed: a session cannot change this: expected 0, got 1",
        "training.precision: a session cannot change this: expected float32, got mixed_bfloat16",
    ]
    renamed = session.experiment.with_changes({"title": "Other"})
    assert (session.change(renamed), session.experiment) == ("none", renamed)


def test_measuring_changes_nothing(make_session: Callable[..., Session]) -> None:
    """Between any two steps; after an epoch it gives the numbers of its record."""
    rows: list[Epoch] = []
    session = make_session(rows)
    session.train(1)
    before = session.get_state()
    session.measure()
    _expect_same(session.get_state(), before)
    session.train(STEPS - 1)
    clean, validation = session.measure()
    assert (clean.accuracy, clean.cross_entropy) == (rows[0].clean_accuracy, rows[0].clean_cross_entropy)
    assert (validation.accuracy, validation.cross_entropy) == (
        rows[0].val_accuracy,
        rows[0].val_cross_entropy,
    )


def test_a_state_keeps_the_rate_of_the_experiment(make_session: Callable[..., Session]) -> None:
    """Also a state that was saved before the rate was changed."""
    session = make_session()
    state = session.get_state()
    session.change(session.experiment.with_changes({"training.optimizer.learning_rate": 0.01}))
    session.set_state(state)
    assert float(session.model.optimizer.learning_rate) == np.float32(0.01)


def test_an_ended_session_continues_only_after_a_change(make_session: Callable[..., Session]) -> None:
    """`finish` ends it; so does early stopping, until the experiment changes."""
    session = make_session()
    session.train(STEPS)
    session.finish()
    assert (session.complete, session.train()) == (True, 0)
    longer = session.experiment.with_changes({"regularizers.early_stopping.patience": 9})
    assert session.change(longer) == "rebuilt"
    assert session.train() == 2 * STEPS


def test_another_optimizer_has_the_same_schedule(make_session: Callable[..., Session]) -> None:
    """The rate follows the epochs, although its steps start at 0; a state continues at the same time."""
    settings: dict[str, Any] = {"regularizers": {}, "schedule": {"name": "cosine"}}
    rows: list[Epoch] = []
    session = make_session(rows, **settings)
    session.train(STEPS)
    sgd = {"name": "sgd", "learning_rate": 0.001}
    assert session.change(session.experiment.with_changes({"training.optimizer": sgd})) == "rebuilt"
    session.train(1)
    continued = make_session(**settings, optimizer=sgd)
    continued.set_state(session.get_state())
    for one in (session, continued):
        one.train()
    # The last of the four steps of each epoch.
    expected = [0.001 * (1 + np.cos(np.pi * (epoch + 3 / 4) / 3)) / 2 for epoch in range(3)]
    np.testing.assert_allclose([row.learning_rate for row in rows], expected, rtol=1e-5)
    np.testing.assert_array_equal(
        continued.get_state().variables["output/kernel"], session.get_state().variables["output/kernel"]
    )


def test_a_changed_callback_starts_anew(make_session: Callable[..., Session]) -> None:
    """The best value of one metric is no value of another one."""
    session = make_session()
    session.train(STEPS)
    before = session.get_state().callbacks["early_stopping/0"]
    assert "best" in before
    monitor = {"regularizers.early_stopping.monitor": "val_accuracy"}
    assert session.change(session.experiment.with_changes(monitor)) == "rebuilt"
    assert "best" not in session.get_state().callbacks["early_stopping/0"]


@pytest.mark.parametrize("change", [{"training.batch_size": 10}, {"regularizers.dropout.rate": 0.5}])
def test_callbacks_start_anew_after_an_end(
    make_session: Callable[..., Session], change: dict[str, Any]
) -> None:
    """Early stopping with patience 1 does not end the training again after one epoch."""
    stopping = {"early_stopping": {"patience": 1, "min_delta": 10.0}}
    session = make_session(regularizers={"dropout": {}, **stopping}, epochs=8)
    session.train()
    assert (session.complete, session.epochs_done) == (True, 2)
    session.change(session.experiment.with_changes(change))
    session.train()
    assert session.epochs_done == 4


def test_the_precision_of_the_experiment_is_that_of_the_backend(
    make_session: Callable[..., Session],
) -> None:
    """Another one is refused."""
    with pytest.raises(BackendError) as caught:
        make_session(precision="mixed_bfloat16")
    assert str(caught.value) == (
        "training.precision: expected auto or float32, in which this process computes, got mixed_bfloat16"
    )


def test_a_change_that_fails_leaves_the_session_as_it_is(
    make_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Experiment and model stay those of before."""
    session = make_session()
    before, model = session.experiment, session.model

    def fail(*arguments: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("reglab.training.compiled.build_model", fail)
    with pytest.raises(MemoryError):
        session.change(before.with_changes({"regularizers.dropout.rate": 0.5}))
    assert (session.experiment, session.model) == (before, model)


def test_old_models_are_released(make_session: Callable[..., Session]) -> None:
    """Rebuilding a hundred times must not fill the memory."""
    session = make_session()
    networks = []
    for rate in (0.4, 0.5):
        session.train(1)
        networks.append(weakref.ref(session.model.network))
        session.change(session.experiment.with_changes({"regularizers.dropout.rate": rate}))
    gc.collect()
    assert [network() for network in networks] == [None, None]


def test_progress_counts_from_a_restored_state(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """The epoch is announced, and its steps continue where they were."""

    class Steps(Listener):
        def begin_epoch(self, epoch: int) -> None:
            reported.append(("epoch", epoch))

        def advance(self, step: int) -> None:
            reported.append(("step", step))

    reported: list[tuple[str, int]] = []
    backend = Backend(keras.backend.backend(), False, 1, Choice("float32", "for a test"))
    subject = make_subject(make_experiment())
    session = Session(subject, backend)
    session.train(STEPS + 2)
    continued = Session(subject, backend, Steps())
    continued.set_state(session.get_state())
    continued.train(2)
    assert reported == [("epoch", 2), ("step", 3), ("step", 4)]


def _run(backend: str, mode: str) -> Any:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("two_sessions.py")), mode],
        env={**os.environ, "KERAS_BACKEND": backend, "OMP_WAIT_POLICY": "passive"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _note_batches(session: Session) -> list[np.ndarray]:
    """The indices that the model receives in its training steps."""
    batches: list[np.ndarray] = []
    fit = session.model.fit

    def noted(feed: Any, **options: Any) -> Any:
        batches.extend(feed[number][0] for number in range(len(feed)))
        return fit(feed, **options)

    session.model.fit = noted
    return batches


def _count_tracings(model: Any) -> list[None]:
    """An entry for each time that Python runs through the training step."""
    tracings: list[None] = []
    step = model.train_step

    def traced(*arguments: Any) -> Any:
        tracings.append(None)
        return step(*arguments)

    model.train_step = traced
    return tracings


def _numbers(row: Epoch) -> dict[str, float]:
    return {name: value for name, value in asdict(row).items() if name != "seconds"}


def _expect_same(one: State, other: State) -> None:
    assert (one.epochs_done, one.images_done, one.stopped) == (
        other.epochs_done,
        other.images_done,
        other.stopped,
    )
    assert set(one.variables) == set(other.variables)
    for name, value in one.variables.items():
        np.testing.assert_array_equal(value, other.variables[name], err_msg=name)


@pytest.mark.parametrize("source", ["docstring", "README"])
def test_examples_run(source: str) -> None:
    """The example of the class and that of the README, each in a new process."""
    if source == "README":
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
        (program,) = [block for block in blocks if "Session" in block]
        program = f"{program}assert session.images_done == 4 * 200 + 4 * 50"
    else:
        program = (
            "import doctest; from reglab.training import session; assert doctest.testmod(session)[0] == 0"
        )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
