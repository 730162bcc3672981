"""Tests how the benchmark runs contestants and summarizes their figures."""

import subprocess
import time
from pathlib import Path

import measured
import pytest
from measured import Contestant, Measurement, Ratio

REPORTING = """
import json, os, sys, time

from reglab.runs.environment import collect_environment

figures = {"images_per_second": float(sys.argv[1]), "megabytes": 10.0, "first_step_at": time.time() + 100}
print("a greeting")
environment = collect_environment("float32", "", os.environ["KERAS_BACKEND"], 2, "CPU").model_dump()
print(json.dumps({"figures": figures, "environment": environment}))
"""


@pytest.fixture
def measurement() -> Measurement:
    """Three rounds; the machine was slow in the second."""
    speeds = [(200.0, 100.0), (60.0, 50.0), (250.0, 100.0)]
    return Measurement(
        [
            {"ours": {"images_per_second": ours}, "theirs": {"images_per_second": theirs}}
            for ours, theirs in speeds
        ]
    )


@pytest.fixture
def contestants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of contestants that do not train."""
    monkeypatch.setattr(measured, "_FOLDER", tmp_path)
    (tmp_path / "reporting.py").write_text(REPORTING)
    (tmp_path / "failing.py").write_text("raise SystemExit(3)")
    return tmp_path


def test_ratios_are_taken_within_a_round(measurement: Measurement) -> None:
    """A ratio is the median over the rounds, not the ratio of the medians."""
    assert measurement.divide("ours", "theirs").values == (2.0, 1.2, 2.5)
    assert measurement.divide("theirs", "ours").median == 0.5
    assert str(measurement.divide("ours", "theirs")) == "2.00 [1.20, 2.50]"
    assert str(Ratio((3.0, 1.0))) == "2.00 [1.00, 3.00]"


def test_figures_of_one_contestant(measurement: Measurement) -> None:
    """The summary has the median, minimum and maximum."""
    assert measurement.names == ("ours", "theirs")
    assert measurement.find_median("ours", "images_per_second") == 200
    assert measurement.describe_speed("ours") == "200 [60, 250]"


@pytest.mark.usefixtures("contestants")
def test_a_contestant_runs_in_a_separate_process() -> None:
    """It gets the variables, its last line is read, and times count from the start of the process."""
    begin = time.time()
    outcome = Contestant("ours", ("reporting.py", "123.5")).run(KERAS_BACKEND="jax")
    took = time.time() - begin
    assert outcome.environment is not None
    assert outcome.environment.backend == "jax"
    assert 100 < outcome.figures.pop("seconds_to_first_step") < 100 + took
    assert outcome.figures == {"images_per_second": 123.5, "megabytes": 10.0}


@pytest.mark.usefixtures("contestants")
def test_rounds_record_the_figures() -> None:
    """Each round has the figures of a contestant."""
    measurement = Measurement()
    for speed in ("100", "300"):
        measurement.begin_round()
        assert measurement.run(Contestant("ours", ("reporting.py", speed)))["images_per_second"] == float(
            speed
        )
    assert [figures["ours"]["images_per_second"] for figures in measurement.rounds] == [100, 300]


@pytest.mark.usefixtures("contestants")
def test_a_failing_contestant_stops_the_benchmark() -> None:
    """A comparison needs the figures of all contestants."""
    with pytest.raises(subprocess.CalledProcessError):
        Contestant("failing", ("failing.py",)).run()
