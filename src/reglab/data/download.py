"""Downloads through Keras: the one place in this package that loads it."""

import contextlib
import io
import logging
import os
import socket
import tempfile
from collections.abc import Iterator

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
    from keras.utils import get_file

    _log.info("downloading %s", remote.origin)
    try:
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
        # Keras raises bare Exception for a failed fetch, ValueError for a wrong hash.
        raise DataError(f"{remote.origin}: cannot be downloaded ({_first_line(error)})") from error


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
