"""The checkpoint: the state after an epoch, in one file that is replaced atomically."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reglab.archives import ArchiveError, read_arrays
from reglab.errors import RunError
from reglab.files import atomic_path, flush, refused
from reglab.runs.history import Epoch
from reglab.training.loop.state import State
from reglab.training.record.packing import pack_state, unpack_state

FILE_NAME = "state.npz"
_FORMAT = 2


@dataclass(frozen=True)
class Checkpoint:
    """The record and the state from which a run resumes.

    Attributes:
        epoch: the record of the last finished epoch.
        policy: Keras's dtype policy, which a resumed run keeps.
        backend: `tensorflow`, `jax` or `torch`; a resumed run keeps it.
        state: the state of the training.
    """

    epoch: Epoch
    policy: str
    backend: str
    state: State


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Replaces the checkpoint in a folder, which is created if it is missing.

    Raises:
        RunError: the system refused to write.
    """
    try:
        if not folder.is_dir():
            folder.mkdir()
            flush(folder.parent)
    except OSError as error:
        raise refused("create", folder, error) from error
    packed, arrays = pack_state(checkpoint.state)
    header = {
        "format": _FORMAT,
        "epoch": checkpoint.epoch.figures,
        "policy": checkpoint.policy,
        "backend": checkpoint.backend,
        **packed,
    }
    arrays = {"header": np.array(json.dumps(header)), **arrays}
    with atomic_path(folder / FILE_NAME) as temporary:
        np.savez(temporary, **arrays)


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in a folder, or None if there is none.

    Raises:
        RunError: the file is damaged, or was written by another version.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        arrays = read_arrays(path)
        header = json.loads(str(arrays["header"]))
        if header.get("format") == _FORMAT:
            return _build_checkpoint(header, arrays)
    except (OSError, ArchiveError) as error:
        raise RunError(f"{path} is damaged ({error}); start again with --fresh") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{path} is damaged (its header is not valid); start again with --fresh") from error
    raise RunError(
        f"{path} was written by another version of reglab: resume the run with that version, "
        "or start again with --fresh"
    )


def _build_checkpoint(header: Any, arrays: Any) -> Checkpoint:
    state = unpack_state(header, arrays)
    return Checkpoint(Epoch(**header["epoch"]), header["policy"], header["backend"], state)
