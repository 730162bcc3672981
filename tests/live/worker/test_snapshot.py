"""The file of a snapshot."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.live.worker.snapshot import Snapshot, make_training_id, read_snapshot, write_snapshot
from reglab.training.loop.state import State

Header = dict[str, Any]


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """A snapshot that is written."""
    variables = {"conv/kernel": np.ones((3, 2), np.float32), "sgd/iteration": np.array(7)}
    callbacks = {"early_stopping/0": {"best": np.array(0.5)}}
    snapshot = Snapshot(
        path=tmp_path / "a.snapshot.npz",
        experiment=Experiment(name="a"),
        images="0123",
        policy="float32",
        backend="jax",
        training=make_training_id(),
        steps=7,
        state=State(1, 20, False, variables, callbacks),
    )
    write_snapshot(snapshot)
    return snapshot


def _rewrite(path: Path, change: Callable[[Header, dict[str, Any]], None]) -> None:
    with np.load(path) as archive:
        arrays: dict[str, Any] = dict(archive)
    header = json.loads(str(arrays["header"]))
    change(header, arrays)
    if "header" in arrays:
        arrays["header"] = np.array(json.dumps(header))
    np.savez(path, **arrays)


def _set(**values: Any) -> Callable[[Header, dict[str, Any]], None]:
    return lambda header, arrays: header.update(values)


def _drop(name: str) -> Callable[[Header, dict[str, Any]], None]:
    return lambda header, arrays: (header if name in header else arrays).pop(name)


def test_what_is_written_is_read(snapshot: Snapshot) -> None:
    """Every number, and the training to which it belongs."""
    read = read_snapshot(snapshot.path)
    assert (read.training, read.steps, read.experiment) == (snapshot.training, 7, snapshot.experiment)
    assert (read.state.epochs_done, read.state.images_done, read.state.stopped) == (1, 20, False)
    assert {name: array.tolist() for name, array in read.state.variables.items()} == {
        "conv/kernel": [[1, 1]] * 3,
        "sgd/iteration": 7,
    }
    assert read.state.callbacks["early_stopping/0"]["best"] == 0.5


_HEADER = "its header is missing or damaged"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_set(epochs_done=None), f"{_HEADER} (epochs_done: Input should be a valid integer)"),
        (_set(images_done="20"), f"{_HEADER} (images_done: Input should be a valid integer)"),
        (_set(steps=-1), f"{_HEADER} (steps: Input should be greater than or equal to 0)"),
        (_set(steps=10**30), f"{_HEADER} (steps: Input should be less than 9007199254740992)"),
        (_set(steps=1.5), f"{_HEADER} (steps: Input should be a valid integer)"),
        (_set(stopped=0), f"{_HEADER} (stopped: Input should be a valid boolean)"),
        (_set(images=None), f"{_HEADER} (images: Input should be a valid string)"),
        (_set(training=5), f"{_HEADER} (training: Input should be a valid string)"),
        (_set(variables=None), f"{_HEADER} (variables: Input should be a valid array)"),
        (_set(variables=[3]), f"{_HEADER} (variables.0: Input should be a valid string)"),
        (_set(callbacks=[]), f"{_HEADER} (callbacks: Input should be an object)"),
        (_set(experiment=None), f"{_HEADER} (experiment: Input should be an object)"),
        (_set(more=1), f"{_HEADER} (more: Extra inputs are not permitted)"),
        (_set(snapshot="2"), f"{_HEADER} (snapshot: Input should be a valid integer)"),
        (_drop("policy"), f"{_HEADER} (policy: Field required)"),
        (_drop("training"), f"{_HEADER} (training: Field required)"),
        (_drop("variable/conv/kernel"), "it has no array 'variable/conv/kernel'"),
        (_set(experiment={"training": {"epochs": 0}}), "its experiment is not valid: training.epochs: "),
        (
            lambda header, arrays: arrays.update({"variable/conv/kernel": np.array(["text"])}),
            "its array 'conv/kernel' has no numbers",
        ),
    ],
)
def test_a_malformed_snapshot_is_refused(
    snapshot: Snapshot, change: Callable[[Header, dict[str, Any]], None], problem: str
) -> None:
    """With the place in its header; nothing else is raised."""
    _rewrite(snapshot.path, change)
    with pytest.raises(RunError) as refused:
        read_snapshot(snapshot.path)
    assert str(refused.value).startswith(f"{snapshot.path} is not a snapshot of reglab: {problem}")


@pytest.mark.parametrize("header", ["", "text", "[]", "null", "[[" * 5000])
def test_a_header_that_is_no_mapping(snapshot: Snapshot, header: str) -> None:
    """It is refused as damaged."""
    np.savez(snapshot.path, header=np.array(header))
    with pytest.raises(RunError, match=r"is not a snapshot of reglab: its header is missing or damaged"):
        read_snapshot(snapshot.path)


def test_another_format(snapshot: Snapshot) -> None:
    """A snapshot of another version is named as such."""
    _rewrite(snapshot.path, _set(snapshot=1))
    with pytest.raises(RunError, match=r"a\.snapshot\.npz was written by another version of reglab$"):
        read_snapshot(snapshot.path)
