"""Named files from a folder or straight from a tar archive, without unpacking it."""

import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from reglab.errors import DataError

LARGEST_FILE = 2**28
"""Bytes; the largest official file, CIFAR-100's training set, has 155 million."""


class Container(Protocol):
    """What holds the files of a data set."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yields name and content of each file, in whatever order is quickest.

        Raises:
            DataError: one is missing, too large, or cannot be read.
        """


@dataclass(frozen=True)
class FolderContainer:
    """Files that lie in a folder."""

    path: Path

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yields name and content of each file, in the order asked for."""
        for name in names:
            yield name, read_file(self.path / name)


@dataclass(frozen=True)
class ArchiveContainer:
    """Files in one folder of a tar archive; nothing is written to disk."""

    path: Path
    folder: str

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yields name and content of each file, in the archive's order: one pass over the stream."""
        missing = set(names)
        try:
            with tarfile.open(self.path, "r|*") as archive:
                for member in archive:
                    name = self._name_in_folder(member)
                    if name not in missing:
                        continue
                    missing.remove(name)
                    if member.size > LARGEST_FILE:
                        raise DataError(_too_large(f"{self.path}: {member.name}", member.size))
                    stream = archive.extractfile(member)
                    yield name, stream.read() if stream else b""
                    if not missing:
                        return
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise DataError(
                f"{self.path}: expected a whole tar archive, found a damaged or foreign file ({error}); "
                "copy or download it again"
            ) from error
        raise DataError(
            f"{self.path}: expected {', '.join(f'{self.folder}/{name}' for name in sorted(missing))} "
            "in the archive, found no such file; it is truncated or foreign"
        )

    def _name_in_folder(self, member: tarfile.TarInfo) -> str:
        """Name of a regular file that lies directly in the folder; empty for everything else."""
        parts = PurePosixPath(member.name).parts
        return parts[1] if member.isreg() and len(parts) == 2 and parts[0] == self.folder else ""


def read_file(path: Path) -> bytes:
    """Reads a whole file.

    Raises:
        DataError: it is missing, too large, or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError(_too_large(str(path), size))
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: expected a file, found nothing there") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error


def _too_large(where: str, size: int) -> str:
    return f"{where}: expected at most {LARGEST_FILE:,} bytes, found {size:,}; this is another file"
