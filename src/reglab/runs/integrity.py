"""Whether the files of a complete run are those that its training wrote."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from reglab.errors import RunError
from reglab.files import check_is_file, refused
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import Status
from reglab.runs.summary import read_summary


def hash_results(run: RunDirectory) -> dict[str, str]:
    """Hashes the results that a run has, for `files` of its status.

    Returns:
        File name → hash, 16 hexadecimal digits.

    Raises:
        RunError: a file cannot be read.
    """
    return {path.name: _hash(path) for path in _results(run) if path.exists()}


def check_results(run: RunDirectory, status: Status, needed: tuple[Path, ...] | None = None) -> None:
    """Checks that the results of a complete run are there and agree with each other.

    Files with recorded hashes are compared with them. Runs of earlier versions have no hashes; only the
    numbers in their history, summary and status are compared.

    Args:
        run: the directory of the run.
        status: its status.
        needed: the files that must exist, all results by default. Other results are checked if they exist.

    Raises:
        RunError: with every damaged file, and what can be done.
    """
    problems = list(_find_damage(run, status, _results(run) if needed is None else needed))
    if problems:
        raise RunError(
            f"{run.path} is damaged: {', '.join(problems)}; restore what is damaged from a copy, or train "
            "the run again with --fresh, which sets this one aside"
        )


def _results(run: RunDirectory) -> tuple[Path, ...]:
    return (run.experiment, run.history, run.summary, run.predictions, run.weights, run.model)


def _find_damage(run: RunDirectory, status: Status, needed: tuple[Path, ...]) -> Iterator[str]:
    missing = [path for path in needed if not path.exists()]
    yield from (f"{path.name} is missing" for path in missing)
    if status.files:
        for path in _results(run):
            if path.exists() and _hash(path) != status.files.get(path.name):
                yield f"{path.name} is not the file that the training wrote"
    elif run.summary not in missing and run.history.exists():
        summary, rows = read_summary(run.summary), read_history(run.history).rows
        if summary.seed != status.seed or summary.experiment != status.experiment:
            yield f"{run.summary.name} is that of {summary.experiment}, seed {summary.seed}"
        if not summary.epochs == len(rows) == status.epochs_done:
            yield (
                f"{run.history.name} has {len(rows)} epochs, {run.summary.name} {summary.epochs}, "
                f"{run.status.name} {status.epochs_done}"
            )


def _hash(path: Path) -> str:
    try:
        check_is_file(path)
        with path.open("rb") as file:
            return file_digest(file, "blake2b").hexdigest()[:16]
    except OSError as error:
        raise refused("read", path, error) from error
