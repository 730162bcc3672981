"""MNIST and Fashion-MNIST: the official idx files, and Keras's mnist.npz."""

import gzip
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.data.containers import LARGEST_FILE, read_file
from reglab.data.dataset import Dataset, check_label_range
from reglab.errors import DataError

SIDE = 28
IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
_UNSIGNED_BYTE = 8
_FIRST_LABELS = {
    "mnist": (5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
    "fashion_mnist": (9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
}


def idx_file(folder: Path, name: str) -> Path | None:
    """The file as it lies in the folder, raw or with .gz; None where neither is there."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def load_idx(name: str, title: str, classes: tuple[str, ...], folder: Path) -> Dataset:
    """Loads the four official files, each raw or gzipped.

    Returns:
        The data set, images (n, 28, 28, 1) uint8.

    Raises:
        DataError: a file is missing, truncated or foreign; it is named.
    """
    arrays = []
    for file_name in IDX_FILES:
        path = idx_file(folder, file_name)
        if path is None:
            raise DataError(f"{folder}: expected the file {file_name} or {file_name}.gz, found neither")
        arrays.append(_read_idx(path, dimensions=3 if "images" in file_name else 1))
    _check_identity(name, arrays[1], folder)
    return _as_dataset(name, title, classes, arrays, folder)


def load_npz(name: str, title: str, classes: tuple[str, ...], path: Path) -> Dataset:
    """Loads Keras's mnist.npz; nothing pickled is read.

    Returns:
        The data set, images (n, 28, 28, 1) uint8.

    Raises:
        DataError: the file is truncated or foreign.
    """
    keys = ("x_train", "y_train", "x_test", "y_test")
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = [archive[key] for key in keys]
    except (OSError, EOFError, ValueError, KeyError, TypeError, MemoryError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: expected arrays named {', '.join(keys)}, found a damaged or foreign file ({error})"
        ) from error
    return _as_dataset(name, title, classes, arrays, path)


def _read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array of an idx file: 0, 0, type, number of dimensions; the big-endian dimensions; the bytes."""
    content = _decompress(path) if path.suffix == ".gz" else read_file(path)
    start = 4 + 4 * dimensions
    if len(content) < start or content[:4] != bytes((0, 0, _UNSIGNED_BYTE, dimensions)):
        raise DataError(
            f"{path}: expected an idx file of bytes with {dimensions} dimensions, "
            f"found one that begins with {content[:4].hex(' ') or 'nothing'}"
        )
    shape = tuple(int(side) for side in np.frombuffer(content[4:start], ">u4"))
    size = int(np.prod(shape, dtype=object))
    if len(content) - start != size:
        raise DataError(
            f"{path}: expected {size:,} bytes of {'×'.join(map(str, shape))} values, "
            f"found {len(content) - start:,}; the file is truncated or foreign"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _check_identity(name: str, labels: NDArray[np.uint8], folder: Path) -> None:
    """The two data sets have the same file names; their first labels tell one from the other."""
    for other, first in _FIRST_LABELS.items():
        if other != name and tuple(labels[: len(first)]) == first:
            raise DataError(f"{folder}: expected the files of {name}, found those of {other}")


def _decompress(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(LARGEST_FILE)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: expected a whole gzip file, found a damaged one ({error})") from error


def _as_dataset(
    name: str, title: str, classes: tuple[str, ...], arrays: list[NDArray[np.uint8]], source: Path
) -> Dataset:
    train_images, train_labels, test_images, test_labels = arrays
    for images in (train_images, test_images):
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
            raise DataError(
                f"{source}: expected images as an (n, {SIDE}, {SIDE}) array of uint8, "
                f"found {images.shape} of {images.dtype}"
            )
    for labels in (train_labels, test_labels):
        if labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise DataError(
                f"{source}: expected labels as an (n,) array of whole numbers, "
                f"found {labels.shape} of {labels.dtype}"
            )
        check_label_range(labels, len(classes), str(source))
    return Dataset(
        name=name,
        title=title,
        classes=classes,
        train_images=train_images[..., None],
        train_labels=train_labels.astype(np.int32),
        test_images=test_images[..., None],
        test_labels=test_labels.astype(np.int32),
        source=str(source),
    )
