"""What is left on the disk, whenever a training is killed."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reglab.errors import BackendError, RunError
from reglab.experiment import Experiment
from reglab.machine import find_boot
from reglab.runs.history import Epoch, append_epoch, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import Checkpoint, write_checkpoint
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path / "tiny" / "seed-0")
    directory.create()
    return directory


@pytest.fixture
def subject(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> Subject:
    return make_subject(make_experiment(epochs=5, seed=4))


def test_opening_begins_the_record(run: RunDirectory, subject: Subject) -> None:
    """A status that says who trains what, and the resolved experiment, which loads as it was."""
    journal = Journal(run, subject, "tensorflow")
    status = read_status(run.status)
    assert (status.state, status.epochs_done, status.epochs, status.seed) == ("running", 0, 5, 4)
    assert (status.identity, status.experiment) == (subject.experiment.identity, "tiny")
    assert (status.pid, status.host, status.boot) == (os.getpid(), socket.gethostname(), find_boot())
    assert status.started == status.updated
    assert (status.images, status.validation) == (subject.fingerprint, "test set")
    assert (journal.checkpoint, journal.epochs_done) == (None, 0)
    assert Experiment.load(run.experiment) == subject.experiment


def test_epochs_are_kept_as_they_end(run: RunDirectory, subject: Subject) -> None:
    """In checkpoint, history and status."""
    journal = Journal(run, subject, "tensorflow")
    for number in (1, 2):
        journal.record(_checkpoint(number))
    assert read_history(run.history).rows == (_row(1), _row(2))
    assert (read_status(run.status).epochs_done, journal.epochs_done) == (2, 2)
    again = Journal(run, subject, "tensorflow")
    assert again.checkpoint is not None
    assert (again.checkpoint.epoch, again.epochs_done) == (_row(2), 2)
    assert read_status(run.status).started < read_status(run.status).updated


def test_killed_between_checkpoint_and_history(run: RunDirectory, subject: Subject) -> None:
    """The next opening adds the line that is missing, and only that."""
    Journal(run, subject, "tensorflow").record(_checkpoint(1))
    write_checkpoint(run.checkpoint, _checkpoint(2))
    journal = Journal(run, subject, "tensorflow")
    assert read_history(run.history).rows == (_row(1), _row(2))
    assert journal.epochs_done == 2
    Journal(run, subject, "tensorflow")
    assert read_history(run.history).rows == (_row(1), _row(2))


def test_killed_before_the_first_line(run: RunDirectory, subject: Subject) -> None:
    """A checkpoint of epoch 1 and no history yet."""
    Journal(run, subject, "tensorflow")
    write_checkpoint(run.checkpoint, _checkpoint(1))
    assert Journal(run, subject, "tensorflow").epochs_done == 1
    assert read_history(run.history).rows == (_row(1),)


def test_contradicting_files_are_refused(run: RunDirectory, subject: Subject) -> None:
    """A history that is ahead of its checkpoint is of another run; the status stays as it was."""
    Journal(run, subject, "tensorflow").record(_checkpoint(1))
    append_epoch(run.history, _row(2))
    before = run.status.read_bytes()
    with pytest.raises(RunError) as caught:
        Journal(run, subject, "tensorflow")
    assert str(caught.value) == (
        f"{run.history} has 2 epochs, but the checkpoint beside it has 1: "
        "they are not of the same run; start again with --fresh"
    )
    assert run.status.read_bytes() == before


def test_other_images_are_refused(run: RunDirectory, subject: Subject) -> None:
    """A started run never resumes with other images; the status does not change."""
    Journal(run, subject, "tensorflow").record(_checkpoint(1))
    before = run.status.read_bytes()
    with pytest.raises(RunError) as caught:
        Journal(run, _darken(subject), "tensorflow")
    assert str(caught.value) == (
        f"{run.path} was started with other images than tiny images from memory: "
        "name their directory with --data-dir, or start again with --fresh"
    )
    assert run.status.read_bytes() == before


def test_another_backend_is_refused(run: RunDirectory, subject: Subject) -> None:
    """Before any other check; the status does not change."""
    Journal(run, subject, "tensorflow").record(_checkpoint(1))
    before = run.status.read_bytes()
    with pytest.raises(BackendError) as caught:
        Journal(run, _darken(subject), "jax")
    assert str(caught.value) == (
        f"{run.path} was started on tensorflow, this is jax: "
        "resume it with KERAS_BACKEND=tensorflow, or start again with --fresh"
    )
    assert run.status.read_bytes() == before


def test_a_run_without_an_epoch_takes_other_images(run: RunDirectory, subject: Subject) -> None:
    """Nothing of the first images is recorded."""
    Journal(run, subject, "tensorflow")
    Journal(run, _darken(subject), "tensorflow")
    assert read_status(run.status).images == _darken(subject).fingerprint != subject.fingerprint


def test_a_complete_run_has_no_checkpoint(run: RunDirectory, subject: Subject) -> None:
    """Its state stays complete, whatever happens afterwards."""
    journal = Journal(run, subject, "tensorflow")
    journal.record(_checkpoint(1))
    journal.finish()
    assert read_status(run.status).state == "complete"
    assert not run.checkpoint.exists()
    journal.close("interrupted")
    assert read_status(run.status).state == "complete"


def test_how_an_attempt_ended(run: RunDirectory, subject: Subject) -> None:
    """State, reason and epochs are recorded; the next attempt clears the reason."""
    journal = Journal(run, subject, "tensorflow")
    journal.record(_checkpoint(1))
    journal.close("failed", "loss became nan in epoch 2")
    status = read_status(run.status)
    assert (status.state, status.message, status.epochs_done) == ("failed", "loss became nan in epoch 2", 1)
    Journal(run, subject, "tensorflow")
    again = read_status(run.status)
    assert (again.state, again.message, again.started) == ("running", "", status.started)


def _darken(subject: Subject) -> Subject:
    """The same except for one pixel."""
    images = subject.split.images.copy()
    images[0, 0, 0, 0] ^= 1
    return replace(subject, split=replace(subject.split, images=images))


def _row(number: int) -> Epoch:
    return Epoch(number, float(number), 1e-3, 2.0, 0.1, 2.0, 1.9, 0.3, 1.95, 0.25, 0.0, 0.05, 0.05)


def _checkpoint(number: int) -> Checkpoint:
    state = State(number, 0, False, {"kernel": np.full(3, number, np.float32)})
    return Checkpoint(_row(number), "float32", "tensorflow", state)
