"""Files are hashed once, and again when they change."""

import hashlib
import os
from pathlib import Path

import pytest

from reglab.data import verified
from reglab.data.verified import is_verified

CONTENT = b"an archive"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that have been hashed so far."""
    names = []
    digest = hashlib.file_digest

    def note(stream: object, name: str) -> object:
        names.append(Path(stream.name).name)  # type: ignore[attr-defined]
        return digest(stream, name)  # type: ignore[arg-type]

    monkeypatch.setattr(verified.hashlib, "file_digest", note)
    return names


def test_a_file_is_hashed_once(archive: Path, hashed: list[str]) -> None:
    """The second time its record is enough."""
    assert is_verified(archive, SHA256)
    assert is_verified(archive, SHA256)
    assert hashed == ["archive"]


@pytest.mark.parametrize("content", [b"an archivE", b"an arch"])
def test_a_changed_file_is_hashed_again(archive: Path, hashed: list[str], content: bytes) -> None:
    """One of another time, and one of another size and the old time."""
    assert is_verified(archive, SHA256)
    before = archive.stat()
    archive.write_bytes(content)
    same_size = len(content) == len(CONTENT)
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns + same_size))
    assert not is_verified(archive, SHA256)
    assert hashed == ["archive"] * 2


def test_a_wrong_hash_leaves_no_record(archive: Path, hashed: list[str], cache: Path) -> None:
    """It is hashed each time."""
    other = hashlib.sha256(b"other").hexdigest()
    assert not is_verified(archive, other)
    assert not is_verified(archive, other)
    assert hashed == ["archive"] * 2
    assert not cache.exists()


def test_another_file_of_that_hash_has_to_prove_it(archive: Path, hashed: list[str]) -> None:
    """The record is of one place."""
    assert is_verified(archive, SHA256)
    copy = archive.with_name("copy")
    copy.write_bytes(CONTENT)
    assert is_verified(copy, SHA256)
    assert hashed == ["archive", "copy"]


def test_a_cache_that_cannot_be_written_only_costs_time(
    archive: Path, hashed: list[str], cache: Path
) -> None:
    """A file in place of its folder."""
    cache.write_text("")
    assert is_verified(archive, SHA256)
    assert is_verified(archive, SHA256)
    assert hashed == ["archive"] * 2


def test_a_file_that_is_not_there_is_not_verified(tmp_path: Path) -> None:
    """Neither nothing nor a folder has a hash."""
    assert not is_verified(tmp_path / "gone", SHA256)
    assert not is_verified(tmp_path, SHA256)
