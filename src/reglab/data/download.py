"""Downloads data sets with Keras and checks their hashes. The only module in `data` that loads Keras."""

import contextlib
import hashlib
import io
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from reglab.data.places import cache_directory, keras_directory
from reglab.errors import DataError

_TIMEOUT = 15.0
"""Seconds that a download waits for an answer before it fails."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remote:
    """One file that can be downloaded.

    Attributes:
        name: its name in Keras's folder of data sets, so that reglab and Keras share one download.
        origin: its address.
        sha256: hash of its content; empty if Keras publishes none.
        folder: its folder within Keras's folder of data sets; empty for that folder itself.
    """

    name: str
    origin: str
    sha256: str = ""
    folder: str = ""

    @property
    def path(self) -> Path:
        """The path at which Keras keeps the file."""
        return keras_directory() / self.folder / self.name

    def is_complete(self, trust: bool = False) -> bool:
        """Whether the file exists and has the right hash.

        Args:
            trust: whether to skip the hash, which takes seconds to compute. It is also skipped for a file
                without a published hash.
        """
        return self.path.is_file() and (trust or not self.sha256 or is_verified(self.path, self.sha256))


def is_verified(path: Path, sha256: str) -> bool:
    """Whether a file has the given hash. A file is hashed once, and again after it has changed.

    A record in reglab's cache, named after the hash, holds the path, size and modification time of the
    file that has it. If the cache cannot be read or written, the file is hashed each time.

    Args:
        path: the file; the result is False if it does not exist or cannot be read.
        sha256: 64 hexadecimal digits.
    """
    record = cache_directory() / "verified" / sha256
    try:
        status = path.stat()
        text = f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n"
        fingerprint = text.encode("utf-8", "surrogateescape")
        with contextlib.suppress(OSError):
            if record.read_bytes() == fingerprint:
                return True
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                return False
    except OSError:
        return False
    with contextlib.suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        # Not written atomically: an incomplete record matches no file and is replaced.
        record.write_bytes(fingerprint)
    return True


def download(remote: Remote) -> None:
    """Downloads a file to Keras's folder, completely or not at all.

    The file is downloaded to a temporary folder beside its path, checked there, and renamed. A broken
    connection or a killed process therefore leaves no incomplete file at its path.

    Raises:
        DataError: the download fails, or the file has a wrong hash.
    """
    _log.info("downloading %s", remote.origin)
    try:
        # Loading Keras takes seconds; without network access this fails before that.
        _connect(remote.origin)
        from keras.utils import get_file

        remote.path.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".reglab-", dir=remote.path.parent) as staging,
            _default_timeout(),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            path = get_file(
                fname=remote.name,
                origin=remote.origin,
                file_hash=remote.sha256 or None,
                cache_dir=staging,
                cache_subdir="",
            )
            os.replace(path, remote.path)
    except Exception as error:
        # The system raises OSError; Keras raises plain Exception for a failed download and ValueError for a
        # wrong hash.
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{remote.origin}: cannot be downloaded ({reason})") from error


def _connect(origin: str) -> None:
    """Connects to the address, unless a proxy is configured for it.

    Raises:
        OSError: the host does not exist or cannot be reached.
    """
    address = urlsplit(origin)
    if address.hostname and address.scheme not in getproxies():
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        socket.create_connection((address.hostname, port), timeout=_TIMEOUT).close()


@contextlib.contextmanager
def _default_timeout() -> Iterator[None]:
    """Sets a time limit for sockets. Keras sets none, so a firewall could block a download forever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
