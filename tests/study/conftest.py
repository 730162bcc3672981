"""Files of studies, and plans without Keras."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reglab.experiment import Experiment
from reglab.processes.outline import NetworkSize, Outline
from reglab.runs.environment import collect_environment, write_environment
from reglab.runs.layout import RunDirectory, run_path
from reglab.runs.status import State, Status, write_status
from reglab.study.plan import Plan, build_plan
from reglab.study.resources import Resources
from reglab.study.study import Study, load_study

BASE = """\
title: Net
data: {dataset: synthetic}
training: {epochs: 4}
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Study]:
    """Writes `study.yaml` beside `base.yaml` in the current folder, and loads it."""
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE)

    def load(text: str, *overrides: str, seeds: int | None = None) -> Study:
        Path("study.yaml").write_text(text)
        return load_study(Path("study.yaml"), overrides, seeds)

    return load


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    """Builds a plan of experiments in `results`, with networks of given sizes."""

    def build(*runs: Experiment, multiply_adds: int = 1_000_000, resources: Resources | None = None) -> Plan:
        names = dict.fromkeys(run.name for run in runs)
        sizes = tuple(NetworkSize(parameters=1000, multiply_adds=multiply_adds) for _ in names)
        outline = Outline(gpus=0, sizes=sizes)
        return build_plan(runs, tmp_path / "results", outline, resources or Resources(cores=2))

    return build


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[..., RunDirectory]:
    """Writes a run without results."""

    def write(experiment: Experiment, state: State, threads: int | None = None) -> RunDirectory:
        seed = experiment.training.seed
        run = RunDirectory(run_path(tmp_path / "results", experiment.name, seed))
        run.create()
        now = datetime.now(UTC)
        write_status(
            run.status,
            Status(
                state=state,
                identity=experiment.identity,
                experiment=experiment.name,
                title=experiment.label,
                seed=seed,
                epochs_done=1,
                epochs=2,
                started=now,
                updated=now,
                pid=1,
                host="there",
                version="0",
            ),
        )
        if threads is not None:
            write_environment(
                run.environment, collect_environment("float32", "", "tensorflow", threads, "CPU")
            )
        return run

    return write
