"""A cache of decoded pictures, so that only the first run decodes the pictures of a folder.

reglab's cache directory has one file for each folder and size. It contains a fingerprint of the folder. If
the folder has changed or the file is damaged, the pictures are decoded again. The file is written under a
temporary name and then renamed, so that two processes can write it at the same time.
"""

import contextlib
import hashlib
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import PIL

from reglab.archives import ArchiveError, read_arrays
from reglab.data.formats.pictures import Decoded, PictureFolder, decode_pictures
from reglab.data.places import cache_directory
from reglab.data.source import Contents
from reglab.errors import RunError
from reglab.files import TEMPORARY_PREFIX, atomic_path

_FORMAT = 3
_ABANDONED = 3600
"""Age in seconds at which a temporary file is considered to be left by a killed process."""


def read_pictures(folder: PictureFolder, side: int, resize: bool) -> Contents:
    """Reads the pictures of a folder from the cache, or decodes them and stores them in the cache.

    If the cache cannot be read or written (such as on a full disk), the pictures are decoded each time.

    Args:
        folder: the listed folder.
        side: width and height of the result, pixels.
        resize: whether pictures of another size are resized; if False, they are an error.

    Returns:
        Images (n, side, side, 3) uint8 and labels (n,) int32. The note tells how many pictures were scaled
        from 16 to 8 bits.

    Raises:
        DataError: a file is not a picture, is truncated, or has another size.
    """
    path = _path(folder, side, resize)
    fingerprint = f"{_FORMAT} {PIL.__version__} {folder.fingerprint()}"
    decoded = _read(path, fingerprint, (len(folder.pictures), side, side, 3))
    if decoded is None:
        decoded = decode_pictures([picture.path for picture in folder.pictures], side, resize)
        with contextlib.suppress(OSError, RunError):
            _write(path, fingerprint, decoded)
    labels = np.array([picture.label for picture in folder.pictures], np.int32)
    note = f"{decoded.scaled:,} scaled from 16 to 8 bits" if decoded.scaled else ""
    return Contents(decoded.images, labels, folder.train_count, note, folder.val_count)


def _path(folder: PictureFolder, side: int, resize: bool) -> Path:
    """One path for each folder and size, so that the pictures of a changed folder replace the old ones."""
    root = folder.root.resolve()
    key = hashlib.sha256(f"{os.fsdecode(root)}\0{side}\0{resize}".encode("utf-8", "surrogateescape"))
    return cache_directory() / "decoded" / f"{root.name}-{side}px-{key.hexdigest()[:16]}.npz"


def _read(path: Path, fingerprint: str, shape: tuple[int, ...]) -> Decoded | None:
    """The images in a cache file; None if it is missing or damaged, or has another fingerprint."""
    try:
        if str(read_arrays(path, ("fingerprint",))["fingerprint"]) != fingerprint:
            return None
        kept: Any = read_arrays(path, ("images", "scaled"))
    except (OSError, ArchiveError):
        return None
    images, scaled = kept["images"], kept["scaled"]
    fits = (
        images.shape == shape and images.dtype == np.uint8 and scaled.dtype.kind == "i" and scaled.ndim == 0
    )
    return Decoded(images, int(scaled)) if fits else None


def _write(path: Path, fingerprint: str, decoded: Decoded) -> None:
    """Writes a cache file completely or not at all.

    Raises:
        OSError, RunError: the cache is read-only, or the disk is full; no partial file remains.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for abandoned in path.parent.glob(f"{TEMPORARY_PREFIX}*"):
        # Another process may remove it at the same time.
        with contextlib.suppress(OSError):
            if time.time() - abandoned.stat().st_mtime > _ABANDONED:
                abandoned.unlink()
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            fingerprint=np.array(fingerprint),
            images=decoded.images,
            scaled=np.array(decoded.scaled),
        )
