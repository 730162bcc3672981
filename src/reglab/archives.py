"""Reads `.npz` archives of arrays, whose size is checked before anything is read."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

_LARGEST = 2**28
"""Bytes that a compressed archive may have when it is read; one that is not compressed may have its size."""


# NumPy and `zipfile` raise these for damaged archives.
_DAMAGE = (
    ArithmeticError,
    BadZipFile,
    EOFError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)


class ArchiveError(ValueError):
    """An archive that is damaged, too large, or has other arrays than expected."""


def read_arrays(path: Path, names: tuple[str, ...] = ()) -> dict[str, NDArray[np.generic]]:
    """Reads arrays of an `.npz` archive; objects in it are refused.

    Args:
        path: the archive.
        names: the arrays to read; all if empty.

    Returns:
        Name → array.

    Raises:
        OSError: the archive does not exist, or cannot be opened.
        ArchiveError: it is damaged or too large, or an array is missing.
    """
    if path.exists() and not path.is_file():
        # Reading a pipe would wait for a writer.
        raise ArchiveError("it is not a file")
    with path.open("rb") as raw:
        try:
            archive = ZipFile(raw)
        except (EOFError, BadZipFile, NotImplementedError, ValueError) as error:
            raise ArchiveError("it is not an archive of arrays, or is truncated") from error
        # Not with `numpy.load`, which reads arrays of any size.
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        _check_size(path, members)
        return {name: _read_array(archive, members, name) for name in names or members}


def _check_size(path: Path, members: dict[str, ZipInfo]) -> None:
    size = sum(info.file_size for info in members.values())
    largest = max(_LARGEST, path.stat().st_size)
    if size > largest:
        raise ArchiveError(f"expected at most {largest:,} bytes of arrays, found {size:,}")


def _read_array(archive: ZipFile, members: dict[str, ZipInfo], name: str) -> NDArray[np.generic]:
    if name not in members:
        raise ArchiveError(f"it has no array {name!r}")
    try:
        # The archive returns no more bytes than it declares, whatever the shape of the array is.
        with archive.open(members[name]) as stream:
            array: NDArray[np.generic] = np.lib.format.read_array(stream, allow_pickle=False)
            return array
    except _DAMAGE as error:
        raise ArchiveError(f"its array {name!r} is damaged, or holds objects") from error
