"""Whether training times can be compared."""

from reglab.analysis.experiment import CompleteRun, ExperimentResult


def share_machine(one: ExperimentResult, other: ExperimentResult) -> bool:
    """Whether the times of two experiments can be compared: all runs are known to be from one machine.

    Other programs on the machine lengthen them, which is not recorded.
    """
    machines = {_find_machine(run) for result in (one, other) for run in result.runs}
    return len(machines) == 1 and None not in machines


def _find_machine(run: CompleteRun) -> tuple[object, ...] | None:
    """What the time of a run depends on beside its experiment; None if that is not known, or changed."""
    found = run.environment
    if found is None or found.resumed_with:
        return None
    return found.host, found.processor, found.cores, found.device, found.backend, found.threads
