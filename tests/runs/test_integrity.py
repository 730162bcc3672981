"""Whether the results of a complete run are those of its training."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.runs.history import Epoch, append_epoch
from reglab.runs.integrity import check_results, hash_results
from reglab.runs.layout import RunDirectory
from reglab.runs.status import Status, read_status
from reglab.runs.summary import Summary, write_summary

ADVICE = (
    "; restore what is damaged from a copy, or train the run again with --fresh, which sets this one aside"
)


@pytest.fixture
def run(
    tmp_path: Path,
    make_run: Callable[..., RunDirectory],
    make_epoch: Callable[[int], Epoch],
    summary: Summary,
) -> RunDirectory:
    """A run with all its results, in a version without hashes."""
    run = make_run(tmp_path / "mp" / "seed-0", epochs_done=2)
    for epoch in (1, 2):
        append_epoch(run.history, make_epoch(epoch))
    write_summary(run.summary, summary)
    for path in (run.experiment, run.predictions, run.weights, run.model):
        path.write_bytes(path.name.encode())
    return run


@pytest.fixture
def sealed(run: RunDirectory) -> Status:
    """The status of the run, with the hashes of its results."""
    return read_status(run.status).model_copy(update={"files": hash_results(run)})


def damage(run: RunDirectory, status: Status, *needed: Path) -> str:
    with pytest.raises(RunError) as caught:
        check_results(run, status, needed or None)
    message = str(caught.value)
    start = f"{run.path} is damaged: "
    assert message.startswith(start)
    assert message.endswith(ADVICE)
    return message[len(start) : -len(ADVICE)]


def test_undamaged_results(run: RunDirectory, sealed: Status) -> None:
    """With hashes, and in runs of earlier versions without them."""
    check_results(run, sealed)
    check_results(run, read_status(run.status))


@pytest.mark.parametrize(
    "name",
    [
        "experiment.yaml",
        "history.csv",
        "summary.json",
        "predictions.npz",
        "model.weights.h5",
        "model.keras",
    ],
)
def test_every_result_is_checked(run: RunDirectory, sealed: Status, name: str) -> None:
    """A file that was changed or removed is named."""
    with (run.path / name).open("ab") as file:
        file.write(b" ")
    assert damage(run, sealed) == f"{name} is not the file that the training wrote"
    (run.path / name).unlink()
    assert damage(run, sealed) == damage(run, read_status(run.status)) == f"{name} is missing"


def test_all_problems_are_named(run: RunDirectory, sealed: Status) -> None:
    """In one message."""
    run.model.unlink()
    run.weights.write_text("another network")
    assert damage(run, sealed) == (
        "model.keras is missing, model.weights.h5 is not the file that the training wrote"
    )


def test_only_needed_files_must_exist(run: RunDirectory, sealed: Status) -> None:
    """The others are checked if they exist."""
    run.model.unlink()
    check_results(run, sealed, (run.weights,))
    run.predictions.write_text("")
    assert damage(run, sealed, run.weights) == "predictions.npz is not the file that the training wrote"


def test_contradictions_in_earlier_versions(
    run: RunDirectory, make_epoch: Callable[[int], Epoch], summary: Summary
) -> None:
    """Epochs of the history, and a summary of another seed."""
    status = read_status(run.status)
    append_epoch(run.history, make_epoch(3))
    assert damage(run, status) == "history.csv has 3 epochs, summary.json 2, status.json 2"
    write_summary(run.summary, summary.model_copy(update={"seed": 7}))
    assert damage(run, status).startswith(
        f"summary.json is that of {summary.experiment}, seed 7, history.csv"
    )
