"""The process that forks workers: `python -m reglab.processes.fork_server`; `ForkServer` starts it.

It receives jobs over the socket that is its standard input, each with three file descriptors: the standard
input and output of the worker, and a pipe for its exit code. It computes nothing itself: TensorFlow starts
threads with its first computation, and a process with threads cannot be forked safely. It ends when the
socket is closed.
"""

import os
import select
import signal
import socket
from contextlib import suppress
from typing import NoReturn

from reglab.backend.start import preload_keras
from reglab.config.data import Data
from reglab.data.dataset import Dataset
from reglab.data.loading import load_dataset
from reglab.machine import prepare_matplotlib
from reglab.processes import worker
from reglab.processes.events import Job

_STDIN, _STDOUT = 0, 1
_LONGEST_JOB = 2**20
_DESCRIPTORS = 3


class _Images:
    """The latest data set, so that the runs of a study read or draw it once."""

    def __init__(self) -> None:
        self._key: object = None
        self._dataset: Dataset | None = None

    def load(self, job: Job) -> Dataset | None:
        """The data set of a job; None if it cannot be loaded, which the worker then reports."""
        data: Data = job.experiment.data
        key = (data.dataset, data.image_size, job.data_directory)
        if key != self._key:
            try:
                self._dataset = load_dataset(data, job.data_directory)
            except Exception:
                # The worker loads them again, and reports the error with its traceback.
                return None
            self._key = key
        return self._dataset


class _Server:
    """Forks a worker for each job, and writes the exit code of each to its pipe.

    Args:
        connection: receives the jobs.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._statuses: dict[int, int] = {}
        self._images = _Images()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker)
        # With the default handler, the end of a worker would not wake the server.
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def serve(self) -> None:
        """Serves until the connection is closed."""
        connection = self._connection.fileno()
        while True:
            ready, _, _ = select.select([connection, self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._reap()
            if connection in ready:
                line, descriptors, _, _ = socket.recv_fds(self._connection, _LONGEST_JOB, _DESCRIPTORS)
                if not line:
                    return
                self._fork(Job.model_validate_json(line), *descriptors)

    def _fork(self, job: Job, stdin: int, stdout: int, status: int) -> None:
        dataset = self._images.load(job)
        process = os.fork()
        if process == 0:
            self._work(stdin, stdout, status, dataset)
        os.close(stdin)
        os.close(stdout)
        self._statuses[process] = status

    def _work(self, stdin: int, stdout: int, status: int, dataset: Dataset | None) -> NoReturn:
        """Becomes the worker."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(stdin, _STDIN)
        os.dup2(stdout, _STDOUT)
        self._connection.close()
        for descriptor in (stdin, stdout, status, self._wake, self._waker, *self._statuses.values()):
            os.close(descriptor)
        worker.work_and_exit(dataset)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                descriptor = self._statuses.pop(ended[0])
                # The parent may have ended.
                with suppress(OSError):
                    os.write(descriptor, str(os.waitstatus_to_exitcode(ended[1])).encode())
                os.close(descriptor)


def main() -> None:
    """Serves the socket on standard input."""
    with socket.socket(fileno=os.dup(_STDIN)) as connection:
        os.dup2(os.open(os.devnull, os.O_RDONLY), _STDIN)
        prepare_matplotlib()
        preload_keras()
        _Server(connection).serve()


if __name__ == "__main__":
    main()
