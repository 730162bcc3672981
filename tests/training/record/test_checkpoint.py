"""The state after an epoch: written whole, read back exactly, refused where it does not fit."""

import errno
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.errors import RunError
from reglab.runs.history import Epoch
from reglab.training.record.checkpoint import (
    FILE_NAME,
    Checkpoint,
    StatefulCallback,
    capture,
    read_checkpoint,
    restore,
    write_checkpoint,
)

ROW = Epoch(3, 1 / 3, 1e-3, 0.1, 0.2, 0.3, 0.1 + 0.2, 0.5, 0.6, 0.7, 1e-300, 0.9, -1.0)


class _Variable:
    """As much of a Keras variable as a checkpoint uses."""

    def __init__(self, path: str, value: Any) -> None:
        self.path = path
        self.value = np.asarray(value)

    def numpy(self) -> np.ndarray:
        return self.value

    def assign(self, value: Any) -> None:
        self.value = np.asarray(value)


class _Model:
    """A kernel, a random state and an optimizer's step."""

    def __init__(
        self, scale: float, paths: tuple[str, ...] = ("conv/kernel", "drop/seed", "sgd/step")
    ) -> None:
        kernel = np.arange(6, dtype=np.float32).reshape(2, 3) * np.float32(scale)
        values = (kernel, np.array([7 * scale, 2**31], np.uint32), np.array(12 * scale, np.int64))
        self.state_variables = [_Variable(*pair) for pair in zip(paths, values, strict=True)]


class _Patience:
    """A callback that remembers, and so is part of the state."""

    def __init__(self, waited: int) -> None:
        self.waited = waited

    def get_state(self) -> dict[str, np.ndarray]:
        return {"waited": np.asarray(self.waited), "best": np.array([0.1], np.float64)}

    def set_state(self, state: Mapping[str, np.ndarray]) -> None:
        self.waited = int(state["waited"])


@pytest.fixture
def checkpoint() -> Checkpoint:
    backend = Backend("torch", False, 2, Choice("mixed_bfloat16", "for a test"))
    return capture(_Model(1 / 3), [_Patience(4), _Patience(5)], ROW, stopped=True, backend=backend)


def test_what_is_written_is_read(tmp_path: Path, checkpoint: Checkpoint) -> None:
    """To the last bit: record, flag, policy, backend, names, values and types, callbacks."""
    write_checkpoint(tmp_path / "checkpoint", checkpoint)
    got = read_checkpoint(tmp_path / "checkpoint")
    assert got is not None
    assert (got.epoch, got.stopped, got.policy, got.backend) == (ROW, True, "mixed_bfloat16", "torch")
    assert got.paths == ("conv/kernel", "drop/seed", "sgd/step")
    for one, other in zip(got.variables, checkpoint.variables, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)
    assert [int(state["waited"]) for state in got.callbacks] == [4, 5]
    assert [state["best"].dtype for state in got.callbacks] == [np.float64, np.float64]
    assert [path.name for path in (tmp_path / "checkpoint").iterdir()] == [FILE_NAME]


def test_restoring_gives_the_state_back(tmp_path: Path, checkpoint: Checkpoint) -> None:
    """Every variable and every callback of a model that started otherwise."""
    write_checkpoint(tmp_path, checkpoint)
    got = read_checkpoint(tmp_path)
    assert got is not None
    model, callbacks = _Model(9), [_Patience(0), _Patience(0)]
    restore(got, model, callbacks)
    for variable, expected in zip(model.state_variables, _Model(1 / 3).state_variables, strict=True):
        np.testing.assert_array_equal(variable.value, expected.value)
    assert [callback.waited for callback in callbacks] == [4, 5]


