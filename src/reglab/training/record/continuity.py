"""Whether a run that goes on has what it began with: its last bits depend on that."""

from collections.abc import Mapping

from reglab.backend.start import Backend
from reglab.errors import RunError
from reglab.runs.environment import Environment, collect_environment, read_environment, write_environment
from reglab.training.record.journal import Journal

# What a sum's last bit depends on, in words.
_DECISIVE: Mapping[str, str] = {
    "processor": "processor",
    "device": "device",
    "threads": "threads",
    "reglab": "reglab",
    "keras": "Keras",
    "numpy": "NumPy",
}
_LIBRARIES: Mapping[str, Mapping[str, str]] = {
    "tensorflow": {"tensorflow": "TensorFlow"},
    "jax": {"jax": "JAX", "jaxlib": "jaxlib"},
    "torch": {"torch": "PyTorch"},
}


def note_environment(journal: Journal, backend: Backend) -> tuple[Environment, tuple[str, ...]]:
    """Writes `environment.json` where a run begins, and looks for changes where it goes on.

    Args:
        journal: of the run.
        backend: that this process has started.

    Returns:
        What this process computes with, and what of it has changed since the run began. Where the record
        of the beginning cannot be read, nothing is known to have changed.

    Raises:
        RunError: the system refused to write.
    """
    choice = backend.precision
    device = "GPU" if backend.gpu else "CPU"
    now = collect_environment(choice.policy, choice.reason, backend.name, backend.threads, device)
    # A sitting that came to no epoch has left nothing else that was computed with its environment.
    if journal.checkpoint is None:
        write_environment(journal.run.environment, now)
        return now, ()
    try:
        before = read_environment(journal.run.environment)
    except RunError:
        return now, ()
    return now, list_changes(before, now)


def list_changes(before: Environment, now: Environment) -> tuple[str, ...]:
    """What has changed of that on which the last bit of a training depends.

    Args:
        before: of the run so far.
        now: of the process that goes on with it, on the same backend.

    Returns:
        In words, `threads 2 instead of 4`; empty where everything is as before. What an earlier version
        did not record is not counted.
    """
    names = {**_DECISIVE, **_LIBRARIES[now.backend]}
    values = ((words, getattr(before, name), getattr(now, name)) for name, words in names.items())
    return tuple(f"{words} {new} instead of {old}" for words, old, new in values if old not in (None, new))
