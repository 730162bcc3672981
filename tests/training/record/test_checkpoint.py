"""The checkpoint: written whole, read back exactly, refused if it is damaged."""

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.errors import RunError
from reglab.runs.history import Epoch
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import FILE_NAME, Checkpoint, read_checkpoint, write_checkpoint

ROW = Epoch(3, 1 / 3, 1e-3, 0.1, 0.2, 0.3, 0.1 + 0.2, 0.5, 0.6, 0.7, 1e-300, 0.9, -1.0)
STATE = State(
    epochs_done=3,
    images_done=0,
    stopped=True,
    variables={
        "conv/kernel": np.arange(6, dtype=np.float32).reshape(2, 3) / 3,
        "drop/seed": np.array([7, 2**31], np.uint32),
        "sgd/iteration": np.array(12, np.int64),
    },
    callbacks={
        "early_stopping/0": {"wait": np.asarray(4), "best": np.array([0.1], np.float64)},
        "other/0": {},
    },
)
CHECKPOINT = Checkpoint(ROW, "mixed_bfloat16", "torch", STATE)
END = "; start again with --fresh"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """To the last bit: record, policy, backend, names, values and types, in one file without pickles."""
    write_checkpoint(tmp_path / "checkpoint", CHECKPOINT)
    got = read_checkpoint(tmp_path / "checkpoint")
    assert got is not None
    empty = State(3, 0, stopped=True, variables={})
    assert replace(got, state=empty) == replace(CHECKPOINT, state=empty)
    assert (got.state.epochs_done, got.state.images_done, got.state.stopped) == (3, 0, True)
    np.testing.assert_equal(got.state.variables, STATE.variables)
    np.testing.assert_equal(got.state.callbacks, STATE.callbacks)
    assert list(got.state.variables) == list(STATE.variables)
    for name, value in got.state.variables.items():
        assert value.dtype == STATE.variables[name].dtype
    assert [path.name for path in (tmp_path / "checkpoint").iterdir()] == [FILE_NAME]
    with np.load(tmp_path / "checkpoint" / FILE_NAME, allow_pickle=False) as file:
        assert {file[name].dtype.hasobject for name in file.files} == {False}


def test_no_file_is_no_checkpoint(tmp_path: Path) -> None:
    """In an empty folder, and without the folder."""
    assert read_checkpoint(tmp_path) is None
    assert read_checkpoint(tmp_path / "nowhere") is None


def test_damaged_files_are_named(tmp_path: Path) -> None:
    """Truncated, empty, of another program, or with a flipped bit: one line with a way out."""
    write_checkpoint(tmp_path, CHECKPOINT)
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    for content in (whole[:-30], b"", b"hello"):
        assert _damage(path, content) == "it is not an archive of arrays, or is truncated"
    middle = whole.index(b"NUMPY") + 100
    torn = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    assert _damage(path, torn) == "its array 'header' is damaged, or holds objects"


@pytest.mark.parametrize("header", ["[]", '{"format": 2}', "{"])
def test_invalid_headers_are_named(tmp_path: Path, header: str) -> None:
    """A header of another program."""
    np.savez(tmp_path / FILE_NAME, header=np.array(header))
    with pytest.raises(RunError) as caught:
        read_checkpoint(tmp_path)
    assert str(caught.value) == f"{tmp_path / FILE_NAME} is damaged (its header is not valid){END}"


def test_a_checkpoint_of_another_version_is_named(tmp_path: Path) -> None:
    """Earlier ones have names that depend on what else the process had built."""
    header = json.dumps({"paths": ["conv/kernel"], "stopped": False})
    np.savez(tmp_path / FILE_NAME, header=np.array(header))
    with pytest.raises(RunError) as caught:
        read_checkpoint(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / FILE_NAME} was written by another version of reglab: "
        f"resume the run with that version, or start again with --fresh"
    )


def test_a_failing_write_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up during a write: the previous checkpoint is still there, and nothing else."""
    write_checkpoint(tmp_path, CHECKPOINT)

    def fill_disk(path: Path, **arrays: Any) -> None:
        path.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", fill_disk)
    with pytest.raises(RunError) as caught:
        write_checkpoint(tmp_path, replace(CHECKPOINT, policy="float32"))
    assert str(caught.value) == f"cannot write {tmp_path / FILE_NAME}: No space left on device"
    monkeypatch.undo()
    old = read_checkpoint(tmp_path)
    assert old is not None
    assert old.policy == "mixed_bfloat16"
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    """A file has its name."""
    folder = tmp_path / "checkpoint"
    folder.write_text("in the way")
    with pytest.raises(RunError) as caught:
        write_checkpoint(folder, CHECKPOINT)
    assert str(caught.value) == f"cannot create {folder}: File exists"


def _damage(path: Path, content: bytes) -> str:
    """The reason in the message for a file with this content."""
    path.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_checkpoint(path.parent)
    message = str(caught.value)
    begin, end = f"{path} is damaged (", f"){END}"
    assert message.startswith(begin)
    assert message.endswith(end)
    return message.removeprefix(begin).removesuffix(end)
