"""Finds the runs of a command line, and prints what cannot be used."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reglab.cli.console import print_error

if TYPE_CHECKING:
    from reglab.runs.finding import RunRecord


def find_readable_runs(paths: Sequence[Path]) -> "tuple[RunRecord, ...]":
    """Finds the runs under the paths; prints paths without runs, and runs that cannot be read.

    Raises:
        RunError: as for `find_runs`.
    """
    from reglab.runs.finding import find_runs

    found = find_runs(paths)
    if found.empty:
        print_error(f"skipped, no runs in {', '.join(map(str, found.empty))}")
    for problem in found.damaged:
        print_error(f"skipped: {problem}")
    return found.runs
