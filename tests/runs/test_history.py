"""The history is appended to, read, and repaired after a process was killed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reglab.errors import RunError
from reglab.runs.history import COLUMNS, Epoch, History, append_epoch, read_history, repair_history

Maker = Callable[[int], Epoch]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.csv"


def write(path: Path, make_epoch: Maker, epochs: int) -> None:
    for number in range(1, epochs + 1):
        append_epoch(path, make_epoch(number))


def test_floats_read_back_exactly(path: Path, make_epoch: Maker) -> None:
    """Written and read epochs are equal to the last bit; the header has the names of the columns."""
    write(path, make_epoch, 2)
    history = read_history(path)
    assert history.rows == (make_epoch(1), make_epoch(2))
    assert path.read_text().splitlines()[0] == (
        "epoch,seconds,learning_rate,train_loss,train_accuracy,train_cross_entropy,clean_cross_entropy,"
        "clean_accuracy,val_cross_entropy,val_accuracy,penalty,gap_accuracy,gap_cross_entropy"
    )


def test_an_extra_loss_has_a_column(path: Path, make_epoch: Maker) -> None:
    """Every line of a run with an extra loss has the column; in other runs its values are NaN."""
    rows = tuple(replace(make_epoch(number), extra_loss=0.1 * number) for number in (1, 2))
    append_epoch(path, rows[0])
    repair_history(path, 2, rows[1])
    assert path.read_text().splitlines()[0] == ",".join((*COLUMNS, "extra_loss"))
    assert read_history(path).rows == rows
    assert "extra_loss" not in make_epoch(1).figures
    assert np.isnan(History((make_epoch(1),)).column("extra_loss")).all()


@pytest.mark.parametrize(
    ("extra_loss", "line", "message"),
    [
        (0.5, "2,oops", "expected 14 numbers"),
        (0.5, "2" + ",1.0" * 12, "expected 14 numbers"),
        (None, "2" + ",1.0" * 13, "expected 13 numbers"),
    ],
)
def test_lines_have_the_columns_of_the_header(
    path: Path, make_epoch: Maker, extra_loss: float | None, line: str, message: str
) -> None:
    """With an extra loss there are 14, without it 13."""
    append_epoch(path, replace(make_epoch(1), extra_loss=extra_loss))
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(RunError, match=message):
        read_history(path)


def test_column_is_float64(path: Path, make_epoch: Maker) -> None:
    """A column is a float64 vector over the epochs."""
    write(path, make_epoch, 3)
    column = read_history(path).column("epoch")
    assert column.dtype == np.float64
    np.testing.assert_array_equal(column, [1, 2, 3])


def test_appending_keeps_earlier_lines(path: Path, make_epoch: Maker) -> None:
    """The bytes of earlier epochs do not change."""
    write(path, make_epoch, 1)
    before = path.read_bytes()
    append_epoch(path, make_epoch(2))
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_an_incomplete_last_line_is_ignored(path: Path, make_epoch: Maker, cut: int) -> None:
    """A line without a newline is not an epoch."""
    write(path, make_epoch, 2)
    path.write_bytes(path.read_bytes()[:-cut])
    assert read_history(path).rows == (make_epoch(1),)


def test_an_incomplete_header_is_an_empty_history(path: Path) -> None:
    """A process that is killed in its first write leaves a history without epochs."""
    path.write_text("epoch,sec")
    assert read_history(path).rows == ()


def test_foreign_file_is_refused(path: Path) -> None:
    """The message has the path of the file and the expected columns."""
    path.write_text("a,b\n1,2\n")
    with pytest.raises(RunError) as caught:
        read_history(path)
    assert (
        str(caught.value) == f"{path} is not a history of reglab: expected the columns {', '.join(COLUMNS)}"
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [(b"2,oops", "'2,oops'"), (b"2,\xff", "'2,\ufffd'"), (b"x" * 999, f"'{'x' * 60}' and more")],
)
def test_bad_line_is_located(path: Path, make_epoch: Maker, line: bytes, shown: str) -> None:
    """The message has the number of a line that is not an epoch, and its beginning."""
    write(path, make_epoch, 1)
    with path.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(RunError) as caught:
        read_history(path)
    assert str(caught.value) == f"{path}:3: expected 13 numbers, got {shown}"


def test_a_missing_epoch_is_refused(path: Path, make_epoch: Maker) -> None:
    """The epochs of a history count from 1 without gaps."""
    write(path, make_epoch, 1)
    append_epoch(path, make_epoch(3))
    with pytest.raises(RunError) as caught:
        read_history(path)
    assert str(caught.value) == f"{path}:3: expected epoch 2, got epoch 3"


def test_missing_file_is_named(path: Path) -> None:
    """A missing history is an error with the system's reason."""
    with pytest.raises(RunError) as caught:
        read_history(path)
    assert str(caught.value) == f"cannot read {path}: No such file or directory"


def test_repair_replaces_an_incomplete_line(path: Path, make_epoch: Maker) -> None:
    """Killed while writing epoch 2: the incomplete line is replaced by the epoch of the checkpoint."""
    write(path, make_epoch, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    repair_history(path, 2, make_epoch(2))
    assert path.read_bytes() == whole


def test_repair_does_not_change_an_intact_history(path: Path, make_epoch: Maker) -> None:
    """Nothing is written twice, with or without the checkpoint's last epoch."""
    write(path, make_epoch, 2)
    whole = path.read_bytes()
    repair_history(path, 2, make_epoch(2))
    repair_history(path, 2, None)
    assert path.read_bytes() == whole


def test_repair_writes_the_first_epoch(path: Path, make_epoch: Maker) -> None:
    """Killed before the first line: it is written from the checkpoint; without a checkpoint nothing is."""
    repair_history(path, 0, None)
    assert not path.exists()
    path.write_text("epoch,sec")
    repair_history(path, 1, make_epoch(1))
    assert read_history(path).rows == (make_epoch(1),)


@pytest.mark.parametrize(
    ("rows", "done", "problem"),
    [
        (3, 2, "the checkpoint beside it has 2: they are not of the same run;"),
        (0, 2, "the checkpoint beside it has 2: restore the file from a copy, or"),
        (1, 0, "there is no checkpoint beside it: restore the folder checkpoint from a copy, or"),
    ],
)
def test_repair_refuses_another_number_of_epochs(
    path: Path, make_epoch: Maker, rows: int, done: int, problem: str
) -> None:
    """The history is unchanged, and the message has both numbers."""
    path.touch()
    write(path, make_epoch, rows)
    before = path.read_bytes()
    with pytest.raises(RunError) as caught:
        repair_history(path, done, make_epoch(done) if done else None)
    assert str(caught.value) == f"{path} has {rows} epochs, but {problem} start again with --fresh"
    assert path.read_bytes() == before


def test_repair_refuses_another_last_epoch(path: Path, make_epoch: Maker) -> None:
    """The number of epochs is equal, but the values of the last one differ from the checkpoint."""
    write(path, make_epoch, 1)
    with pytest.raises(RunError) as caught:
        repair_history(path, 1, Epoch(1, *([0.0] * 12)))
    assert str(caught.value) == (
        f"{path}: epoch 1 differs from the one in the checkpoint beside it: "
        "they are not of the same run; start again with --fresh"
    )
