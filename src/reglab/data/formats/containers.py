"""Reads the files of a data set from a folder, or from a tar archive without unpacking it."""

import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from reglab.errors import DataError

LARGEST_FILE = 2**28
"""Bytes. The largest official file, the training set of CIFAR-100, has 155 million."""


def read_folder(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yields the name and content of each file, in the order of `names`.

    Raises:
        DataError: a file is missing, too large, or cannot be read.
    """
    for name in names:
        yield name, read_file(folder / name)


def read_archive(path: Path, folder: str, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yields the name and content of each file, in the order of the archive; writes nothing to the disk.

    Args:
        path: the tar archive, compressed or not.
        folder: the folder in the archive that holds the files.
        names: names of the files in that folder.

    Raises:
        DataError: the archive is damaged; a file is missing or too large.
    """
    missing = set(names)
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                if not member.isreg() or len(parts) != 2 or parts[0] != folder or parts[1] not in missing:
                    continue
                missing.remove(parts[1])
                _check_size(f"{path}: {member.name}", member.size)
                stream = archive.extractfile(member)
                yield parts[1], stream.read() if stream else b""
                if not missing:
                    return
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(
            f"{path}: expected a complete tar archive, found a damaged or foreign file ({error}); "
            "copy or download it again"
        ) from error
    raise DataError(
        f"{path}: expected {', '.join(f'{folder}/{name}' for name in sorted(missing))} "
        "in the archive, found no such file; the archive is truncated or foreign"
    )


def read_file(path: Path) -> bytes:
    """Reads a whole file.

    Raises:
        DataError: the file is missing, too large, or cannot be read.
    """
    try:
        _check_size(str(path), path.stat().st_size)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected a file, found nothing there") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error


def _check_size(where: str, size: int) -> None:
    if size > LARGEST_FILE:
        raise DataError(
            f"{where}: expected at most {LARGEST_FILE:,} bytes, found {size:,}; "
            "this is not a file of the data set"
        )
