"""Everything that the next epoch depends on, in one file that is either old or new, never torn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from reglab.backend.start import Backend
from reglab.errors import RunError
from reglab.files import atomic_path, flush
from reglab.runs.history import Epoch

FILE_NAME = "state.npz"
Arrays = Mapping[str, NDArray[Any]]


@runtime_checkable
class StatefulCallback(Protocol):
    """A callback that remembers something over epochs, and can be made to remember it again."""

    def get_state(self) -> dict[str, NDArray[Any]]:
        """What it remembers, as arrays."""

    def set_state(self, state: Arrays) -> None:
        """Remembers what `get_state` gave, in a training that is about to start."""


@dataclass(frozen=True)
class Checkpoint:
    """The state after an epoch.

    Attributes:
        epoch: the last finished epoch's record; its number says how far the run is.
        stopped: whether a callback has ended the training before its last epoch.
        policy: Keras's dtype policy, which a resumed run keeps.
        backend: `tensorflow`, `jax` or `torch`; a resumed run stays on it.
        paths: names of the variables, in order; a network of other layers is told by them.
        variables: their values.
        callbacks: the state of each stateful callback, in their order.
    """

    epoch: Epoch
    stopped: bool
    policy: str
    backend: str
    paths: tuple[str, ...]
    variables: tuple[NDArray[Any], ...]
    callbacks: tuple[Arrays, ...] = field(default=())


def capture(
    model: Any, callbacks: Sequence[StatefulCallback], epoch: Epoch, stopped: bool, backend: Backend
) -> Checkpoint:
    """Copies the state of an index model and of its callbacks, and says what computed it."""
    variables = model.state_variables
    return Checkpoint(
        epoch=epoch,
        stopped=stopped,
        policy=backend.precision.policy,
        backend=backend.name,
        paths=tuple(variable.path for variable in variables),
        variables=tuple(np.asarray(variable.numpy()) for variable in variables),
        callbacks=tuple(callback.get_state() for callback in callbacks),
    )


def restore(checkpoint: Checkpoint, model: Any, callbacks: Sequence[StatefulCallback]) -> None:
    """Writes a state into a freshly built model and its callbacks.

    Raises:
        RunError: the checkpoint is of another network.
    """
    variables = model.state_variables
    paths = tuple(variable.path for variable in variables)
    if paths != checkpoint.paths or len(callbacks) != len(checkpoint.callbacks):
        raise RunError(
            "the checkpoint is of another version of this network; start the run again with --fresh"
        )
    for variable, value in zip(variables, checkpoint.variables, strict=True):
        variable.assign(value)
    for callback, state in zip(callbacks, checkpoint.callbacks, strict=True):
        callback.set_state(state)


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Replaces the checkpoint in a folder, which is made if need be.

    Raises:
        RunError: the system refused.
    """
    try:
        if not folder.is_dir():
            folder.mkdir()
            flush(folder.parent)
    except OSError as error:
        raise RunError(f"cannot create {folder}: {error.strerror}") from error
    header = {
        "epoch": asdict(checkpoint.epoch),
        "stopped": checkpoint.stopped,
        "policy": checkpoint.policy,
        "backend": checkpoint.backend,
        "paths": checkpoint.paths,
        "callbacks": [sorted(state) for state in checkpoint.callbacks],
    }
    arrays: dict[str, Any] = {"header": np.array(json.dumps(header))}
    arrays |= {f"variable_{number}": value for number, value in enumerate(checkpoint.variables)}
    for number, state in enumerate(checkpoint.callbacks):
        arrays |= {f"callback_{number}_{key}": value for key, value in state.items()}
    with atomic_path(folder / FILE_NAME) as temporary:
        np.savez(temporary, **arrays)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in a folder, or None where there is none.

    Raises:
        RunError: the file is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        # Opened here, since NumPy leaves a damaged archive open.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            header = json.loads(str(file["header"]))
            count = len(header["paths"])
            return Checkpoint(
                epoch=Epoch(**header["epoch"]),
                stopped=header["stopped"],
                policy=header["policy"],
                backend=header["backend"],
                paths=tuple(header["paths"]),
                variables=tuple(file[f"variable_{number}"] for number in range(count)),
                callbacks=tuple(
                    {key: file[f"callback_{number}_{key}"] for key in keys}
                    for number, keys in enumerate(header["callbacks"])
                ),
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise RunError(f"{path} is damaged ({error}); start the run again with --fresh") from error
