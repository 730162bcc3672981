"""Files of studies, and plans without Keras."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.experiment import Experiment
from reglab.processes.outline import NetworkSize, Outline
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
