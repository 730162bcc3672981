"""Decoded pictures are cached, and decoded again if the folder or the cache file has changed."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import reglab.data.formats.decoded_cache
from reglab.config.data import Data
from reglab.data.formats.decoded_cache import read_pictures
from reglab.data.formats.pictures import list_classes, list_pictures
from reglab.data.loading import load_dataset
from reglab.files import TEMPORARY_PREFIX


class DecodedAgainError(Exception):
    """Raised when pictures are decoded."""


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise DecodedAgainError

    monkeypatch.setattr(reglab.data.formats.decoded_cache, "decode_pictures", refuse)


@pytest.fixture
def root(tmp_path: Path, layouts: Any) -> Path:
    path: Path = layouts.write_pictures(tmp_path / "pictures")
    load_dataset(Data(), path)
    return path


def cached_file(cache: Path) -> Path:
    (path,) = (cache / "decoded").iterdir()
    return path


def test_cached_images_are_equal(root: Path, cache: Path, no_decoding: None, layouts: Any) -> None:
    """No picture is decoded."""
    dataset = load_dataset(Data(), root)
    np.testing.assert_array_equal(dataset.train_images, layouts.make_cifar10()[0])
    assert cached_file(cache).name.startswith("pictures-32px-")


def touch(root: Path) -> None:
    path = root / "train" / "cat" / "00003.png"
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def rename(root: Path) -> None:
    path = root / "train" / "cat" / "00003.png"
    path.rename(path.with_name("00200.png"))


def resize(root: Path) -> None:
    path = root / "train" / "cat" / "00003.png"
    times = path.stat()
    with path.open("ab") as stream:
        stream.write(b"\0")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def remove(root: Path) -> None:
    (root / "test" / "cat" / "00003.png").unlink()


@pytest.mark.parametrize("change", [touch, rename, resize, remove])
def test_a_changed_folder_is_decoded_again(root: Path, no_decoding: None, change: Any) -> None:
    """Another time, name or size of a picture, or a removed picture."""
    change(root)
    with pytest.raises(DecodedAgainError):
        load_dataset(Data(), root)


def test_a_changed_picture_replaces_the_cached_one(root: Path, cache: Path) -> None:
    """The new cache file replaces the old one."""
    Image.new("RGB", (32, 32), (1, 2, 3)).save(root / "train" / "airplane" / "00000.png")
    assert load_dataset(Data(), root).train_images[0, 0, 0].tolist() == [1, 2, 3]
    cached_file(cache)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def empty(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [cut, flip, empty])
def test_a_damaged_cache_file_is_replaced(root: Path, cache: Path, layouts: Any, damage: Any) -> None:
    """Truncated, with one wrong bit, or empty: the images are correct, and the file is written again."""
    path = cached_file(cache)
    intact = path.read_bytes()
    path.write_bytes(damage(intact))
    np.testing.assert_array_equal(load_dataset(Data(), root).train_images, layouts.make_cifar10()[0])
    assert len(path.read_bytes()) == len(intact)
    with np.load(path) as kept:
        np.testing.assert_array_equal(kept["images"][:100], layouts.make_cifar10()[0])


def test_each_size_has_a_cache_file(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """Two files for one folder at two sizes."""
    root = layouts.write_pictures(tmp_path / "pictures")
    folder = list_pictures(root, list_classes(root / "train"))
    assert [read_pictures(folder, side, True).images.shape[1] for side in (8, 16, 8)] == [8, 16, 8]
    assert len(list((cache / "decoded").iterdir())) == 2


def test_images_are_read_without_a_cache(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of the cache directory is a file."""
    path = layouts.write_pictures(tmp_path / "pictures")
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("REGLAB_CACHE_DIR", str(tmp_path / "blocked"))
    np.testing.assert_array_equal(load_dataset(Data(), path).train_images, layouts.make_cifar10()[0])


def test_a_full_disk_is_not_an_error(
    tmp_path: Path, cache: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The images are read, and no cache file remains."""

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    path = layouts.write_pictures(tmp_path / "pictures")
    np.testing.assert_array_equal(load_dataset(Data(), path).train_images, layouts.make_cifar10()[0])
    assert list((cache / "decoded").iterdir()) == []


def test_an_abandoned_temporary_file_is_removed(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """A new temporary file is kept, because a process may still be writing it."""
    folder = cache / "decoded"
    folder.mkdir(parents=True)
    for name, age in (("abandoned", 4000), ("new", 0)):
        path = folder / f"{TEMPORARY_PREFIX}{name}.npz"
        path.touch()
        os.utime(path, (time.time() - age, time.time() - age))
    load_dataset(Data(), layouts.write_pictures(tmp_path / "pictures"))
    temporary, cached = sorted(path.name for path in folder.iterdir())
    assert temporary == f"{TEMPORARY_PREFIX}new.npz"
    assert cached.startswith("pictures-32px-")


ROUNDS = """
import sys
import time
from pathlib import Path

from reglab.data.formats.decoded_cache import read_pictures
from reglab.data.formats.pictures import list_classes, list_pictures
from reglab.data.places import cache_directory

root = Path(sys.argv[1])
folder = list_pictures(root, list_classes(root / "train"))
print("ready", flush=True)
sys.stdin.readline()
for round in range(40):
    print(read_pictures(folder, 32, False).images.sum(dtype=int))
    if round % 3 == 0:
        for path in (cache_directory() / "decoded").glob("*.npz"):
            path.unlink(missing_ok=True)
"""


@pytest.mark.slow
def test_two_processes_at_once(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """They read, write and remove the same file; both always return the correct images."""
    path = layouts.write_pictures(tmp_path / "pictures")
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", ROUNDS, str(path)]
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    train, _, test, _ = layouts.make_cifar10()
    expected = f"{train.sum(dtype=int) + test.sum(dtype=int)}\n" * 40
    assert [process.communicate()[0] for process in processes] == [expected, expected]
    assert [process.returncode for process in processes] == [0, 0]
    assert not list((cache / "decoded").glob(".*"))
