"""The process that trains for the page: `python -m reglab.live.worker`, with commands on standard input.

It writes only events to standard output. It ends after the end of its input, which is also the end of the
process that started it.
"""

import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from pydantic import ValidationError

from reglab.backend.start import start_backend
from reglab.data.advice import advise_on_split
from reglab.errors import ReglabError, RunError
from reglab.experiment import Experiment
from reglab.live.messages import Refused, Start, decode_command
from reglab.machine import prepare_matplotlib
from reglab.processes.events import COMPLETE, FAILED, Advice, Failed
from reglab.processes.reporting import EventStream
from reglab.training.subject import Subject

if TYPE_CHECKING:
    from reglab.live.worker.bench import Commands

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def main() -> int:
    """Follows the commands; returns 0, 1 after an error of the program, or 2 after one of the user."""
    prepare_matplotlib()
    # The page ends this process by closing its input, also after Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stream = EventStream(os.dup(_STDOUT))
    os.dup2(_STDERR, _STDOUT)
    try:
        with os.fdopen(_STDIN, "rb", closefd=False) as lines:
            first = lines.readline()
            if first:
                start = decode_command(first)
                assert isinstance(start, Start)
                _work(start, lines, stream)
        return COMPLETE
    except ReglabError as error:
        stream.send(Failed(message=str(error)))
        return error.exit_code
    except Exception as error:
        traceback.print_exc()
        stream.send(Failed(message=f"{type(error).__name__}: {error}".splitlines()[0]))
        return FAILED


def _work(start: Start, lines: BinaryIO, stream: EventStream) -> None:
    from reglab.live.worker.snapshot import read_snapshot

    snapshot = read_snapshot(start.snapshot) if start.snapshot else None
    experiment = _find_experiment(start) if snapshot is None else snapshot.experiment
    for advice in experiment.advice():
        stream.send(Advice(message=str(advice)))
    subject = Subject.load(experiment, start.data_directory)
    for message in advise_on_split(subject.dataset, subject.split):
        stream.send(Advice(message=message))
    policy = snapshot.policy if snapshot else None
    backend = start_backend(experiment.training.precision, policy, start.threads)

    # Imported here because it loads Keras, which takes seconds; most errors are reported before that.
    from reglab.live.worker.bench import Bench

    commands: Commands = SimpleQueue()
    origin = snapshot or start.run
    bench = Bench(subject, backend, commands, stream.send, start.data_directory, origin)
    threading.Thread(target=_read, args=(lines, commands, stream), daemon=True).start()
    bench.run()


def _find_experiment(start: Start) -> Experiment:
    if start.experiment is not None:
        return start.experiment
    if start.run is not None:
        from reglab.inference.trained import read_trained_experiment

        return read_trained_experiment(start.run)
    raise RunError("expected an experiment, a snapshot or a run to start from, got none of them")


def _read(lines: BinaryIO, commands: "Commands", stream: EventStream) -> None:
    """Puts the commands into the queue, and None at the end of the input."""
    for line in lines:
        try:
            commands.put(decode_command(line))
        except ValidationError as error:
            stream.send(Refused(command="", message=f"not a command: {error.errors()[0]['msg']}"))
    commands.put(None)


if __name__ == "__main__":
    code = main()
    for output in (sys.stdout, sys.stderr):
        with suppress(OSError):
            output.flush()
    # A regular exit is slow, and threads of TensorFlow print messages during it.
    os._exit(code)
