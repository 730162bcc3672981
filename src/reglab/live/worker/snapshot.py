"""A snapshot: a training between two steps, in one file from which it continues exactly."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reglab.archives import ArchiveError, read_arrays
from reglab.errors import ExperimentError, RunError
from reglab.experiment import Experiment
from reglab.files import atomic_path, refused
from reglab.training.loop.state import State
from reglab.training.record.packing import pack_state, unpack_state

SUFFIX = ".snapshot.npz"
_FORMAT = 2
_LARGEST = 2**30
"""Bytes of a file that is read."""
_Count = Annotated[int, Field(ge=0, lt=2**53)]


@dataclass(frozen=True)
class Snapshot:
    """A training between two steps.

    Attributes:
        path: of its file.
        experiment: the current one, after all changes.
        images: fingerprint of the images, as in the status of a run.
        policy: Keras's dtype policy.
        backend: `tensorflow`, `jax` or `torch`.
        training: of `Built`.
        steps: number of steps done, over all changes.
        state: on which the next step depends.
    """

    path: Path
    experiment: Experiment
    images: str
    policy: str
    backend: str
    training: str
    steps: int
    state: State


def make_training_id() -> str:
    """A random name of a new training: 16 hexadecimal digits."""
    return secrets.token_hex(8)


class _Version(BaseModel):
    model_config = ConfigDict(strict=True)

    snapshot: int


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    snapshot: int
    experiment: dict[str, Any]
    images: str
    policy: str
    backend: str
    training: str
    steps: _Count
    epochs_done: _Count
    images_done: _Count
    stopped: bool
    variables: tuple[str, ...]
    callbacks: dict[str, tuple[str, ...]]


def write_snapshot(snapshot: Snapshot) -> None:
    """Writes a snapshot atomically; raises RunError if the system refuses."""
    packed, arrays = pack_state(snapshot.state)
    header = {
        "snapshot": _FORMAT,
        "experiment": snapshot.experiment.model_dump(mode="json", exclude_none=True),
        "images": snapshot.images,
        "policy": snapshot.policy,
        "backend": snapshot.backend,
        "training": snapshot.training,
        "steps": snapshot.steps,
        **packed,
    }
    arrays = {"header": np.array(json.dumps(header)), **arrays}
    with atomic_path(snapshot.path) as temporary:
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
    except OSError as error:
        raise refused("read", path, error) from error
    except ArchiveError as error:
        raise RunError(f"{path} is not a snapshot of reglab: {error}") from error
    header = _read_header(path, arrays)
    try:
        experiment = Experiment.from_mapping(header.experiment)
    except ExperimentError as error:
        raise RunError(f"{path} is not a snapshot of reglab: its experiment is not valid: {error}") from error
    return Snapshot(
        path=path,
        experiment=experiment,
        images=header.images,
        policy=header.policy,
        backend=header.backend,
        training=header.training,
        steps=header.steps,
        state=_read_state(path, header, arrays),
    )


def _read_header(path: Path, arrays: Mapping[str, NDArray[Any]]) -> _Header:
    text = str(arrays.get("header", ""))
    try:
        if _Version.model_validate_json(text).snapshot != _FORMAT:
            raise RunError(f"{path} was written by another version of reglab")
        return _Header.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise RunError(
            f"{path} is not a snapshot of reglab: its header is missing or damaged ({place}: {first['msg']})"
        ) from error


def _read_state(path: Path, header: _Header, arrays: Mapping[str, NDArray[Any]]) -> State:
    try:
        state = unpack_state(header.model_dump(), arrays)
    except KeyError as error:
        raise RunError(f"{path} is not a snapshot of reglab: it has no array {error}") from error
    for part in (state.variables, *state.callbacks.values()):
        for name, array in part.items():
            if array.dtype.kind not in "biuf":
                raise RunError(f"{path} is not a snapshot of reglab: its array {name!r} has no numbers")
    return state
