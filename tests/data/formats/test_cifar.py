"""CIFAR-10 and CIFAR-100 in every official layout."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.config.data import Data
from reglab.data.dataset import Dataset
from reglab.data.loading import load_dataset
from reglab.errors import DataError


def assert_is_cifar10(dataset: Dataset, layouts: Any) -> None:
    train, train_labels, test, test_labels = layouts.make_cifar10()
    assert (dataset.name, dataset.title, dataset.classes[9]) == (
        "cifar10",
        "CIFAR-10 (only 100 + 20 images)",
        "truck",
    )
    assert dataset.train_count == 100
    np.testing.assert_array_equal(dataset.images, np.concatenate([train, test]))
    np.testing.assert_array_equal(dataset.labels, np.concatenate([train_labels, test_labels]))


@pytest.mark.parametrize(
    ("pickled", "folder"), [(True, "cifar-10-batches-py"), (False, "cifar-10-batches-bin")]
)
@pytest.mark.parametrize("inside", [True, False])
def test_folders_of_batches(tmp_path: Path, layouts: Any, pickled: bool, folder: str, inside: bool) -> None:
    """Both versions, in the data directory or in the official folder there."""
    path = layouts.write_files(tmp_path / folder, layouts.cifar10_files(pickled))
    dataset = load_dataset(Data(), tmp_path if inside else path)
    assert_is_cifar10(dataset, layouts)
    assert dataset.source == str(path)


@pytest.mark.parametrize(
    ("pickled", "name", "folder"),
    [
        (True, "cifar-10-python.tar.gz", "cifar-10-batches-py"),
        (False, "cifar-10-binary.tar.gz", "cifar-10-batches-bin"),
    ],
)
def test_archives_are_read_without_unpacking(
    tmp_path: Path, layouts: Any, pickled: bool, name: str, folder: str
) -> None:
    """The order of the files in the archive has no effect, and nothing is written beside it."""
    path = layouts.write_archive(tmp_path / name, folder, layouts.cifar10_files(pickled))
    assert_is_cifar10(load_dataset(Data(), tmp_path), layouts)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pickled", [True, False])
@pytest.mark.parametrize("archived", [True, False])
def test_cifar100_has_fine_labels(tmp_path: Path, layouts: Any, pickled: bool, archived: bool) -> None:
    """The labels are the fine ones, not the coarse ones."""
    images, _ = layouts.make_images(100, 4)
    labels = np.arange(100, dtype=np.int32)
    if pickled:
        content = layouts.pickled_batch(images, labels, key="fine_labels")
        files, folder = {"train": content, "test": content}, "cifar-100-python"
    else:
        content = layouts.binary_records(images, labels, coarse=True)
        files, folder = {"train.bin": content, "test.bin": content}, "cifar-100-binary"
    if archived:
        layouts.write_archive(tmp_path / f"{folder}.tar.gz", folder, files)
    else:
        layouts.write_files(tmp_path / folder, files)
    dataset = load_dataset(Data(dataset="cifar100"), tmp_path)
    assert (dataset.title, len(dataset.classes), dataset.classes[99]) == (
        "CIFAR-100 (only 100 + 100 images)",
        100,
        "worm",
    )
    np.testing.assert_array_equal(dataset.test_images, images)
    np.testing.assert_array_equal(dataset.test_labels, labels)


def test_original_images_come_before_copies(tmp_path: Path, layouts: Any) -> None:
    """Of several formats in one directory, pickles are used first, then binary files, then pictures."""
    layouts.write_pictures(tmp_path / "cifar10-images", ".jpg")
    layouts.write_files(tmp_path / "cifar-10-batches-bin", layouts.cifar10_files(pickled=False))
    assert load_dataset(Data(), tmp_path).source == str(tmp_path / "cifar-10-batches-bin")
    layouts.write_files(tmp_path / "cifar-10-batches-py", layouts.cifar10_files(pickled=True))
    assert load_dataset(Data(), tmp_path).source == str(tmp_path / "cifar-10-batches-py")


def broken_binary(layouts: Any, name: str, content: bytes | None) -> dict[str, bytes]:
    files = layouts.cifar10_files(pickled=False)
    files.pop(name)
    return files if content is None else files | {name: content}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "data_batch_3.bin: expected a file, found nothing there"),
        (b"", ": data_batch_3.bin: expected 1 to 10,000 images, found 0"),
        (
            bytes(3073 + 100),
            ": data_batch_3.bin: expected whole records of 3,073 bytes, found 3,173 bytes, which is "
            "1 records and 100 bytes; the file is truncated or foreign",
        ),
        (
            bytes(3073) + b"\x0a" + bytes(3072),
            ": data_batch_3.bin: expected labels from 0 to 9, got 10 for image 1",
        ),
        (bytes(3073 * 10_001), ": data_batch_3.bin: expected 1 to 10,000 images, found 10,001"),
    ],
)
def test_a_broken_binary_file_is_named(
    tmp_path: Path, layouts: Any, content: bytes | None, message: str
) -> None:
    """Missing, empty, truncated, with an unknown label, or too long."""
    layouts.write_files(tmp_path, broken_binary(layouts, "data_batch_3.bin", content))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), tmp_path)
    separator = "/" if content is None else ""
    assert str(caught.value) == f"{tmp_path}{separator}{message}"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"data": []}, "expected the entries data and labels, found data"),
        (
            {"data": np.zeros((2, 3071), np.uint8), "labels": [1, 2]},
            "expected data as an (n, 3072) array of uint8, found (2, 3071) of uint8",
        ),
        (
            {"data": [1], "labels": [1]},
            "expected data as an (n, 3072) array of uint8, found list",
        ),
        (
            {"data": np.zeros((2, 3072), np.uint8), "labels": [1]},
            "expected a list of 2 integers as labels",
        ),
        (
            {"data": np.zeros((2, 3072), np.uint8), "labels": [1, "cat"]},
            "expected a list of 2 integers as labels",
        ),
        (
            {"data": np.zeros((2, 3072), np.uint8), "labels": [1, 2**70]},
            "expected labels from 0 to 9, got 1180591620717411303424 for image 1",
        ),
    ],
)
def test_a_broken_pickle_is_named(
    tmp_path: Path, layouts: Any, entries: dict[str, Any], message: str
) -> None:
    """Entries that are missing, or have another shape or type."""
    files = layouts.cifar10_files(pickled=True) | {"data_batch_2": pickle.dumps(entries, protocol=2)}
    layouts.write_files(tmp_path, files)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), tmp_path)
    assert str(caught.value) == f"{tmp_path}: data_batch_2: {message}"


def test_a_truncated_pickle_is_named(tmp_path: Path, layouts: Any) -> None:
    """The message has the name of the truncated batch."""
    files = layouts.cifar10_files(pickled=True)
    files["data_batch_2"] = files["data_batch_2"][:5000]
    layouts.write_files(tmp_path, files)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: data_batch_2: expected a pickled batch of images, found pickle data was truncated; "
        "the file is truncated or foreign"
    )


def test_a_truncated_archive_is_named(tmp_path: Path, layouts: Any) -> None:
    """At every length, the message begins with the path of the archive."""
    path = tmp_path / "cifar-10-binary.tar.gz"
    layouts.write_archive(path, "cifar-10-batches-bin", layouts.cifar10_files(pickled=False))
    content = path.read_bytes()
    for length in (0, 5, 1000, len(content) // 2, len(content) - 1000):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz: expected .* (damaged|truncated)"):
            load_dataset(Data(), tmp_path)


def test_a_file_missing_from_an_archive_is_named(tmp_path: Path, layouts: Any) -> None:
    """A complete archive that does not contain one of the batches."""
    path = tmp_path / "cifar-10-binary.tar.gz"
    layouts.write_archive(path, "cifar-10-batches-bin", broken_binary(layouts, "data_batch_3.bin", None))
    with pytest.raises(DataError) as caught:
        load_dataset(Data(), tmp_path)
    assert str(caught.value) == (
        f"{path}: expected cifar-10-batches-bin/data_batch_3.bin in the archive, found no such file; "
        "the archive is truncated or foreign"
    )
