"""What a run was computed with: `environment.json`."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reglab.machine import count_cores
from reglab.runs.document import Document, read_document, write_document


class Environment(Document):
    """Versions and machine of a run. A package that is not installed has the version None."""

    reglab: str | None
    python: str
    keras: str | None
    tensorflow: str | None
    jax: str | None
    jaxlib: str | None = None
    """What JAX computes with; runs that were recorded without it have None too."""
    torch: str | None
    numpy: str | None
    platform: str
    """Operating system and its version."""
    processor: str
    """Model name."""
    cores: int
    """Logical cores that this process may use."""
    memory: int | None
    """Of the machine, bytes; None where the system does not tell."""
    backend: str
    """Of Keras: `tensorflow`, `jax`, `torch`."""
    precision: str
    """What the network computed in."""
    precision_reason: str
    """Why that one, in words."""
    threads: int
    """Threads that the backend was given."""
    device: str | None = None
    """`CPU` or `GPU`; None in runs that were recorded without it."""
    resumed_with: tuple[str, ...] = ()
    """What had changed when the run was resumed, one entry for each change: `threads 2 → 4 from epoch 5`."""


def collect_environment(
    precision: str, precision_reason: str, backend: str, threads: int, device: str
) -> Environment:
    """Looks at the machine and the installed packages, without importing any of them.

    Args:
        precision: what the network computes in.
        precision_reason: why that one, in words.
        backend: of Keras.
        threads: that the backend was given.
        device: `CPU` or `GPU`, where the backend computes.

    Returns:
        The environment of this process.
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
        processor=_processor(),
        cores=count_cores(),
        memory=_memory(),
        backend=backend,
        precision=precision,
        precision_reason=precision_reason,
        threads=threads,
        device=device,
    )


def write_environment(path: Path, environment: Environment) -> None:
    """Writes a run's `environment.json` atomically; raises RunError where the system refuses."""
    write_document(path, environment)


def read_environment(path: Path) -> Environment:
    """Reads a run's `environment.json`; raises RunError where it is missing, or is none."""
    return read_document(path, Environment)


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
