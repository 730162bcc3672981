"""What a benchmark makes of the figures that its contestants report."""

import subprocess
import time
from pathlib import Path

import measured
import pytest
from measured import Contestant, Ratio, Sitting

REPORTING = """
import json, os, sys, time

from reglab.runs.environment import collect_environment

figures = {"images_per_second": float(sys.argv[1]), "megabytes": 10.0, "first_step_at": time.time() + 100}
print("a greeting")
environment = collect_environment("float32", "", os.environ["KERAS_BACKEND"], 2, "CPU").model_dump()
print(json.dumps({"figures": figures, "environment": environment}))
"""


@pytest.fixture
def sitting() -> Sitting:
    """Three rounds, in the second of which the machine was slow."""
    speeds = [(200.0, 100.0), (60.0, 50.0), (250.0, 100.0)]
    return Sitting(
        [
            {"ours": {"images_per_second": ours}, "theirs": {"images_per_second": theirs}}
            for ours, theirs in speeds
        ]
    )


@pytest.fixture
def contestants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of contestants that train nothing."""
    monkeypatch.setattr(measured, "_FOLDER", tmp_path)
    (tmp_path / "reporting.py").write_text(REPORTING)
    (tmp_path / "failing.py").write_text("raise SystemExit(3)")
    return tmp_path


def test_ratios_are_taken_within_a_round(sitting: Sitting) -> None:
    """Of 2.0, 1.2 and 2.5 the median, which the ratio of medians, 200 / 100, need not be."""
    assert sitting.divide("ours", "theirs").values == (2.0, 1.2, 2.5)
    assert sitting.divide("theirs", "ours").median == 0.5
    assert str(sitting.divide("ours", "theirs")) == "2.00 [1.20, 2.50]"
    assert str(Ratio((3.0, 1.0))) == "2.00 [1.00, 3.00]"


def test_figures_of_one_contestant(sitting: Sitting) -> None:
    """Median, least and largest."""
    assert sitting.names == ("ours", "theirs")
    assert sitting.find_median("ours", "images_per_second") == 200
    assert sitting.describe_speed("ours") == "200 [60, 250]"


@pytest.mark.usefixtures("contestants")
def test_a_contestant_runs_as_a_process_of_its_own() -> None:
    """With the environment that it is given; its last line counts, and its clock starts with the process."""
    begin = time.time()
    outcome = Contestant("ours", ("reporting.py", "123.5")).run(KERAS_BACKEND="jax")
    took = time.time() - begin
    assert outcome.environment is not None
    assert outcome.environment.backend == "jax"
    assert 100 < outcome.figures.pop("seconds_to_first_step") < 100 + took
    assert outcome.figures == {"images_per_second": 123.5, "megabytes": 10.0}


@pytest.mark.usefixtures("contestants")
def test_rounds_keep_what_is_reported() -> None:
    """A contestant's figures of each round."""
    sitting = Sitting()
    for speed in ("100", "300"):
        sitting.begin_round()
        assert sitting.run(Contestant("ours", ("reporting.py", speed)))["images_per_second"] == float(speed)
    assert [figures["ours"]["images_per_second"] for figures in sitting.rounds] == [100, 300]


@pytest.mark.usefixtures("contestants")
def test_a_contestant_that_fails_ends_the_sitting() -> None:
    """Figures of the others alone would be no comparison."""
    with pytest.raises(subprocess.CalledProcessError):
        Contestant("failing", ("failing.py",)).run()
