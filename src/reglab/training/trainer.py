"""One run: from the experiment and its images to a trained, recorded network."""

import sys
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import keras
import numpy as np

from reglab.backend.start import Backend
from reglab.runs.history import read_history
from reglab.runs.summary import Summary
from reglab.training.listener import Listener
from reglab.training.loop.batches import Batches
from reglab.training.loop.callbacks import Measuring, Recording, Reporting
from reglab.training.loop.dispatch import BundleModel, Bundles
from reglab.training.loop.index_model import IndexModel
from reglab.training.loop.optimizer import build_learning_rate, build_optimizer
from reglab.training.record.checkpoint import StatefulCallback, restore
from reglab.training.record.continuity import EFFECT, note_environment
from reglab.training.record.journal import Journal
from reglab.training.record.results import write_results
from reglab.training.subject import Subject


def train(subject: Subject, journal: Journal, backend: Backend, listener: Listener) -> Summary:
    """Trains a run to its end, from wherever its journal says that it is, and writes its results.

    Args:
        subject: experiment and images.
        journal: the run's record, opened.
        backend: what was started for this process.
        listener: where progress is shown.

    Returns:
        The run's summary, which is written too, with everything else.

    Raises:
        TrainingError: a figure is no longer a number.
        RunError: the system refused to write.
    """
    experiment, split = subject.experiment, subject.split
    training = experiment.training
    environment, changes = note_environment(journal, backend)
    # Into the run's log, which every sitting leaves a line in.
    print(environment.model_dump_json(), file=sys.stderr)
    batches = Batches(
        split.train,
        np.eye(len(subject.dataset.classes), dtype=np.float32)[split.labels],
        batch_size=training.batch_size,
        seed=training.seed,
        first_epoch=journal.epochs_done,
        epochs=training.epochs,
    )
    bundled = backend.steps_per_dispatch > 1
    feed = Bundles(batches, backend.steps_per_dispatch) if bundled else batches
    model = build_model(subject, batches.steps_per_epoch, BundleModel if bundled else IndexModel)
    measuring = Measuring(split, build_learning_rate(training, batches.steps_per_epoch))
    guests = [callback for guest in experiment.regularizers.active for callback in guest.callbacks()]
    stateful = [callback for callback in guests if isinstance(callback, StatefulCallback)]
    first, last = journal.epochs_done, training.epochs
    if journal.checkpoint is not None:
        restore(journal.checkpoint, model, stateful)
        if journal.checkpoint.stopped:
            last = first
    listener.say(
        f"{subject.title}: {len(split.train):,} training images of {subject.dataset.title}, "
        f"validation on the {subject.validation}, {backend.precision.policy} ({backend.precision.reason})"
    )
    if changes:
        warning = f"{subject.title}: resumes with another environment ({', '.join(changes)}): {EFFECT}"
        print(warning, file=sys.stderr)
        listener.warn(warning)
    listener.begin(subject.title, training.epochs, first, batches.steps_per_epoch, len(split.train))
    try:
        _fit(
            model,
            feed,
            [
                measuring,
                *guests,
                Recording(journal, measuring, stateful, backend),
                Reporting(listener, measuring, feed.count_steps),
            ],
            first,
            last,
        )
    finally:
        listener.end()
    history = read_history(journal.run.history)
    kept = next((guest.kept_epoch for guest in guests if isinstance(guest, WeightsKeeper)), None)
    summary = write_results(
        subject, model, history, kept or len(history.rows), journal.run, backend.precision.policy
    )
    journal.finish()
    return summary


def build_model(subject: Subject, steps_per_epoch: int, kind: type[IndexModel] = IndexModel) -> IndexModel:
    """The model of an experiment, compiled, with its optimizer, its loss and its metrics built."""
    experiment = subject.experiment
    model = kind(experiment, subject.split.images, len(subject.dataset.classes))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    for guest in experiment.regularizers.active:
        loss = guest.change_loss(loss)
    model.compile(
        optimizer=build_optimizer(experiment, steps_per_epoch),
        loss=loss,
        metrics=[
            keras.metrics.CategoricalAccuracy(name="accuracy"),
            keras.metrics.CategoricalCrossentropy(from_logits=True, name="cross_entropy"),
        ],
    )
    model.optimizer.build(model.trainable_variables)
    # Keras would build them from the first batch that `fit` sees, which may be a bundle.
    sample = np.zeros((1, len(subject.dataset.classes)), np.float32)
    model.compute_loss(y=sample, y_pred=sample)
    model.compute_metrics(None, sample, sample)
    return model


def _fit(model: Any, batches: Batches | Bundles, callbacks: Sequence[Any], first: int, last: int) -> None:
    model.fit(
        batches,
        steps_per_epoch=batches.steps_per_epoch,
        initial_epoch=first,
        epochs=last,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )


@runtime_checkable
class WeightsKeeper(Protocol):
    """A callback that may end a training with the weights of an earlier epoch."""

    @property
    def kept_epoch(self) -> int | None:
        """That epoch, from 1; None: the last one."""
