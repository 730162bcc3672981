"""CIFAR-10 and CIFAR-100 in the official python and binary versions."""

import pickle
from dataclasses import dataclass

import numpy as np

from reglab.data.containers import Container
from reglab.data.dataset import Dataset, Images, Labels, check_label_range
from reglab.data.pickles import read_plain_pickle
from reglab.errors import DataError

_PIXELS = 3 * 32 * 32
_LARGEST_BATCH = {"cifar10": 10_000, "cifar100": 50_000}
# Training and test images of either data set.
_OFFICIAL_COUNTS = (50_000, 10_000)


@dataclass(frozen=True)
class CifarVersion:
    """One official version of one of the two data sets.

    Attributes:
        dataset: `cifar10` or `cifar100`.
        title: what figures call it.
        classes: class names, in label order.
        kind: what the version is called, for people.
        folder: the official folder's name.
        archive: the official archive's name.
        train: its training files, in order.
        test: its test file.
        label_key: name of the labels in the pickled dictionary; empty for the binary version.
        label_bytes: bytes in front of the pixels of a binary record; the label is the last of them.
    """

    dataset: str
    title: str
    classes: tuple[str, ...]
    kind: str
    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    label_key: str = ""
    label_bytes: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is needed, training first."""
        return (*self.train, self.test)


@dataclass(frozen=True, eq=False)
class _Batch:
    images: Images
    labels: Labels


def load_cifar(version: CifarVersion, container: Container) -> Dataset:
    """Loads an official version from a folder or an archive.

    Args:
        version: which one it is.
        container: holds the version's files; each may be shorter than the official one.

    Returns:
        The data set; training and test images, (n, 32, 32, 3) uint8, are two parts of one array. Where
        there are fewer than the official 50,000 and 10,000, the title says how many.

    Raises:
        DataError: a file is missing, truncated or foreign; it is named.
    """
    batches = {
        name: _read_batch(version, content, f"{container.path}: {name}")
        for name, content in container.read(version.files)
    }
    sizes = [len(batches[name].labels) for name in version.files]
    train = sum(sizes[:-1])
    labels = np.concatenate([batches[name].labels for name in version.files])
    images = np.empty((sum(sizes), 32, 32, 3), np.uint8)
    end = 0
    for name in version.files:
        # Dropped as soon as it is copied, so that the whole set is in memory once, not twice.
        batch = batches.pop(name)
        start, end = end, end + len(batch.labels)
        images[start:end] = batch.images
    return Dataset(
        name=version.dataset,
        title=_title(version, train, len(labels) - train),
        classes=version.classes,
        train_images=images[:train],
        train_labels=labels[:train],
        test_images=images[train:],
        test_labels=labels[train:],
        source=str(container.path),
    )


def _title(version: CifarVersion, train: int, test: int) -> str:
    """A part of the data set is not called like the whole: its accuracies are others."""
    if (train, test) == _OFFICIAL_COUNTS:
        return version.title
    return f"{version.title} (only {train:,} + {test:,} images)"


def _read_batch(version: CifarVersion, content: bytes, where: str) -> _Batch:
    read = _read_pickled if version.label_key else _read_binary
    batch = read(version, content, where)
    most = _LARGEST_BATCH[version.dataset]
    if not 0 < len(batch.labels) <= most:
        raise DataError(f"{where}: expected 1 to {most:,} images, found {len(batch.labels):,}")
    check_label_range(batch.labels, len(version.classes), where)
    return batch


def _read_binary(version: CifarVersion, content: bytes, where: str) -> _Batch:
    record = version.label_bytes + _PIXELS
    if len(content) % record:
        raise DataError(
            f"{where}: expected whole records of {record:,} bytes, found {len(content):,} bytes, which is "
            f"{len(content) // record:,} records and {len(content) % record:,} bytes; "
            "the file is truncated or foreign"
        )
    rows = np.frombuffer(content, np.uint8).reshape(-1, record)
    labels = rows[:, version.label_bytes - 1].astype(np.int32)
    return _Batch(_channels_last(rows[:, version.label_bytes :]), labels)


def _read_pickled(version: CifarVersion, content: bytes, where: str) -> _Batch:
    try:
        entries = read_plain_pickle(content)
    except pickle.UnpicklingError as error:
        raise DataError(
            f"{where}: expected a pickled batch of images, found {error}; the file is truncated or foreign"
        ) from error
    absent = [key for key in ("data", version.label_key) if key not in entries]
    if absent:
        raise DataError(
            f"{where}: expected the entries data and {version.label_key}, "
            f"found {', '.join(sorted(entries)) or 'none'}"
        )
    data, labels = entries["data"], entries[version.label_key]
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (_PIXELS,):
        found = f"{data.shape} of {data.dtype}" if isinstance(data, np.ndarray) else type(data).__name__
        raise DataError(f"{where}: expected data as an (n, {_PIXELS}) array of uint8, found {found}")
    if isinstance(labels, np.ndarray):
        labels = labels.ravel().tolist()
    if (
        not isinstance(labels, list)
        or len(labels) != len(data)
        or not all(type(label) is int for label in labels)
    ):
        raise DataError(f"{where}: expected a list of {len(data)} whole numbers as {version.label_key}")
    check_label_range(np.array(labels, object), len(version.classes), where)
    return _Batch(_channels_last(data), np.array(labels, np.int32))


def _channels_last(rows: Images) -> Images:
    """Pixels (n, 3072), channel by channel, as images (n, 32, 32, 3)."""
    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
