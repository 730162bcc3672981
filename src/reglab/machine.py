"""The machine of this process: cores, processor, memory, host name."""

import logging
import math
import os
import platform
import socket
import tempfile
from importlib import import_module
from pathlib import Path

_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")
_CPUINFO = Path("/proc/cpuinfo")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def count_cores() -> int:
    """Number of logical cores for this process: its affinity, or its container's quota if that is lower.

    Returns:
        At least 1. On systems without affinity, such as macOS, all cores are counted.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_QUOTA.read_text().split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, math.ceil(int(quota) / int(period))))


def find_processor() -> str:
    """Model name of the processor, or its architecture where the system gives no name."""
    return _read_cpuinfo("model name") or platform.processor() or platform.machine()


def find_processor_flags() -> frozenset[str]:
    """Features of the processor by their Linux names; empty where the system does not list them."""
    return frozenset(_read_cpuinfo("flags").split())


def find_memory() -> int | None:
    """Memory of the machine in bytes, or its container's limit if that is lower.

    Returns:
        None where the system does not report it.
    """
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        limit = _CGROUP_MEMORY.read_text().strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdecimal() else memory


def find_host() -> str:
    """Name of the machine in its network."""
    return socket.gethostname()


def find_boot() -> str:
    """Identity of the running kernel, since two machines may have one name; empty if it has none."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _read_cpuinfo(key: str) -> str:
    """Value of a key for the first core; empty if the file or the key is missing."""
    try:
        lines = _CPUINFO.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "")


def prepare_matplotlib() -> None:
    """Makes this process and its children draw without a window and without warnings.

    Matplotlib, which Keras imports too, refuses a backend that is not installed. The backend of a notebook
    is in the environment of its shell commands. Settings of the user, and warnings about their folder, do not
    matter here; a file of settings that is damaged would be an error.
    """
    os.environ["MPLBACKEND"] = "agg"
    os.environ["MATPLOTLIBRC"] = os.devnull
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if os.path.lexists("matplotlibrc"):
        # The file in the working directory comes first; it is read when Matplotlib is imported.
        folder = os.getcwd()
        os.chdir(tempfile.gettempdir())
        try:
            import_module("matplotlib")
        finally:
            os.chdir(folder)
