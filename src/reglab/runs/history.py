"""The history of a run, `history.csv`: one line for each epoch; lines are only appended."""

import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.errors import RunError
from reglab.files import read_file, refused


@dataclass(frozen=True)
class Epoch:
    """The numbers of one epoch. Accuracies are fractions; cross-entropies are in nats, without any penalty.

    Attributes:
        epoch: number, from 1.
        seconds: wall-clock time of this epoch, its measurements included.
        learning_rate: of the epoch's last step.
        train_loss: running mean over the epoch as trained, including smoothed and mixed labels, penalty,
            extra loss, dropout and augmentation.
        train_accuracy: running mean as trained. If images are mixed (mixup, CutMix), the labels are mixed
            too, and the class with the largest share counts as the true one.
        train_cross_entropy: running mean as trained, without penalty and extra loss.
        clean_cross_entropy: on the clean training images in inference mode, at the end of the epoch.
        clean_accuracy: on the same images.
        val_cross_entropy: on the validation images, at the end of the epoch.
        val_accuracy: on the same images.
        penalty: sum of the penalties in the loss, such as L1 and L2, at the end of the epoch.
        gap_accuracy: clean_accuracy − val_accuracy.
        gap_cross_entropy: val_cross_entropy − clean_cross_entropy.
        extra_loss: running mean of the terms in train_loss that regularizers compute from images and
            network. None, and without a column, if the experiment has no such term.
    """

    epoch: int
    seconds: float
    learning_rate: float
    train_loss: float
    train_accuracy: float
    train_cross_entropy: float
    clean_cross_entropy: float
    clean_accuracy: float
    val_cross_entropy: float
    val_accuracy: float
    penalty: float
    gap_accuracy: float
    gap_cross_entropy: float
    extra_loss: float | None = None

    @property
    def figures(self) -> dict[str, float]:
        """The values by column, without columns that the run does not have."""
        return {name: value for name, value in asdict(self).items() if value is not None}


_OPTIONAL = "extra_loss"
_LONGEST = 60
"""Letters of a line that a message shows."""
COLUMNS = tuple(field.name for field in fields(Epoch) if field.name != _OPTIONAL)
_HEADERS = tuple(",".join(columns) + "\n" for columns in (COLUMNS, (*COLUMNS, _OPTIONAL)))


@dataclass(frozen=True)
class History:
    """The epochs of a run, from 1, without gaps."""

    rows: tuple[Epoch, ...]

    def column(self, name: str) -> NDArray[np.float64]:
        """One column over the epochs, `(epochs,)` float64, NaN where absent; `name` is a field of `Epoch`."""
        return np.array([vars(row)[name] for row in self.rows], dtype=np.float64)


def append_epoch(path: Path, row: Epoch) -> None:
    """Appends one line; on an error, the file is unchanged. A missing file is created with its header.

    Args:
        path: the run's `history.csv`.
        row: the epoch; reading the file gives exactly equal floats.

    Raises:
        RunError: the system refused (full disk, read-only folder).
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            before = os.fstat(descriptor).st_size
            header = "" if before else ",".join(row.figures) + "\n"
            try:
                _write(descriptor, (header + _line(row)).encode())
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise refused("write", path, error) from error


def read_history(path: Path) -> History:
    """Reads a history; an incomplete last line, left by a killed process, is ignored.

    Args:
        path: the run's `history.csv`.

    Raises:
        RunError: the file is missing, or is not a history.
    """
    return _parse(path, read_file(path))


def repair_history(path: Path, epochs_done: int, last: Epoch | None) -> None:
    """Makes the history agree with the checkpoint that a run resumes from.

    A process may have been killed while it wrote a line, or after it wrote the checkpoint and before it
    wrote the line. An incomplete line is removed and a missing line is added; complete lines are not changed.

    Args:
        path: the run's `history.csv`; may be missing.
        epochs_done: epochs in the checkpoint; 0 without one.
        last: the checkpoint's last epoch, number `epochs_done`; None if unknown.

    Raises:
        RunError: history and checkpoint contradict each other, or the system refused to read or write.
    """
    content = read_file(path) if path.exists() else b""
    rows = _parse(path, content).rows
    _cut(path, content)
    if last is not None and len(rows) == epochs_done - 1 == last.epoch - 1:
        append_epoch(path, last)
    elif len(rows) != epochs_done:
        if not epochs_done:
            problem = "but there is no checkpoint beside it: restore the folder checkpoint from a copy, or"
        elif len(rows) < epochs_done:
            problem = f"but the checkpoint beside it has {epochs_done}: restore the file from a copy, or"
        else:
            problem = f"but the checkpoint beside it has {epochs_done}: they are not of the same run;"
        raise RunError(f"{path} has {len(rows)} epochs, {problem} start again with --fresh")
    elif last is not None and rows and _line(rows[-1]) != _line(last):
        raise RunError(
            f"{path}: epoch {epochs_done} differs from the one in the checkpoint beside it: "
            "they are not of the same run; start again with --fresh"
        )


def _write(descriptor: int, data: bytes) -> None:
    """Writes all data and waits until they are on the disk."""
    while data:
        data = data[os.write(descriptor, data) :]
    os.fsync(descriptor)


def _line(row: Epoch) -> str:
    return ",".join(repr(value) for value in row.figures.values()) + "\n"


def _cut(path: Path, content: bytes) -> None:
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        try:
            os.truncate(path, whole)
        except OSError as error:
            raise refused("write", path, error) from error


def _parse(path: Path, content: bytes) -> History:
    header, newline, _ = content.partition(b"\n")
    known = [line.encode() for line in _HEADERS]
    if header + newline not in known and not any(line.startswith(content) for line in known):
        raise RunError(f"{path} is not a history of reglab: expected the columns {', '.join(COLUMNS)}")
    lines = content[: content.rfind(b"\n") + 1].splitlines()[1:]
    columns = header.count(b",") + 1
    rows = (_parse_line(path, line, number, columns) for number, line in enumerate(lines, start=1))
    return History(tuple(rows))


def _parse_line(path: Path, line: bytes, epoch: int, columns: int) -> Epoch:
    try:
        number, *values = line.decode().split(",")
        if len(values) != columns - 1:
            raise ValueError(line)
        row = Epoch(int(number), *(float(value) for value in values))
    except (ValueError, TypeError) as error:
        raise RunError(f"{path}:{epoch + 1}: expected {columns} numbers, got {_show(line)}") from error
    if row.epoch != epoch:
        raise RunError(f"{path}:{epoch + 1}: expected epoch {epoch}, got epoch {row.epoch}")
    return row


def _show(line: bytes) -> str:
    text = line.decode(errors="replace")
    return repr(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]!r} and more"
