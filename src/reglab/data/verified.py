"""Which files have been verified by their hash, so that large archives are not hashed at every start.

A record in reglab's cache, named like the hash, holds place, size and time of the file that had it. A
file that was changed since no longer fits its record, and is hashed again.
"""

import contextlib
import hashlib
from pathlib import Path

from reglab.data.places import cache_directory


def is_verified(path: Path, sha256: str) -> bool:
    """Whether a file has the given hash, or had it when it was last looked at and is unchanged since.

    A cache that cannot be read or written only costs time.

    Args:
        path: the file; one that is not there, or cannot be read, has no hash.
        sha256: 64 hexadecimal digits.
    """
    record = cache_directory() / "verified" / sha256
    try:
        fingerprint = _fingerprint(path)
        if _read(record) == fingerprint:
            return True
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                return False
    except OSError:
        return False
    with contextlib.suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        # Written in part, it would fit no file, and be written again.
        record.write_bytes(fingerprint)
    return True


def _fingerprint(path: Path) -> bytes:
    status = path.stat()
    return f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape")


def _read(record: Path) -> bytes:
    try:
        return record.read_bytes()
    except OSError:
        return b""
