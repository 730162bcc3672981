"""Keras's optimizers, and learning rates against their formulas in NumPy."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from reglab.config.optimizer import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from reglab.config.schedule import Constant, Cosine, Schedule, Step
from reglab.config.training import Training
from reglab.experiment import Experiment
from reglab.training.loop.optimizer import build_learning_rate, build_optimizer, read_learning_rate

STEPS = 7
EPOCHS = 20
WARM_UP = 2.5


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (AdamW(learning_rate=0.1, weight_decay=0.2, beta_1=0.3, beta_2=0.4, epsilon=0.5), "AdamW"),
        (Adam(learning_rate=0.1, beta_1=0.3, beta_2=0.4, epsilon=0.5), "Adam"),
        (SGD(learning_rate=0.1, momentum=0.3, nesterov=True), "SGD"),
        (RMSprop(learning_rate=0.1, rho=0.3, momentum=0.4, epsilon=0.5), "RMSprop"),
        (Adadelta(learning_rate=0.1, rho=0.3, epsilon=0.5), "Adadelta"),
        (Adagrad(learning_rate=0.1, initial_accumulator_value=0.3, epsilon=0.5), "Adagrad"),
    ],
)
def test_settings_reach_keras(make_experiment: Callable[..., Experiment], settings: Any, kind: str) -> None:
    """Each optimizer is Keras's of that name, with every setting, the learning rate among them."""
    optimizer = build_optimizer(make_experiment(optimizer=settings), STEPS)
    # On PyTorch, Keras makes one of a class derived from it.
    assert isinstance(optimizer, getattr(keras.optimizers, kind))
    assert type(optimizer).__name__ == kind
    assert float(optimizer.learning_rate) == pytest.approx(0.1)
    for name, value in settings.model_dump(exclude={"name", "learning_rate"}).items():
        assert getattr(optimizer, name) == value, name


def test_schedule_reaches_keras(make_experiment: Callable[..., Experiment]) -> None:
    """The optimizer's own rate at its first step is the schedule's."""
    training = {"schedule": Constant(warmup_epochs=2), "optimizer": SGD(learning_rate=0.7)}
    optimizer = build_optimizer(make_experiment(**training), STEPS)
    assert float(optimizer.learning_rate) == pytest.approx(0.7 / 14)


def test_regularizers_change_the_optimizer(make_experiment: Callable[..., Experiment]) -> None:
    """The weight_decay regularizer replaces AdamW's own decay."""
    decayed = make_experiment(regularizers={"weight_decay": {"rate": 0.25}})
    assert build_optimizer(decayed, STEPS).weight_decay == 0.25


def test_a_constant_rate_is_a_number() -> None:
    """The optimizer keeps it in a variable, which can change without compiling again."""
    assert build_learning_rate(Training(optimizer=SGD(learning_rate=0.3)), STEPS) == 0.3


@pytest.mark.parametrize("warmup", [0.0, WARM_UP])
@pytest.mark.parametrize("step", [0, 3, STEPS * 4, STEPS * 12 - 1, STEPS * 12, STEPS * EPOCHS - 1])
@pytest.mark.parametrize(
    "kind",
    ["constant", "cosine", "step"],
)
def test_rate_follows_its_formula(kind: str, step: int, warmup: float) -> None:
    """Each schedule, with and without warm-up, from the first step to the last."""
    schedule, factor = _schedule(kind, warmup)
    rate = build_learning_rate(_training(schedule), STEPS)
    got = rate if isinstance(rate, float) else float(rate(np.int64(step)))
    rising = min(1.0, (step + 1) / (STEPS * warmup)) if warmup else 1.0
    assert got == pytest.approx(0.3 * rising * factor(step), rel=2e-6)


def test_cosine_begins_at_the_rate_and_ends_near_its_fraction() -> None:
    """The last step is one step short of the end of the cosine; beyond it the rate stays."""
    rate = build_learning_rate(_training(Cosine(final_fraction=0.1)), STEPS)
    last = STEPS * EPOCHS
    assert float(rate(0)) == pytest.approx(0.3)
    assert 0.03 < float(rate(last - 1)) < 0.0301
    assert float(rate(last)) == float(rate(last + 100)) == pytest.approx(0.03)


def test_warm_up_ends_at_the_full_rate() -> None:
    """The last of its steps is the first with the full rate; its first is not zero."""
    rate = build_learning_rate(_training(Constant(warmup_epochs=3)), STEPS)
    got = [float(rate(step)) for step in (0, 1, 20, 21)]
    np.testing.assert_allclose(got, [0.3 / 21, 0.6 / 21, 0.3, 0.3], rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 3, 7, 250, 11_250])
def test_steps_fall_at_the_first_step_of_an_epoch(steps: int) -> None:
    """Neither one step early nor one late, however many steps an epoch has."""
    rate = build_learning_rate(_training(Step(every_epochs=3, factor=0.5)), steps)
    for epoch in (3, 6, 9, 18):
        before, after = float(rate(steps * epoch - 1)), float(rate(steps * epoch))
        assert before == pytest.approx(0.3 * 0.5 ** (epoch // 3 - 1))
        assert after == pytest.approx(0.3 * 0.5 ** (epoch // 3))


def test_a_schedule_may_start_at_another_step() -> None:
    """Where the batch size has changed: the times of the steps move, the formula does not."""
    rate = build_learning_rate(_training(Cosine()), STEPS)
    moved = build_learning_rate(_training(Cosine()), STEPS, first_step=-9)
    assert [float(moved(np.int64(step))) for step in (0, 5)] == [
        float(rate(np.int64(step))) for step in (9, 14)
    ]


@pytest.mark.parametrize("base", [0.001, 0.3, 1e-7])
def test_rates_are_read_with_their_digits(make_experiment: Callable[..., Experiment], base: float) -> None:
    """The number of the experiment, not that of its float32 in double precision; also of a schedule."""
    experiment = make_experiment(optimizer=SGD(learning_rate=base))
    optimizer = build_optimizer(experiment, STEPS)
    optimizer.build([])
    assert read_learning_rate(optimizer, base) == base
    optimizer.iterations.assign(1)
    assert read_learning_rate(optimizer, build_learning_rate(_training(Cosine()), STEPS)) == 0.3


def _training(schedule: Schedule) -> Training:
    return Training(epochs=EPOCHS, optimizer=SGD(learning_rate=0.3), schedule=schedule)


def _schedule(kind: str, warmup: float) -> tuple[Schedule, Callable[[int], float]]:
    """A schedule and its factor at a step, as its documentation has it."""
    match kind:
        case "cosine":

            def cosine(step: int) -> float:
                done = max(0.0, (step / STEPS - warmup) / (EPOCHS - warmup))
                return 0.1 + 0.9 * (1 + math.cos(math.pi * done)) / 2

            return Cosine(warmup_epochs=warmup, final_fraction=0.1), cosine
        case "step":
            settings = Step(warmup_epochs=warmup, every_epochs=4, factor=0.3)
            return settings, lambda step: 0.3 ** (step // (4 * STEPS))
        case _:
            return Constant(warmup_epochs=warmup), lambda step: 1.0
