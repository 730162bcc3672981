"""The environment of a run, `environment.json`: versions, machine, backend and precision."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reglab.machine import count_cores, find_host, find_memory, find_processor
from reglab.runs.document import Document, read_document, write_document


class Environment(Document):
    """Versions, machine, backend and precision. The version of a package that is not installed is None."""

    reglab: str | None
    python: str
    keras: str | None
    tensorflow: str | None
    jax: str | None
    jaxlib: str | None = None
    """Library that computes for JAX; also None in runs of earlier versions."""
    torch: str | None
    numpy: str | None
    platform: str
    """Operating system and its version."""
    processor: str
    """Model name."""
    cores: int
    """Logical cores that this process may use."""
    memory: int | None
    """Of the machine, in bytes; None if the system does not report it."""
    backend: str
    """Of Keras: `tensorflow`, `jax`, `torch`."""
    precision: str
    """Of the network: `float32` or `mixed_bfloat16`."""
    precision_reason: str
    """Reason for the precision, in words."""
    threads: int
    """Threads of the backend."""
    device: str | None = None
    """`CPU` or `GPU`; None in runs of earlier versions."""
    host: str | None = None
    """Name of the machine; None in runs of earlier versions."""
    resumed_with: tuple[str, ...] = ()
    """One entry for each attempt with another environment, such as `threads 2 → 4 from epoch 5`."""
    latest: "Environment | None" = None
    """Environment of the latest attempt, if one changed it; the other fields are of the first attempt."""


def collect_environment(
    precision: str, precision_reason: str, backend: str, threads: int, device: str
) -> Environment:
    """Collects the environment of this process, without importing the packages.

    Args:
        precision: of the network.
        precision_reason: reason for the precision, in words.
        backend: of Keras.
        threads: of the backend.
        device: of the backend, `CPU` or `GPU`.
    """
    return Environment(
        reglab=_installed("reglab"),
        python=platform.python_version(),
        keras=_installed("keras"),
        tensorflow=_installed("tensorflow"),
        jax=_installed("jax"),
        jaxlib=_installed("jaxlib"),
        torch=_installed("torch"),
        numpy=_installed("numpy"),
        platform=platform.platform(),
        processor=find_processor(),
        cores=count_cores(),
        memory=find_memory(),
        backend=backend,
        precision=precision,
        precision_reason=precision_reason,
        threads=threads,
        device=device,
        host=find_host(),
    )


def write_environment(path: Path, environment: Environment) -> None:
    """Writes a run's `environment.json` atomically; raises RunError if the system refuses."""
    write_document(path, environment)


def read_environment(path: Path) -> Environment:
    """Reads a run's `environment.json`; raises RunError if it is missing or damaged."""
    return read_document(path, Environment)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
