"""Downloads of data sets through Keras, checked by their hash. The only module in `data` that loads Keras."""

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
"""Seconds without an answer after which a download fails."""

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
            trust: whether a file counts without its hash, which takes seconds to compute. A file without
                a published hash always does.
        """
        return self.path.is_file() and (trust or not self.sha256 or is_verified(self.path, self.sha256))


def is_verified(path: Path, sha256: str) -> bool:
    """Whether a file has the given hash; a large file is hashed once, and again when it changes.

    A record in reglab's cache, named after the hash, holds path, size and time of the file that had it.
    If the cache cannot be read or written, the file is hashed each time.

    Args:
        path: the file; one that does not exist or cannot be read has no hash.
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
        # A record that is only partly written fits no file and is replaced.
        record.write_bytes(fingerprint)
    return True


def download(remote: Remote) -> None:
    """Downloads a file to Keras's folder, completely or not at all.

    The file is downloaded and its hash checked in a temporary folder beside its path, then renamed. A
    broken connection or a killed process therefore never leaves an incomplete file under its name.

    Raises:
        DataError: the download fails, or the file has another hash.
    """
    _log.info("downloading %s", remote.origin)
    try:
        # Without network access this fails at once, before Keras is loaded, which takes seconds.
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
        # File system and network raise OSError; Keras raises bare Exception for a failed download and
        # ValueError for a wrong hash.
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise DataError(f"{remote.origin}: cannot be downloaded ({reason})") from error


def _connect(origin: str) -> None:
    """Connects to the address, unless a proxy is configured for it.

    Raises:
        OSError: there is no network, or no such host.
    """
    address = urlsplit(origin)
    if address.hostname and address.scheme not in getproxies():
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        socket.create_connection((address.hostname, port), timeout=_TIMEOUT).close()


@contextlib.contextmanager
def _default_timeout() -> Iterator[None]:
    """Sets a time limit for sockets: Keras sets none, and a firewall can delay a download without end."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
