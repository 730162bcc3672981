"""Incomplete downloads are deleted; a file is hashed once, and again after it has changed."""

import hashlib
import io
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import reglab.data.download
import reglab.data.loading
from reglab.config.data import Data
from reglab.data.download import Remote, download, is_verified
from reglab.data.formats.cifar import find_downloaded_cifar
from reglab.data.loading import load_dataset
from reglab.data.sources.table import find_source
from reglab.errors import DataError

[REMOTE] = find_source("cifar10").remotes
CONTENT = b"an archive"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were hashed."""
    names = []
    digest = hashlib.file_digest

    def note(stream: object, name: str) -> object:
        names.append(Path(stream.name).name)  # type: ignore[attr-defined]
        return digest(stream, name)  # type: ignore[arg-type]

    monkeypatch.setattr(reglab.data.download.hashlib, "file_digest", note)
    return names


def test_a_file_is_hashed_once(archive: Path, hashed: list[str]) -> None:
    """The second call uses the record."""
    assert is_verified(archive, SHA256)
    assert is_verified(archive, SHA256)
    assert hashed == ["archive"]


@pytest.mark.parametrize("content", [b"an archivE", b"an arch"])
def test_a_changed_file_is_hashed_again(archive: Path, hashed: list[str], content: bytes) -> None:
    """Another time, or another size with the old time."""
    assert is_verified(archive, SHA256)
    before = archive.stat()
    archive.write_bytes(content)
    same_size = len(content) == len(CONTENT)
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns + same_size))
    assert not is_verified(archive, SHA256)
    assert hashed == ["archive"] * 2


def test_a_wrong_hash_leaves_no_record(archive: Path, hashed: list[str], cache: Path) -> None:
    """The file is hashed each time."""
    other = hashlib.sha256(b"other").hexdigest()
    assert not is_verified(archive, other)
    assert not is_verified(archive, other)
    assert hashed == ["archive"] * 2
    assert not cache.exists()


def test_a_copy_is_hashed_too(archive: Path, hashed: list[str]) -> None:
    """A record is valid for one path only."""
    assert is_verified(archive, SHA256)
    copy = archive.with_name("copy")
    copy.write_bytes(CONTENT)
    assert is_verified(copy, SHA256)
    assert hashed == ["archive", "copy"]


def test_files_are_verified_without_a_cache(archive: Path, hashed: list[str], cache: Path) -> None:
    """The path of the cache directory is a file."""
    cache.write_text("")
    assert is_verified(archive, SHA256)
    assert is_verified(archive, SHA256)
    assert hashed == ["archive"] * 2


def test_a_missing_file_is_not_verified(tmp_path: Path) -> None:
    """A folder is not verified either."""
    assert not is_verified(tmp_path / "gone", SHA256)
    assert not is_verified(tmp_path, SHA256)


@pytest.fixture
def fake_keras(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Replaces keras.utils.get_file by a function."""

    def install(get_file: Any) -> None:
        keras, utils = ModuleType("keras"), ModuleType("keras.utils")
        keras.utils, utils.get_file = utils, get_file  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keras", keras)
        monkeypatch.setitem(sys.modules, "keras.utils", utils)

    return install


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: io.BytesIO())


@pytest.mark.usefixtures("network")
def test_an_interrupted_download_leaves_no_file(
    tmp_path: Path, fake_keras: Callable[[Any], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """Keras prints nothing."""

    def fail(fname: str, cache_dir: str, **_: Any) -> None:
        print("Downloading data from there")
        (Path(cache_dir) / fname).write_bytes(b"incomplete")
        raise Exception("URL fetch failure on there: None -- timed out")

    fake_keras(fail)
    with pytest.raises(DataError) as caught:
        download(REMOTE)
    assert str(caught.value) == (
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz: cannot be downloaded (URL fetch failure "
        "on there: None -- timed out)"
    )
    assert capfd.readouterr() == ("", "")
    assert list((tmp_path / "keras-home" / "datasets").iterdir()) == []


@pytest.mark.usefixtures("network")
def test_a_download_is_read_from_its_archive(
    tmp_path: Path, layouts: Any, fake_keras: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras receives the address and the hash; the second call downloads nothing."""
    source = find_source("cifar10")
    assert isinstance(source.find_downloaded, partial)
    archive = layouts.write_archive(
        tmp_path / "a.tar.gz", "cifar-10-batches-py", layouts.cifar10_files(pickled=True)
    )
    content = archive.read_bytes()
    requests = []

    def get_file(fname: str, origin: str, file_hash: str, cache_dir: str, cache_subdir: str) -> str:
        requests.append((fname, origin, file_hash, cache_subdir))
        path = Path(cache_dir) / fname
        path.write_bytes(content)
        return str(path)

    fake_keras(get_file)
    remote = replace(REMOTE, sha256=hashlib.sha256(content).hexdigest())
    [python, *_] = source.find_downloaded.args
    source = replace(
        source, remotes=(remote,), find_downloaded=partial(find_downloaded_cifar, python, remote)
    )
    monkeypatch.setattr(reglab.data.loading, "find_source", lambda _: source)
    for _ in range(2):
        dataset = load_dataset(Data())
        assert dataset.title == "CIFAR-10 (only 100 + 20 images)"
        assert dataset.source == str(remote.path)
    assert requests == [(remote.name, remote.origin, remote.sha256, "")]
    assert [path.name for path in remote.path.parent.iterdir()] == [remote.name]


def test_a_damaged_download_is_not_used(layouts: Any) -> None:
    """An archive with Keras's name but a wrong hash; only `reglab data` skips the check."""
    REMOTE.path.parent.mkdir(parents=True)
    layouts.write_archive(REMOTE.path, "cifar-10-batches-py", layouts.cifar10_files(pickled=True))
    assert find_source("cifar10").find_in_keras() is None
    assert find_source("cifar10").find_in_keras(trust=True) is not None


@pytest.mark.slow
def test_keras_downloads_complete_files_only(tmp_path: Path) -> None:
    """The real get_file: a file with the right hash is kept, one with a wrong hash is not."""
    origin = tmp_path / "origin.bin"
    origin.write_bytes(b"content")
    good = Remote("good", origin.as_uri(), hashlib.sha256(b"content").hexdigest())
    bad = Remote("bad", origin.as_uri(), hashlib.sha256(b"other").hexdigest())
    download(good)
    assert good.path.read_bytes() == b"content"
    assert good.is_complete()
    with pytest.raises(DataError) as caught:
        download(bad)
    assert str(caught.value) == (
        f"{bad.origin}: cannot be downloaded (Incomplete or corrupted file detected. The auto file hash "
        f"does not match the provided value of {bad.sha256}.)"
    )
    assert [path.name for path in good.path.parent.iterdir()] == ["good"]
