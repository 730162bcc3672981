"""The size of networks, and the GPUs of the backend, found by a process of its own, because it loads Keras.

`python -m reglab.processes.outline` reads an `OutlineQuestion` and prints an `Outline`.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from reglab.errors import BackendError
from reglab.experiment import Experiment
from reglab.processes.events import AnyPath

_USUAL_CLASSES = 10


class NetworkSize(BaseModel):
    """The size of one network."""

    parameters: int
    multiply_adds: int
    """For one image."""


class Outline(BaseModel):
    """What was found."""

    gpus: int
    """GPUs that the backend can use."""
    sizes: tuple[NetworkSize, ...]
    """Of each experiment, in order."""


class OutlineQuestion(BaseModel):
    """What is asked."""

    experiments: tuple[Experiment, ...]
    data_directory: AnyPath | None


def outline_experiments(experiments: Sequence[Experiment], data_directory: Path | None) -> Outline:
    """Finds the size of each network, and the GPUs of the backend; takes some seconds.

    Args:
        experiments: any number.
        data_directory: where a folder of pictures is, whose classes are counted.

    Raises:
        BackendError: the backend cannot be started.
    """
    question = OutlineQuestion(experiments=tuple(experiments), data_directory=data_directory)
    command = [sys.executable, "-m", "reglab.processes.outline"]
    done = subprocess.run(
        command, input=question.model_dump_json().encode(), capture_output=True, check=False
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackendError(lines[-1] if lines else f"the backend ended with exit code {done.returncode}")
    return Outline.model_validate_json(done.stdout)


def main() -> None:
    """Answers the question on standard input."""
    question = OutlineQuestion.model_validate_json(sys.stdin.buffer.read())
    output = os.dup(1)
    # Libraries print too.
    os.dup2(2, 1)

    from reglab.backend.start import count_gpus, start_backend

    start_backend("float32")
    from reglab.data.loading import count_classes
    from reglab.model.network import outline_network
    from reglab.model.size import measure_size

    sizes = []
    for experiment in question.experiments:
        classes = count_classes(experiment.data, question.data_directory) or _USUAL_CLASSES
        size = measure_size(outline_network(experiment, classes)[0])
        sizes.append(NetworkSize(parameters=size.parameters, multiply_adds=size.multiply_adds))
    answer = Outline(gpus=count_gpus(), sizes=tuple(sizes))
    os.write(output, answer.model_dump_json().encode())


if __name__ == "__main__":
    from reglab.errors import ReglabError

    try:
        main()
    except ReglabError as error:
        sys.exit(str(error))
