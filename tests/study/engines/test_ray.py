"""Runs as tasks of a real Ray cluster: two machines on the loopback address, one of which is lost."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from ray.cluster_utils import Cluster as Machines

from reglab.experiment import Experiment
from reglab.processes.events import EpochDone, Event, Failed, Job, Warned
from reglab.processes.launch import Outcome
from reglab.runs.environment import read_environment
from reglab.runs.history import Epoch, read_history
from reglab.runs.layout import RunDirectory, run_path
from reglab.runs.status import read_status
from reglab.study.engines.base import Task
from reglab.study.engines.cluster import Cluster
from reglab.study.engines.local import LocalEngine
from reglab.study.engines.ray import RayEngine
from reglab.study.resources import Resources

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A cluster of two machines with one core each, with free ports and files of its own."""
    # The paths of sockets have at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    (folder / "ray").mkdir()
    options = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(folder))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("REGLAB_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "training-cache"))
        cluster = Machines(initialize_head=True, head_node_args=options)
        try:
            cluster.add_node(**options)
            yield cluster
        finally:
            cluster.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def list_tasks(
    tmp_path: Path, pictures: Path, make_experiment: Callable[..., Experiment]
) -> Callable[..., list[Task]]:
    """Tasks for some seeds of a tiny experiment."""

    def make(count: int, folder: str = "results") -> list[Task]:
        net = make_experiment(epochs=30)
        return [
            Task(Job(experiment=net.with_seed(seed), results=tmp_path / folder, data_directory=pictures), 1)
            for seed in range(count)
        ]

    return make


def list_runs(tasks: Sequence[Task]) -> list[RunDirectory]:
    return [
        RunDirectory(run_path(task.job.results, "tiny", task.job.experiment.training.seed)) for task in tasks
    ]


def read_numbers(run: RunDirectory) -> list[Epoch]:
    """The history without the times."""
    return [replace(row, seconds=0.0) for row in read_history(run.history).rows]


def count_attempts(run: RunDirectory) -> int:
    return sum(line.startswith("--- ") for line in run.log.read_text().splitlines())


def test_all_runs_stop(machines: Machines, list_tasks: Callable[..., list[Task]]) -> None:
    """After their current step; a run that waits for a core is never started."""
    tasks = list_tasks(3)
    training: set[int] = set()
    outcomes: dict[int, Outcome] = {}

    def report(number: int, message: Event | Outcome) -> bool:
        match message:
            case EpochDone():
                training.add(number)
            case Outcome():
                outcomes[number] = message
        return training != {0, 1}

    with Cluster(machines.address) as cluster:
        RayEngine(cluster, cluster.find_resources(None)).train(tasks, report)
    runs = list_runs(tasks)
    assert outcomes == {number: Outcome(runs[number], 130) for number in (0, 1)}
    assert [read_status(run.status).state for run in runs[:2]] == ["interrupted", "interrupted"]
    assert not runs[2].path.exists()
    # Nothing but the runs is left in the results.
    assert [path.name for path in tasks[0].job.results.iterdir()] == ["tiny"]


def test_a_lost_machine(machines: Machines, list_tasks: Callable[..., list[Task]]) -> None:
    """Its run resumes on the other one, and has the numbers of a run without interruption."""
    tasks = list_tasks(3)
    epochs = dict.fromkeys(range(3), 0)
    outcomes: dict[int, Outcome] = {}
    warnings: list[tuple[int, str]] = []
    failures: list[str] = []
    lost = list(machines.worker_nodes)

    def report(number: int, message: Event | Outcome) -> bool:
        match message:
            case EpochDone():
                epochs[number] = message.row.epoch
                if lost and all(epochs[run] >= 2 for run in (0, 1)):
                    lost.pop().kill_raylet()
            case Warned():
                warnings.append((number, message.message))
            case Failed():
                failures.append(message.message)
            case Outcome():
                outcomes[number] = message
        return True

    with Cluster(machines.address) as cluster:
        assert [(node.cores, node.gpus) for node in cluster.nodes] == [(1, 0), (1, 0)]
        RayEngine(cluster, cluster.find_resources(None)).train(tasks, report)
    runs = list_runs(tasks)
    assert failures == []
    ((number, message),) = warnings
    assert message == "its machine was lost; the run resumes when no process trains it any longer"
    assert outcomes == {number: Outcome(run, 0) for number, run in enumerate(runs)}
    # A run has one attempt more if its machine is lost; another process for it would have failed.
    assert [count_attempts(run) for run in runs] == [2 if run == number else 1 for run in range(3)]
    # On a machine with the same processor and versions, the numbers remain exact.
    assert read_environment(runs[number].environment).resumed_with == ()
    again = list_tasks(3, "uninterrupted")[number]
    LocalEngine(Resources(cores=2)).train([again], lambda number, message: True)
    assert read_numbers(runs[number]) == read_numbers(list_runs([again])[0])
