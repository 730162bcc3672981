"""Keeps decoded folders of pictures, so that the second run starts at once.

One file for each folder and size in reglab's cache directory. It holds the fingerprint of the folder it
was decoded from; a folder that changed, and a file that is damaged, are decoded anew. The file is
written beside its place and then renamed, so two processes at once do double work and no harm; what a
killed process has left half-written is removed by the next one that writes.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import PIL

from reglab.data.dataset import Images
from reglab.data.folders import PictureFolder
from reglab.data.pictures import decode_pictures
from reglab.data.places import cache_directory

_FORMAT = 1
_PREFIX = ".decoding-"


def decode_folder(folder: PictureFolder, side: int, resize: bool) -> Images:
    """The pictures of a folder, from the cache where it has them, else decoded and kept there.

    A cache that cannot be read or written (read-only, full) only costs time.

    Args:
        folder: the listed folder.
        side: width and height, pixels.
        resize: whether pictures of another size are resized; where False they are an error.

    Returns:
        (n, side, side, 3) uint8, training pictures first.

    Raises:
        DataError: a file is no picture, truncated, or of another size.
    """
    path = _place(folder, side, resize)
    fingerprint = f"{_FORMAT} {PIL.__version__} {folder.fingerprint()}"
    shape = (len(folder.pictures), side, side, 3)
    kept = _read(path, fingerprint, shape)
    if kept is not None:
        return kept
    images = decode_pictures([picture.path for picture in folder.pictures], side, resize)
    with contextlib.suppress(OSError):
        _write(path, fingerprint, images)
    return images


def _place(folder: PictureFolder, side: int, resize: bool) -> Path:
    """One place a folder and size, so that a changed folder takes the place of its older self."""
    root = folder.root.resolve()
    key = hashlib.sha256(f"{os.fsdecode(root)}\0{side}\0{resize}".encode("utf-8", "surrogateescape"))
    return cache_directory() / "decoded" / f"{root.name}-{side}px-{key.hexdigest()[:16]}.npz"


def _read(path: Path, fingerprint: str, shape: tuple[int, ...]) -> Images | None:
    """The images kept at `path`; None where there are none, others, or damaged ones."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if str(kept["fingerprint"]) != fingerprint:
                return None
            images: Images = kept["images"]
    except (OSError, EOFError, ValueError, KeyError, MemoryError, zipfile.BadZipFile):
        return None
    return images if images.shape == shape and images.dtype == np.uint8 else None


def _write(path: Path, fingerprint: str, images: Images) -> None:
    """Writes the file whole or not at all.

    Raises:
        OSError: the cache is read-only, or the disk is full; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(path.parent)
    handle, temporary = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            # Says that somebody is writing; the kernel takes it back however the process ends.
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            np.savez(stream, fingerprint=np.array(fingerprint), images=images)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _clear_abandoned(folder: Path) -> None:
    """Removes what processes that were killed have left half-written."""
    for path in folder.glob(f"{_PREFIX}*"):
        # Locked by who writes it, or removed by another process at the same time.
        with contextlib.suppress(OSError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
