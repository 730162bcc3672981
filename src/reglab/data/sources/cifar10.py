"""CIFAR-10: 50,000 + 10,000 colour images of 32×32 pixels in ten classes.

Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from reglab.data.download import Remote
from reglab.data.formats.cifar import CifarFiles, find_cifar, find_downloaded_cifar
from reglab.data.formats.decoded_cache import read_pictures
from reglab.data.formats.pictures import choose_folder, find_picture_folders, list_classes, list_pictures
from reglab.data.source import Contents, Found, Source

_SIDE = 32
_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_PYTHON = CifarFiles(
    form="official python batches",
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    train=tuple(f"data_batch_{number}" for number in range(1, 6)),
    test="test_batch",
    classes=len(_CLASSES),
    images_per_file=10_000,
    label_key="labels",
)
_BINARY = CifarFiles(
    form="official binary batches",
    folder="cifar-10-batches-bin",
    archive="cifar-10-binary.tar.gz",
    train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test="test_batch.bin",
    classes=len(_CLASSES),
    images_per_file=10_000,
    label_bytes=1,
)
_REMOTE = Remote(
    "cifar-10-batches-py-target_archive",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)


def _find(directory: Path) -> Found | None:
    return find_cifar((_PYTHON, _BINARY), directory) or _find_pictures(directory)


def _find_pictures(directory: Path) -> Found | None:
    """Finds a copy as pictures: a folder with test/ and with at least half of the classes in train/."""
    roots = [
        root
        for root in find_picture_folders(directory)
        if len(set(_CLASSES) & set(list_classes(root / "train"))) >= len(_CLASSES) / 2
    ]
    root = choose_folder(directory, roots)
    return Found(root, "folder of pictures", lambda _: _read_pictures(root)) if root else None


def _read_pictures(root: Path) -> Contents:
    """Reads pictures of 32×32 pixels, sorted by the numbers in their names, which give the official order."""
    folder = list_pictures(root, _CLASSES, by_number=True)
    contents = read_pictures(folder, _SIDE, resize=False)
    copy = f"{' and '.join(folder.formats)} copy"
    return replace(contents, note=f"{copy}, {contents.note}" if contents.note else copy)


CIFAR10 = Source(
    name="cifar10",
    title="CIFAR-10",
    files="cifar-10-batches-py/, cifar-10-batches-bin/, cifar-10-python.tar.gz, cifar-10-binary.tar.gz, "
    "or pictures in train/<class>/ and test/<class>/",
    find=_find,
    classes=_CLASSES,
    counts=(50_000, 10_000),
    folders=("cifar10",),
    remotes=(_REMOTE,),
    find_downloaded=partial(find_downloaded_cifar, _PYTHON, _REMOTE),
)
