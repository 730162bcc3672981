"""How many runs are trained at a time, and with how many threads or on which GPU each."""

from dataclasses import dataclass

from reglab.machine import count_cores

SMALL = 20_000_000
"""Multiply-adds for one image up to which a network is trained with one thread.

Measured on two cores: with networks like those of the quickstart (2 to 17 million), two runs of one thread
each finish 1.6 to 2.0 times as many runs in a time as one run of two threads, which is not faster than one of
one thread; with those of the lecture (39 to 293 million), both ways are about equal.
`scripts/benchmark_jobs.py` repeats the measurement.
"""
MOST_THREADS = 4
"""Threads of a larger network on many cores. More cores train more runs, since a step has parts that are not
parallel."""


@dataclass(frozen=True)
class Resources:
    """What the runs of one machine or of a cluster share.

    Attributes:
        cores: threads that run at a time.
        gpus: GPUs that the backend can use; with some, each run has one.
        jobs: most runs at a time; None for as many as the cores or GPUs allow.
        node: what one machine has, if these are the resources of a cluster.
    """

    cores: int
    gpus: int = 0
    jobs: int | None = None
    node: "Resources | None" = None

    def choose_threads(self, multiply_adds: int) -> int:
        """Number of threads of a run.

        It does not depend on how many runs are left, because it is a part of what makes a run exact.

        Args:
            multiply_adds: of its network, for one image.
        """
        if self.node is not None:
            return self.node.choose_threads(multiply_adds)
        if self.jobs is not None:
            return max(1, self.cores // self.jobs)
        if self.gpus:
            return max(1, self.cores // self.gpus)
        return 1 if multiply_adds <= SMALL else min(MOST_THREADS, self.cores)

    def may_start(self, threads: int, running: list[int]) -> bool:
        """Whether one more run fits.

        Args:
            threads: of the run.
            running: threads of each run that is trained now.
        """
        if self.jobs is not None:
            return len(running) < self.jobs
        if self.gpus:
            return len(running) < self.gpus
        # A run that was started on a machine with more cores keeps its number of threads.
        return not running or sum(running) + threads <= self.cores


def find_resources(gpus: int, jobs: int | None) -> Resources:
    """The resources of this machine; `jobs` is the value of `--jobs`."""
    return Resources(count_cores(), gpus, jobs)
