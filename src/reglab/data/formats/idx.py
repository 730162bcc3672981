"""The idx files of MNIST and Fashion-MNIST, and Keras's mnist.npz."""

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.archives import ArchiveError, read_arrays
from reglab.data.dataset import check_label_range
from reglab.data.formats.containers import LARGEST_FILE, read_file
from reglab.data.source import Contents, Found
from reglab.errors import DataError

IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
IDX_FILES = f"{', '.join(IDX_NAMES[:3])} and {IDX_NAMES[3]} (.gz or not)"
"""The files, for messages."""
_SIDE, _CLASSES, _UNSIGNED_BYTE = 28, 10, 8
# The two data sets have the same file names, so their first labels distinguish them.
_FIRST_LABELS = {
    "mnist": (5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
    "fashion_mnist": (9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
}


def find_idx(name: str, directory: Path) -> Found | None:
    """Finds the four files, each raw or gzipped, in a directory.

    Args:
        name: `mnist` or `fashion_mnist`; reading refuses the official files of the other data set.
        directory: the directory to search.
    """
    if any(_existing(directory, file_name) for file_name in IDX_NAMES):
        return Found(directory, "official idx files", lambda _: read_idx(name, directory))
    return None


def read_idx(name: str, folder: Path) -> Contents:
    """Reads the four official files.

    Returns:
        Images (n, 28, 28, 1) uint8 and labels (n,) int32.

    Raises:
        DataError: a file is missing, truncated or foreign, or files do not fit together; the message names
            the file or the folder.
    """
    arrays = []
    for file_name in IDX_NAMES:
        path = _existing(folder, file_name)
        if path is None:
            raise DataError(f"{folder}: expected the file {file_name} or {file_name}.gz, found neither")
        arrays.append(_read_array(path, dimensions=3 if "images" in file_name else 1))
    for other, first in _FIRST_LABELS.items():
        if other != name and tuple(arrays[1][: len(first)]) == first:
            raise DataError(f"{folder}: expected the files of {name}, found those of {other}")
    return _join(arrays, folder)


def read_npz(path: Path) -> Contents:
    """Reads Keras's mnist.npz; pickled objects in it are refused.

    Returns:
        Images (n, 28, 28, 1) uint8 and labels (n,) int32.

    Raises:
        DataError: the file is truncated or foreign.
    """
    keys = ("x_train", "y_train", "x_test", "y_test")
    try:
        arrays = list(read_arrays(path, keys).values())
    except (OSError, ArchiveError) as error:
        raise DataError(
            f"{path}: expected arrays named {', '.join(keys)}, found a damaged or foreign file ({error})"
        ) from error
    return _join(arrays, path)


def _existing(folder: Path, name: str) -> Path | None:
    """The path of a file, raw or with .gz; None if neither exists."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read_array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Reads an idx file.

    It has four bytes (0, 0, type, number of dimensions), the dimensions as big-endian 32-bit integers, and
    the values.
    """
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


def _decompress(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(LARGEST_FILE)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: expected a complete gzip file, found a damaged one ({error})") from error


def _join(arrays: list[NDArray[Any]], source: Path) -> Contents:
    """Joins [training images, training labels, test images, test labels] after checking them."""
    for images, labels in (arrays[:2], arrays[2:]):
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (_SIDE, _SIDE):
            raise DataError(
                f"{source}: expected images as an (n, {_SIDE}, {_SIDE}) array of uint8, "
                f"found {images.shape} of {images.dtype}"
            )
        if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
            raise DataError(
                f"{source}: expected labels as an array of {len(images)} integers, "
                f"found {labels.shape} of {labels.dtype}"
            )
        check_label_range(labels, _CLASSES, str(source))
    return Contents(
        images=np.concatenate(arrays[::2])[..., None],
        labels=np.concatenate(arrays[1::2]).astype(np.int32),
        train_count=len(arrays[0]),
    )
