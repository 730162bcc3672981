"""Epochs in memory, and runs on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.runs.status import Status, write_status


@pytest.fixture
def make_epoch() -> Callable[[int], Epoch]:
    def make(number: int) -> Epoch:
        return Epoch(number, 1 / 3, 0.001, 2.1, 0.1 + 0.2, 2.0, 1.9, 0.35, 1e-17, 0.3, 0.0, 0.05, -0.1)

    return make


@pytest.fixture
def make_run(status: Status) -> Callable[..., RunDirectory]:
    def make(path: Path, **changes: object) -> RunDirectory:
        directory = RunDirectory(path)
        directory.create()
        write_status(directory.status, status.model_copy(update=changes))
        return directory

    return make
