"""Downloads through Keras: the one place in this package that loads it."""

import contextlib
import io
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies

from reglab.data.remotes import Remote
from reglab.errors import DataError

_PATIENCE = 15.0
"""Seconds without an answer after which a download is given up."""

_log = logging.getLogger(__name__)


def download(remote: Remote) -> None:
    """Downloads a file to where Keras keeps it, whole or not at all.

    It is downloaded and its hash checked in a folder beside its place, then renamed, so that neither a
    broken connection nor a killed process leaves a part of it under its name.

    Raises:
        DataError: it cannot be downloaded, or what came has another hash.
    """
    _log.info("downloading %s", remote.origin)
    try:
        # Without network this fails at once, and the seconds that Keras takes to load are saved.
        _knock(remote.origin)
        from keras.utils import get_file

        remote.path.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".reglab-", dir=remote.path.parent) as staging,
            _bounded_patience(),
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
        # File system and network raise OSError; Keras raises bare Exception for a failed fetch and
        # ValueError for a wrong hash.
        raise DataError(f"{remote.origin}: cannot be downloaded ({_first_line(error)})") from error


def _knock(origin: str) -> None:
    """Connects to where a file lies, unless a proxy stands between.

    Raises:
        OSError: there is no network, or no such machine.
    """
    address = urlsplit(origin)
    if address.hostname and address.scheme not in getproxies():
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        socket.create_connection((address.hostname, port), timeout=_PATIENCE).close()


@contextlib.contextmanager
def _bounded_patience() -> Iterator[None]:
    """Keras sets no time limit of its own, and without one a firewall keeps a download waiting for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__
