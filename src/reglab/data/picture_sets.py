"""Data sets made from folders of pictures: CIFAR-10 as pictures, and the user's own."""

from pathlib import Path

from reglab.data.classes import CIFAR10
from reglab.data.dataset import Dataset
from reglab.data.decoded_cache import decode_folder
from reglab.data.folders import PictureFolder, list_pictures

DEFAULT_SIDE = 32


def load_cifar10_pictures(root: Path) -> Dataset:
    """Loads CIFAR-10 from pictures of 32×32 pixels whose names are their places in the official order.

    Returns:
        The data set; its title says that it is a copy, and of which kind.

    Raises:
        DataError: classes are missing or unknown; a file is no picture, truncated, or of another size.
    """
    folder = list_pictures(root, CIFAR10, official_order=True)
    title = f"CIFAR-10 ({' and '.join(folder.formats)} copy)"
    return _as_dataset("cifar10", title, folder, DEFAULT_SIDE, resize=False)


def load_picture_folder(root: Path, side: int | None = None) -> Dataset:
    """Loads the user's own pictures, one folder a class under train/ and test/.

    Args:
        root: the folder that has train/ and test/.
        side: width and height that every picture is resized to, pixels; None: 32.

    Returns:
        The data set, classes sorted by name.

    Raises:
        DataError: train and test have different classes; a file is no picture, or truncated.
    """
    folder = list_pictures(root)
    return _as_dataset("folder", root.resolve().name or "folder", folder, side or DEFAULT_SIDE, resize=True)


def _as_dataset(name: str, title: str, folder: PictureFolder, side: int, resize: bool) -> Dataset:
    images, labels, train = decode_folder(folder, side, resize), folder.labels, len(folder.train)
    return Dataset(
        name=name,
        title=title,
        classes=folder.classes,
        train_images=images[:train],
        train_labels=labels[:train],
        test_images=images[train:],
        test_labels=labels[train:],
        source=str(folder.root),
    )
