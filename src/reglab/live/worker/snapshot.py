"""A snapshot: a training between two steps, in one file from which it goes on exactly."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from reglab.archives import ArchiveError, read_arrays
from reglab.errors import ReglabError, RunError
from reglab.experiment import Experiment
from reglab.files import atomic_path, refused
from reglab.training.loop.state import State
from reglab.training.record.packing import pack_state, unpack_state

SUFFIX = ".snapshot.npz"
_FORMAT = 1
_LARGEST = 2**30
"""Bytes of a file that is read."""


@dataclass(frozen=True)
class Snapshot:
    """A training between two steps.

    Attributes:
        experiment: the current one, after all changes.
        images: fingerprint of the images, as in the status of a run.
        policy: Keras's dtype policy.
        backend: `tensorflow`, `jax` or `torch`.
        steps: number of steps done, over all changes.
        state: on which the next step depends.
    """

    experiment: Experiment
    images: str
    policy: str
    backend: str
    steps: int
    state: State


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Writes a snapshot atomically; raises RunError if the system refuses."""
    packed, arrays = pack_state(snapshot.state)
    header = {
        "snapshot": _FORMAT,
        "experiment": snapshot.experiment.model_dump(mode="json", exclude_none=True),
        "images": snapshot.images,
        "policy": snapshot.policy,
        "backend": snapshot.backend,
        "steps": snapshot.steps,
        **packed,
    }
    arrays = {"header": np.array(json.dumps(header)), **arrays}
    with atomic_path(path) as temporary:
        np.savez(temporary, **arrays)


def read_snapshot(path: Path) -> Snapshot:
    """Reads a snapshot; nothing in it is executed.

    Raises:
        RunError: it does not exist, is too large, or is not a snapshot of this version.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise RunError(f"{path}: expected a snapshot of at most {_LARGEST:,} bytes, got a larger file")
        arrays = read_arrays(path)
        header = json.loads(str(arrays["header"]))
        if header["snapshot"] != _FORMAT:
            raise RunError(f"{path} was written by another version of reglab")
        return _build(header, arrays)
    except OSError as error:
        raise refused("read", path, error) from error
    except ArchiveError as error:
        raise RunError(f"{path} is not a snapshot of reglab: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        if isinstance(error, ReglabError):
            raise
        raise RunError(f"{path} is not a snapshot of reglab: its header is missing or damaged") from error


def _build(header: Any, arrays: Any) -> Snapshot:
    for name in ("images", "policy", "backend"):
        if not isinstance(header[name], str):
            raise TypeError(name)
    return Snapshot(
        experiment=Experiment.from_mapping(header["experiment"]),
        images=header["images"],
        policy=header["policy"],
        backend=header["backend"],
        steps=int(header["steps"]),
        state=unpack_state(header, arrays),
    )
