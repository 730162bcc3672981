"""`reglab study`: real trainings, several at a time, interrupted and resumed."""

import json
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reglab.runs.finding import find_runs
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from tests.cli.conftest import TINY, Command, Done, draw_pictures, run_reglab, start_reglab

EPOCHS = 150
STUDY = """\
title: Tiny study
seeds: 2
base: a.yaml
experiments:
  - a.yaml
  - name: bad
    title: Too fast
    regularizers: {l2: {strength: 1.0}}
    training: {optimizer: {name: sgd, learning_rate: 1.5}}
  - {name: b, title: Tiny B, training: {epochs: 2}}
"""


@dataclass(frozen=True)
class Studied:
    """A study that was interrupted, resumed, and started again.

    Attributes:
        folder: of the study's file.
        plan: its dry run.
        first: until Ctrl-C.
        epochs: of the first run, until then.
        last_had_started: whether the last run of the plan had started by then.
        second: until its end.
        third: when all is done that can be done.
        changed: with another file, a dry run.
    """

    folder: Path
    plan: Done
    first: Done
    epochs: int
    last_had_started: bool
    second: Done
    third: Done
    changed: Done

    def run(self, name: str, seed: int) -> RunDirectory:
        return RunDirectory(self.folder / f"results/study/{name}/seed-{seed}")


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Studied:
    """The only trainings of these tests."""
    folder = tmp_path_factory.mktemp("studied")
    draw_pictures(folder / "pictures")
    # Two of these are trained for seconds, while no other run can start.
    (folder / "a.yaml").write_text(TINY.replace("epochs: 40", f"epochs: {EPOCHS}"))
    (folder / "study.yaml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGLAB_CACHE_DIR", str(folder / "cache"))
        patch.setenv("REGLAB_DATA_DIR", str(folder / "pictures"))
        patch.delenv("COLUMNS", raising=False)
        command = ("study", "study.yaml", "--jobs", "2")
        plan = run_reglab(*command, "--dry-run", folder=folder)
        process = start_reglab(*command, folder=folder)
        assert process.stdout is not None
        # The second run fails and the third one ends while the first one is trained.
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("Tiny B, seed 0: "):
            lines.append(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
        first = Done(process.returncode, "".join(lines) + out, err)
        history = folder / "results/study/a/seed-0/history.csv"
        epochs = len(read_history(history).rows) if history.exists() else 0
        last_had_started = (folder / "results/study/b/seed-1").exists()
        second = run_reglab(*command, folder=folder)
        third = run_reglab(*command, "--quiet", folder=folder)
        changed = STUDY.replace("name: b,", "name: c,").replace("epochs: 2", "epochs: 3")
        (folder / "study.yaml").write_text(changed)
        return Studied(
            folder,
            plan,
            first,
            epochs,
            last_had_started,
            second,
            third,
            run_reglab(*command, "--dry-run", folder=folder),
        )


@pytest.mark.slow
def test_the_plan(studied: Studied) -> None:
    """Experiments, runs, sizes; nothing is known about the time before the first run."""
    title, *rows, last = studied.plan.out.splitlines()
    assert (studied.plan.code, studied.plan.err) == (0, "")
    assert title == "Tiny study: 3 experiments, 6 runs: 6 new"
    assert [re.split(r"\s{2,}", row.strip()) for row in rows if row.startswith("T")] == [
        ["Tiny A", "2", "0", "155", "6,947", "1", "–"],
        ["Too fast", "2", "0", "155", "6,947", "1", "–"],
        ["Tiny B", "2", "0", "155", "6,947", "1", "–"],
    ]
    assert last == (
        "6 runs to train, time unknown, because there is no complete run of this machine in the results; "
        "about 6 MB on the disk"
    )


@pytest.mark.slow
def test_ctrl_c_stops_all_runs(studied: Studied) -> None:
    """Exit code 130; finished epochs are kept; runs that were not started are not there."""
    assert studied.first.code == 130
    assert studied.first.err.endswith("interrupted; the same command resumes\n")
    assert studied.epochs > 0
    # The last run of the plan can only start when another one of its seed has ended.
    assert not studied.last_had_started


@pytest.mark.slow
def test_the_same_command_resumes(studied: Studied) -> None:
    """Interrupted runs are resumed, failed ones retried, others trained; a failure does not stop the rest."""
    first = studied.second.out.splitlines()[0]
    assert re.fullmatch(
        r"Tiny study: 3 experiments, 6 runs: (\d (interrupted|failed|complete|new)(, )?)+", first
    )
    assert studied.second.code == 1
    for name, epochs in (("a", EPOCHS), ("b", 2)):
        for seed in (0, 1):
            rows = read_history(studied.run(name, seed).history).rows
            assert [row.epoch for row in rows] == list(range(1, epochs + 1))
    assert [studied.second.err.count(f"Too fast, seed {seed}: not trained") for seed in (0, 1)] == [1, 1]


@pytest.mark.slow
def test_advice_is_printed_once(studied: Studied) -> None:
    """Not once for each run."""
    lines = [line for line in studied.second.err.splitlines() if line.startswith("advice: ")]
    assert len(lines) == len(set(lines)) > 0


@pytest.mark.slow
def test_the_experiments_are_compared(studied: Studied) -> None:
    """With the first one as baseline; runs that failed are not a part of it."""
    record = json.loads((studied.folder / "results/study/comparison/comparison.json").read_text())
    found = {each["name"]: (each["n"], each["verdict"]) for each in record["experiments"]}
    assert found["a"] == (2, "baseline")
    assert set(found) == {"a", "b"}
    assert found["b"][0] == 2


@pytest.mark.slow
def test_the_last_lines_are_the_conclusions(studied: Studied) -> None:
    """The verdict on each experiment and its diagnosis, after the files that were written."""
    *_, before, conclusions = studied.second.out.split("\n\n")
    assert before.splitlines()[-1].startswith("written: ")
    heading, _, first, *rest = conclusions.splitlines()
    assert heading.split() == ["experiment", "validation", "verdict", "diagnosis"]
    assert re.fullmatch(r"Tiny A +\S.* % +baseline +\S.*", first.rstrip()), first
    assert rest[0].startswith("Tiny B ")
    assert "too short to tell" in rest[0]


@pytest.mark.slow
def test_complete_runs_are_skipped(studied: Studied) -> None:
    """Only the failed ones are tried again, and fail again."""
    assert studied.third.code == 1
    lines = [*studied.third.out.splitlines(), *studied.third.err.splitlines()]
    ended = [line.partition(":")[0] for line in lines if re.match(r"[^:]+, seed \d: (validation|not)", line)]
    assert sorted(ended) == ["Too fast, seed 0", "Too fast, seed 1"]


@pytest.mark.slow
def test_a_changed_study(studied: Studied) -> None:
    """It names what is new and what no longer belongs, and deletes nothing."""
    lines = studied.changed.out.splitlines()
    assert lines[1] == "added since the last start: c"
    assert lines[2] == (
        "no longer part of the study, and kept as they are: results/study/b/seed-0, results/study/b/seed-1"
    )
    assert studied.run("b", 0).summary.exists()
    found = find_runs([studied.folder / "results"]).runs
    assert sum(record.state == "complete" for record in found) == 4


def test_wrong_studies(call: Command, here: Path) -> None:
    """Exit code 2, and what is wrong in the file."""
    (here / "study.yaml").write_text("experiments: [a.yaml]\n")
    done = call("study", "study.yaml")
    message = "study.yaml:1: experiments[0]: the file 'a.yaml' does not exist\n"
    assert (done.code, done.out, done.err) == (2, "", message)


@pytest.mark.parametrize("option", ["--seeds", "--jobs"])
def test_numbers_are_positive(call: Command, option: str) -> None:
    """Others are refused."""
    done = call("study", "study.yaml", option, "0")
    assert (done.code, f"'{option}': 0 is not in the range" in done.err) == (2, True)


def test_one_or_several_seeds(call: Callable[..., Done]) -> None:
    """`--seed` and `--seeds` exclude each other."""
    done = call("run", "a.yaml", "--seed", "1", "--seeds", "2")
    assert (done.code, done.err.splitlines()[-1]) == (2, "Error: Give --seed or --seeds, not both.")


@pytest.mark.slow
def test_effects_of_a_factorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study of all combinations ends with the effects of its factors."""
    draw_pictures(tmp_path / "pictures")
    (tmp_path / "a.yaml").write_text(TINY.replace("epochs: 40", "epochs: 1"))
    (tmp_path / "study.yaml").write_text(
        "base: a.yaml\nseeds: 1\ndesign: full\nfactors: {DO: {dropout: {rate: 0.3}}}\n"
    )
    monkeypatch.setenv("REGLAB_DATA_DIR", str(tmp_path / "pictures"))
    done = run_reglab("study", "study.yaml", "--quiet", folder=tmp_path)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    row = lines[lines.index("Effects of the regularizers") + 3]
    assert re.fullmatch(r"Dropout +[+-]\d+\.\d +[+-]\d+\.\d *", row), row
    written = next(line for line in lines if line.startswith("written: "))
    assert written.endswith("results/study/comparison/effects.png, results/study/comparison/effects.svg")
