"""When a run whose machine was lost may be resumed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reglab.machine import find_boot, find_host
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import RunLock
from reglab.runs.status import Status, write_status
from reglab.study.engines import lost_run
from reglab.study.engines.lost_run import LostRun


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path)


@pytest.fixture
def write(status: Status, run: RunDirectory) -> Callable[..., None]:
    """Writes the status of the run."""

    def write_one(age: float, **changes: object) -> None:
        heartbeat = datetime.now(UTC) - timedelta(seconds=age)
        changes = {"state": "running", "heartbeat": heartbeat, **changes}
        write_status(run.status, status.model_copy(update=changes))

    return write_one


def test_a_run_without_status(run: RunDirectory) -> None:
    """It was lost before it started."""
    assert LostRun(run).may_resume()


def test_a_process_of_this_machine(run: RunDirectory, write: Callable[..., None]) -> None:
    """Its lock shows whether it still trains, not its heartbeat."""
    write(0, host=find_host(), boot=find_boot())
    lost = LostRun(run)
    with RunLock(run.path):
        assert not lost.may_resume()
    assert lost.may_resume()


@pytest.mark.parametrize("place", [{"host": "node7"}, {"host": find_host(), "boot": "of another machine"}])
def test_a_process_of_another_machine(
    place: dict[str, str], run: RunDirectory, write: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last heartbeat is too old on every clock; another machine may have the same name."""
    now = 1000.0
    monkeypatch.setattr(lost_run.time, "monotonic", lambda: now)
    lost = LostRun(run)
    write(50, **place)
    assert not lost.may_resume()
    write(70, **place)
    now = 1009.0
    assert not lost.may_resume()
    now = 1010.0
    assert lost.may_resume()


def test_a_process_that_has_stopped(run: RunDirectory, write: Callable[..., None]) -> None:
    """It wrote that, so nothing is waited for."""
    write(0, host="node7", state="interrupted")
    assert LostRun(run).may_resume()
