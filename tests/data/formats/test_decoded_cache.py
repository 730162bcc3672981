"""Decoded folders are kept, and kept correctly."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import reglab.data.decoded_cache
from reglab.config.data import Data
from reglab.data.decoded_cache import decode_folder
from reglab.data.folders import list_pictures
from reglab.data.loading import load_dataset


class DecodedAnewError(Exception):
    """Raised in place of decoding."""


@pytest.fixture
def no_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise DecodedAnewError

    monkeypatch.setattr(reglab.data.decoded_cache, "decode_pictures", refuse)


@pytest.fixture
def root(tmp_path: Path, layouts: Any) -> Path:
    path: Path = layouts.write_pictures(tmp_path / "pictures")
    load_dataset(Data(), path)
    return path


def cached_file(cache: Path) -> Path:
    (path,) = (cache / "decoded").iterdir()
    return path


def test_the_kept_images_are_the_same(root: Path, cache: Path, no_decoding: None, layouts: Any) -> None:
    """Without decoding anything."""
    dataset = load_dataset(Data(), root)
    np.testing.assert_array_equal(dataset.train_images, layouts.make_cifar10()[0])
    assert dataset.train_images.base is dataset.test_images.base
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
def test_a_changed_folder_is_decoded_anew(root: Path, no_decoding: None, change: Any) -> None:
    """A picture's time, name or size, or one that is gone."""
    change(root)
    with pytest.raises(DecodedAnewError):
        load_dataset(Data(), root)


def test_a_changed_picture_is_seen(root: Path, cache: Path) -> None:
    """And takes the place of the older state, instead of lying beside it."""
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
def test_a_damaged_file_is_decoded_anew(root: Path, cache: Path, layouts: Any, damage: Any) -> None:
    """Cut off, one bit wrong, empty: the images are right, and so is the file afterwards."""
    path = cached_file(cache)
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    np.testing.assert_array_equal(load_dataset(Data(), root).train_images, layouts.make_cifar10()[0])
    assert len(path.read_bytes()) == len(sound)
    with np.load(path) as kept:
        np.testing.assert_array_equal(kept["images"][:100], layouts.make_cifar10()[0])


def test_sizes_are_kept_apart(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """The same folder at two sizes is two files."""
    folder = list_pictures(layouts.write_pictures(tmp_path / "pictures"))
    assert [decode_folder(folder, side, True).shape[1] for side in (8, 16, 8)] == [8, 16, 8]
    assert len(list((cache / "decoded").iterdir())) == 2


def test_a_cache_that_cannot_be_made_only_costs_time(
    tmp_path: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache directory is a file."""
    path = layouts.write_pictures(tmp_path / "pictures")
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("REGLAB_CACHE_DIR", str(tmp_path / "blocked"))
    np.testing.assert_array_equal(load_dataset(Data(), path).train_images, layouts.make_cifar10()[0])


def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, cache: Path, layouts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The images are there all the same."""

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    path = layouts.write_pictures(tmp_path / "pictures")
    np.testing.assert_array_equal(load_dataset(Data(), path).train_images, layouts.make_cifar10()[0])
    assert list((cache / "decoded").iterdir()) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """By the next one that writes; what another one is writing at the moment is left alone."""
    folder = cache / "decoded"
    folder.mkdir(parents=True)
    (folder / ".decoding-abandoned").touch()
    with (folder / ".decoding-in_progress").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        load_dataset(Data(), layouts.write_pictures(tmp_path / "pictures"))
        hidden, kept = sorted(path.name for path in folder.iterdir())
    assert hidden == ".decoding-in_progress"
    assert kept.endswith(".npz")


ROUNDS = """
import sys
from pathlib import Path

from reglab.data.decoded_cache import decode_folder
from reglab.data.folders import list_pictures
from reglab.data.places import cache_directory

folder = list_pictures(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for round in range(40):
    print(decode_folder(folder, 32, False).sum(dtype=int))
    if round % 3 == 0:
        for path in (cache_directory() / "decoded").glob("*.npz"):
            path.unlink(missing_ok=True)
"""


def test_two_processes_at_once(tmp_path: Path, cache: Path, layouts: Any) -> None:
    """They read, write and take away the same file: both always get the right images."""
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
