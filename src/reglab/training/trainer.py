"""The training of a run: a session with a journal."""

import sys

from reglab.backend.start import Backend
from reglab.machine import find_memory
from reglab.model.network import outline_network
from reglab.model.size import measure_size
from reglab.runs.history import Epoch, read_history
from reglab.runs.summary import Summary
from reglab.training.listener import Listener
from reglab.training.memory import check_memory
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.continuity import EFFECT, note_environment
from reglab.training.record.journal import Journal
from reglab.training.record.results import write_results
from reglab.training.session import Session
from reglab.training.subject import Subject


def train(subject: Subject, journal: Journal, backend: Backend, listener: Listener) -> Summary:
    """Trains a run from its last checkpoint to its end, and writes its results.

    Args:
        subject: experiment and images.
        journal: the open journal of the run.
        backend: of this process.
        listener: receives the progress.

    Returns:
        The run's summary, as written.

    Raises:
        TrainingError: a loss or another number is not finite, or the network needs more memory than there is.
        RunError: the checkpoint is of another network, or the system refused to write.
    """
    environment, changes = note_environment(journal, backend)
    # Standard error is the run's log, which has a line for every attempt.
    print(environment.model_dump_json(), file=sys.stderr)
    policy, reason = backend.precision.policy, backend.precision.reason

    def record(row: Epoch) -> None:
        journal.record(Checkpoint(row, policy, backend.name, session.get_state()))

    if not backend.gpu:
        outline, _ = outline_network(subject.experiment, len(subject.dataset.classes))
        batch_size = min(subject.experiment.training.batch_size, len(subject.split.train))
        check_memory(measure_size(outline), batch_size, policy, find_memory())
    session = Session(subject, backend, listener, record)
    if journal.checkpoint is not None:
        session.set_state(journal.checkpoint.state)
    images = len(subject.split.train)
    listener.say(
        f"{subject.title}: {images:,} training images of {subject.dataset.title}, "
        f"validation on the {subject.validation}, {policy} ({reason})"
    )
    if changes:
        warning = f"{subject.title}: resumes with another environment ({', '.join(changes)}): {EFFECT}"
        print(warning, file=sys.stderr)
        listener.warn(warning)
    epochs = subject.experiment.training.epochs
    listener.begin(subject.title, epochs, session.epochs_done, session.steps_per_epoch, images)
    try:
        session.train()
        session.finish()
    finally:
        listener.end()
    history = read_history(journal.run.history)
    summary = write_results(subject, session.model, history, session.kept_epoch, journal.run, policy)
    journal.finish()
    return summary
