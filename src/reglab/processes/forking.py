"""Starts workers by forking a process that has imported Keras already."""

import os
import socket
import subprocess
import sys
from types import TracebackType
from typing import IO, Self

from reglab.backend.start import find_backend
from reglab.processes.events import FAILED, Job, encode
from reglab.processes.launch import WorkerProcess, block_sigint, start_worker

SERVER = "reglab.processes.fork_server"


class ForkedWorker:
    """A worker that the server has forked; see `WorkerProcess`."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], status: IO[bytes]) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._status = status
        self._code: int | None = None

    def wait(self) -> int:
        """Waits until the worker has ended; returns its exit code, or minus the signal that killed it."""
        if self._code is None:
            with self._status as status:
                text = status.read()
            # Without a code, the server has ended before; how the worker has ended is not known.
            self._code = int(text) if text else FAILED
        return self._code


class ForkServer:
    """The server, which runs until the end of the block.

    Importing TensorFlow and Keras takes seconds, as does drawing or decoding images, so that a short run
    would spend most of its time on them. A forked worker has both at once.

    Example:
        >>> with ForkServer() as server:
        ...     outcome = start_run(job, server.start_worker).wait()
    """

    def __init__(self) -> None:
        # Each message arrives as a whole.
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, block_sigint():
            self._process = subprocess.Popen([sys.executable, "-m", SERVER], stdin=theirs.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the server. Workers that still run stop when the pipe to their input is closed."""
        self._socket.close()
        self._process.wait()

    def start_worker(self, job: Job) -> WorkerProcess:
        """Starts a worker for a job, which must be written to its input.

        If the server has ended, the worker is a new process.
        """
        pipes = [os.pipe() for _ in range(3)]
        (their_input, our_input), (our_output, their_output), (our_status, their_status) = pipes
        theirs = (their_input, their_output, their_status)
        try:
            socket.send_fds(self._socket, [encode(job)], theirs)
        except OSError:
            for descriptor in (our_input, our_output, our_status):
                os.close(descriptor)
            return start_worker(job)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return ForkedWorker(
            os.fdopen(our_input, "wb"), os.fdopen(our_output, "rb"), os.fdopen(our_status, "rb")
        )


def can_fork() -> bool:
    """Whether workers can be forked: on Linux, with TensorFlow, which starts no threads when imported."""
    return sys.platform == "linux" and find_backend() == "tensorflow"
