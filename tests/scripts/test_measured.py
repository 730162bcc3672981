"""What a benchmark makes of the figures that its contestants report."""

import time
from pathlib import Path

import measured
import pytest
from measured import ON_CPU, Contestant, Ratio, Sitting

REPORTING = """
import json, os, sys, time
from pathlib import Path

ready = time.time()
for turn, _ in enumerate(sys.stdin):
    figures = {"images_per_second": float(sys.argv[1]) + turn, "first_step_at": ready + 100}
    print("a greeting")
    environment = {"backend": os.environ["KERAS_BACKEND"]}
    print(json.dumps({"figures": figures, "environment": environment}), flush=True)
(Path(__file__).parent / "tidy").touch()
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


def test_a_contestant_runs_as_a_process_of_its_own(contestants: Path) -> None:
    """With the environment that it is given; its clock starts with the process, and it may tidy up."""
    begin = time.time()
    outcome = Contestant("ours", ("reporting.py", "123.5")).run(KERAS_BACKEND="jax")
    took = time.time() - begin
    assert outcome.environment == {"backend": "jax"}
    assert 100 < outcome.figures.pop("seconds_to_first_step") < 100 + took
    assert outcome.figures == {"images_per_second": 123.5}
    assert (contestants / "tidy").exists()


@pytest.mark.usefixtures("contestants")
def test_each_has_a_turn_in_every_round() -> None:
    """The same process every time, on the CPU whatever this process has been told to use."""
    sitting = Sitting()
    with (
        Contestant("ours", ("reporting.py", "100")).enter(**ON_CPU) as ours,
        Contestant("theirs", ("reporting.py", "300")).enter(**ON_CPU) as theirs,
    ):
        assert ours.take_turn().environment == {"backend": "tensorflow"}
        for _ in range(2):
            sitting.add_round({"ours": ours, "theirs": theirs})
    speeds = [[figures["images_per_second"] for figures in turns.values()] for turns in sitting.rounds]
    assert speeds == [[101, 300], [102, 301]]


@pytest.mark.usefixtures("contestants")
def test_a_contestant_that_fails_ends_the_sitting() -> None:
    """Figures of the others alone would be no comparison."""
    with pytest.raises(RuntimeError, match=r"failing\.py.* ended with exit status 3"):
        Contestant("failing", ("failing.py",)).run()


def test_a_contestant_that_does_not_end_is_ended(contestants: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its patience is short here."""
    monkeypatch.setattr(measured, "_PATIENCE", 0.1)
    (contestants / "sleeping.py").write_text(f"{REPORTING}\ntime.sleep(1000)")
    begin = time.time()
    assert Contestant("sleeping", ("sleeping.py", "5")).run(**ON_CPU).figures["images_per_second"] == 5
    assert time.time() - begin < 100