def test_no_file_is_no_checkpoint(tmp_path: Path) -> None:
    """Neither a folder without one nor no folder at all."""
    assert read_checkpoint(tmp_path) is None
    assert read_checkpoint(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("model", "callbacks"),
    [
        (_Model(1, ("conv/kernel", "drop/seed", "adam/step")), 2),
        (_Model(1, ("drop/seed", "conv/kernel", "sgd/step")), 2),
        (_Model(1), 1),
    ],
)
def test_another_network_is_refused(checkpoint: Checkpoint, model: _Model, callbacks: int) -> None:
    """Other names, another order or other callbacks; nothing is assigned."""
    before = [variable.value for variable in model.state_variables]
    with pytest.raises(RunError) as caught:
        restore(checkpoint, model, [_Patience(0) for _ in range(callbacks)])
    assert str(caught.value) == (
        "the checkpoint is of another version of this network; start the run again with --fresh"
    )
    for variable, value in zip(model.state_variables, before, strict=True):
        assert variable.value is value


def test_damaged_files_are_named(tmp_path: Path, checkpoint: Checkpoint) -> None:
    """Cut short, empty, foreign, or with a header that is none: one line with the way out."""
    write_checkpoint(tmp_path, checkpoint)
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    assert _damage(path, whole[:-30]) == "File is not a zip file"
    assert _damage(path, b"") == "No data left in file"
    pickled = "This file contains pickled (object) data. If you trust the file you can load it unsafely using"
    assert _damage(path, b"hello").startswith(pickled)
    middle = whole.index(b"NUMPY") + 100
    torn = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    assert _damage(path, torn) == "Bad CRC-32 for file 'header.npy'"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("[]", "list indices must be integers or slices, not str"),
        ("{}", "'paths'"),
        ('{"paths": [], "epoch": {"epoch": 1}, "stopped": false, "policy": "", "callbacks": []}', None),
        ("{", None),
    ],
)
def test_foreign_headers_are_named(tmp_path: Path, header: str, reason: str | None) -> None:
    """A file of another program, or of another version."""
    np.savez(tmp_path / FILE_NAME, header=np.array(header))
    with pytest.raises(RunError) as caught:
        read_checkpoint(tmp_path)
    begin = f"{tmp_path / FILE_NAME} is damaged ("
    end = "); start the run again with --fresh"
    message = str(caught.value)
    assert message.startswith(begin)
    assert message.endswith(end)
    if reason is not None:
        assert message == begin + reason + end


def test_a_failing_write_leaves_the_old_one(
    tmp_path: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up half-way: the last checkpoint still reads, and no rest of the new one stays."""
    write_checkpoint(tmp_path, checkpoint)

    def fill_disk(path: Path, **arrays: Any) -> None:
        path.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", fill_disk)
    with pytest.raises(RunError) as caught:
        write_checkpoint(tmp_path, replace(checkpoint, policy="float32"))
    assert str(caught.value) == f"cannot write {tmp_path / FILE_NAME}: No space left on device"
    monkeypatch.undo()
    old = read_checkpoint(tmp_path)
    assert old is not None
    assert old.policy == "mixed_bfloat16"
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, checkpoint: Checkpoint) -> None:
    """A file stands in its place."""
    folder = tmp_path / "checkpoint"
    folder.write_text("in the way")
    with pytest.raises(RunError) as caught:
        write_checkpoint(folder, checkpoint)
    assert str(caught.value) == f"cannot create {folder}: File exists"


def test_callbacks_are_told_by_what_they_can_do() -> None:
    """Both methods make one stateful."""
    assert isinstance(_Patience(0), StatefulCallback)
    assert not isinstance(_Variable("a", 0), StatefulCallback)


def test_header_is_plain_json(tmp_path: Path, checkpoint: Checkpoint) -> None:
    """No pickle anywhere: a checkpoint is data, whoever wrote it."""
    write_checkpoint(tmp_path, checkpoint)
    with np.load(tmp_path / FILE_NAME, allow_pickle=False) as file:
        assert json.loads(str(file["header"]))["callbacks"] == [["best", "waited"], ["best", "waited"]]
        assert {file[name].dtype.hasobject for name in file.files} == {False}


def _damage(path: Path, content: bytes) -> str:
    """The reason that is told for a file with this content."""
    path.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_checkpoint(path.parent)
    message = str(caught.value)
    begin, end = f"{path} is damaged (", "); start the run again with --fresh"
    assert message.startswith(begin)
    assert message.endswith(end)
    return message.removeprefix(begin).removesuffix(end)
