"""MNIST and Fashion-MNIST, as idx files and as Keras's npz."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.config.data import Data
from reglab.data.loading import load_dataset
from reglab.errors import DataError


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "case",
    [
        ("mnist", "", "MNIST (only 30 + 20 images)", "0"),
        ("mnist", "MNIST/raw", "MNIST (only 30 + 20 images)", "0"),
        ("fashion_mnist", "", "Fashion-MNIST (only 30 + 20 images)", "T-shirt/top"),
        ("fashion_mnist", "fashion-mnist", "Fashion-MNIST (only 30 + 20 images)", "T-shirt/top"),
    ],
)
def test_idx_files(tmp_path: Path, layouts: Any, zipped: bool, case: tuple[Any, str, str, str]) -> None:
    """Raw or gzipped, in the data directory or in the data set's own folder there."""
    name, folder, title, first = case
    train, train_labels, test, test_labels = layouts.write_idx(tmp_path / folder, zipped)
    dataset = load_dataset(Data(dataset=name), tmp_path)
    assert (dataset.name, dataset.title, dataset.classes[0]) == (name, title, first)
    assert dataset.train_images.shape == (30, 28, 28, 1)
    assert dataset.labels.dtype == np.int32
    np.testing.assert_array_equal(dataset.images[..., 0], np.concatenate([train, test]))
    np.testing.assert_array_equal(dataset.labels, np.concatenate([train_labels, test_labels]))


def test_mnist_is_not_read_as_fashion_mnist(tmp_path: Path, layouts: Any) -> None:
    """The file names are equal; the first labels distinguish them."""
    layouts.write_idx(tmp_path, zipped=False, first_labels=(5, 0, 4, 1, 9, 2, 1, 3, 1, 4))
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="fashion_mnist"), tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected the files of fashion_mnist, found those of mnist"
    assert load_dataset(Data(dataset="mnist"), tmp_path).name == "mnist"


def test_keras_npz(tmp_path: Path) -> None:
    """The file that Keras downloads for MNIST."""
    images = np.arange(2 * 28 * 28, dtype=np.uint16).astype(np.uint8).reshape(2, 28, 28)
    labels = np.array([3, 7], np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    dataset = load_dataset(Data(dataset="mnist"), tmp_path)
    np.testing.assert_array_equal(dataset.test_images[..., 0], images)
    np.testing.assert_array_equal(dataset.test_labels, labels)


def test_an_npz_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    """Reading pickled objects could run any code."""
    objects = np.array([{}, None])
    np.savez(tmp_path / "mnist.npz", x_train=objects, y_train=objects, x_test=objects, y_test=objects)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="mnist"), tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/mnist.npz: expected arrays named x_train, y_train, x_test, y_test, found a damaged or "
        "foreign file (its array 'x_train' is damaged, or holds objects)"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an idx file of bytes with 3 dimensions, found one that begins with nothing"),
        (
            b"GIF89a" * 9,
            "expected an idx file of bytes with 3 dimensions, found one that begins with 47 49 46 38",
        ),
        (
            b"\0\0\x08\x03" + b"\0\0\0\x02\0\0\0\x1c\0\0\0\x1c" + bytes(1000),
            "expected 1,568 bytes of 2×28×28 values, found 1,000; the file is truncated or foreign",
        ),
        (
            b"\0\0\x08\x03" + b"\xff" * 12 + bytes(1000),
            "expected 79,228,162,458,924,105,385,300,197,375 bytes of "
            "4294967295×4294967295×4294967295 values, found 1,000; the file is truncated or foreign",
        ),
    ],
)
def test_a_broken_idx_file_is_named(tmp_path: Path, layouts: Any, content: bytes, message: str) -> None:
    """Empty, foreign, truncated, or with impossible sizes."""
    layouts.write_idx(tmp_path, zipped=False)
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="mnist"), tmp_path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_truncated_gzip_file_is_named(tmp_path: Path, layouts: Any) -> None:
    """An incomplete copy or download."""
    layouts.write_idx(tmp_path, zipped=True)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="mnist"), tmp_path)
    assert str(caught.value) == (
        f"{path}: expected a complete gzip file, found a damaged one (Compressed file ended before the "
        "end-of-stream marker was reached)"
    )


def test_a_missing_idx_file_is_named(tmp_path: Path, layouts: Any) -> None:
    """All four files are required."""
    layouts.write_idx(tmp_path, zipped=False)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError) as caught:
        load_dataset(Data(dataset="mnist"), tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected the file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz, found neither"
    )
