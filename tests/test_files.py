"""Files are written as a whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.files import atomic_path, remove_file, write_atomically


def test_text_and_bytes_are_written(tmp_path: Path) -> None:
    """Text is encoded as UTF-8, bytes are unchanged, and no temporary file is left."""
    write_atomically(tmp_path / "a", "½")
    write_atomically(tmp_path / "b", b"\x00")
    assert (tmp_path / "a").read_bytes() == b"\xc2\xbd"
    assert (tmp_path / "b").read_bytes() == b"\x00"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_permissions_are_the_users(tmp_path: Path) -> None:
    """A file gets the permissions of the umask, as any other file does."""
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "a", "x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk is full, the old content is unchanged, and the message has the reason."""
    path = tmp_path / "status.json"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError) as caught:
        write_atomically(path, "new")
    assert str(caught.value) == f"cannot write {path}: No space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """The message has the path and the reason of the operating system."""
    path = tmp_path / "nowhere" / "a"
    with pytest.raises(RunError) as caught:
        write_atomically(path, "x")
    assert str(caught.value) == f"cannot write {path}: No such file or directory"


def test_temporary_name_ends_like_the_file(tmp_path: Path) -> None:
    """Keras requires the ending `.weights.h5`; the temporary file is in the same folder."""
    with atomic_path(tmp_path / "model.weights.h5") as temporary:
        assert temporary.name.endswith("model.weights.h5")
        assert temporary.parent == tmp_path
        assert not temporary.exists()
        temporary.write_text("weights")
    assert (tmp_path / "model.weights.h5").read_text() == "weights"


def test_an_error_inside_is_raised_and_the_file_removed(tmp_path: Path) -> None:
    """An exception other than OSError is not changed, and the incomplete file is removed."""

    def write_half() -> None:
        with atomic_path(tmp_path / "a") as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_text_that_utf_8_cannot_encode_is_escaped(tmp_path: Path) -> None:
    """As the path of a skipped run in a table."""
    write_atomically(tmp_path / "a", "skipped: \udcff ß")
    assert (tmp_path / "a").read_text() == "skipped: \\udcff ß"


def test_a_file_is_removed(tmp_path: Path) -> None:
    """A missing one is not an error, a folder is."""
    path = tmp_path / "a"
    path.touch()
    remove_file(path)
    remove_file(path)
    assert not path.exists()
    path.mkdir()
    with pytest.raises(RunError) as caught:
        remove_file(path)
    # Linux and macOS give different reasons.
    assert str(caught.value).startswith(f"cannot remove {path}: ")
