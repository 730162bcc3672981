"""`reglab diagnose`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
Maker = Callable[..., Any]
ROOT = Path(__file__).parents[2]
FLAT = [0.5, *[0.75] * 7]


@pytest.fixture
def results(make_run: Maker, here: Path) -> Path:
    """One experiment with two seeds, a short one, a failed one, and a folder without runs."""
    for seed in range(2):
        make_run(f"results/mp/seed-{seed}", FLAT, title="CNN + MP")
    make_run("results/short/seed-0", [0.5, 0.75], title="CNN, short")
    make_run("results/bn/seed-0", [0.5], state="failed", message="loss became nan in epoch 2")
    (here / "results" / "notes").mkdir()
    return here / "results"


def test_words_evidence_and_next_step(call: Command, results: Path) -> None:
    """For each experiment; what is skipped is printed to standard error."""
    paths = ["results/mp", "results/short", "results/bn", "results/notes"]
    code, out, err = call("diagnose", *paths)
    assert code == 0
    assert out == (
        "CNN + MP (seeds 0, 1; 8 epochs)\n"
        "  Overfitting since epoch 3.\n"
        "  - mean of the last 2 epochs: clean 87.5 %, validation 75.0 %, a gap of 12.5 points, which has not "
        "changed in the last 4 epochs\n"
        "  - the validation cross-entropy is 0.750 and does not rise clearly (minimum 0.750)\n"
        "  - the validation accuracy has not changed in the last 4 epochs\n"
        "  Next: Add max pooling, as in configs/mp.yaml. In the lecture's experiments, max pooling raised "
        "the validation accuracy of CNN from 67.6 % to 73.6 %.\n"
        "\n"
        "CNN, short (seed 0; 2 epochs)\n"
        "  Too short to tell.\n"
        "  - fewer than 6 epochs\n"
        "  Next: Train longer: --set training.epochs=40 --set name=short_long. The lecture's experiments "
        "have 40 epochs.\n"
    )
    assert err == (
        "skipped, no runs in results/notes\nskipped: results/bn/seed-0 failed: loss became nan in epoch 2\n"
    )


@pytest.mark.parametrize("width", [40, 80, 200])
def test_widths(call: Command, results: Path, width: int) -> None:
    """No line is wider than the terminal, and no word is lost."""
    wide, narrow = (call("diagnose", "results/mp", COLUMNS=str(each)).out for each in (10_000, width))
    assert max(map(len, narrow.splitlines())) <= width
    assert narrow.split() == wide.split()


def test_json(call: Command, results: Path) -> None:
    """The same facts, and the numbers of each seed, which are not rounded."""
    code, out, _ = call("diagnose", "results", "--json")
    first, second = json.loads(out)
    assert code == 0
    seeds = first.pop("seeds")
    assert first == {
        "name": "mp",
        "title": "CNN + MP",
        "diagnosis": "overfitting since epoch 3",
        "kind": "overfitting",
        "since": 3.0,
        "is_unstable": False,
        "evidence": [
            "mean of the last 2 epochs: clean 87.5 %, validation 75.0 %, a gap of 12.5 points, which has not "
            "changed in the last 4 epochs",
            "the validation cross-entropy is 0.750 and does not rise clearly (minimum 0.750)",
            "the validation accuracy has not changed in the last 4 epochs",
        ],
        "next_step": {
            "action": "Add max pooling, as in configs/mp.yaml",
            "reason": "In the lecture's experiments, max pooling raised the validation accuracy of CNN from "
            "67.6 % to 73.6 %.",
            "config": "configs/mp.yaml",
        },
    }
    assert [(seed["seed"], seed["kind"], seed["since"]) for seed in seeds] == [
        (0, "overfitting", 3.0),
        (1, "overfitting", 3.0),
    ]
    assert seeds[0]["evidence"]["validation_accuracy"] == 0.75
    assert (second["kind"], second["seeds"][0]["evidence"]) == ("too short", None)


def test_settings_that_cannot_be_read(call: Command, results: Path) -> None:
    """The diagnosis does not need them; what to try next does."""
    (results / "mp" / "seed-0" / "experiment.yaml").unlink()
    code, out, err = call("diagnose", "results/mp")
    assert (code, err) == (0, "")
    assert out.splitlines()[1] == "  Overfitting since epoch 3."
    assert out.splitlines()[-1] == (
        "  Next: unknown, because results/mp/seed-0 has no valid experiment.yaml."
    )
    (first,) = json.loads(call("diagnose", "results/mp", "--json").out)
    assert first["next_step"] is None


def test_no_complete_run(call: Command, results: Path) -> None:
    """The message has the reason for each skipped run."""
    message = "no complete run to compare: results/bn/seed-0 failed: loss became nan in epoch 2\n"
    assert call("diagnose", "results/bn") == (2, "", message)


def test_a_path_that_does_not_exist(call: Command, here: Path) -> None:
    """As in `compare`."""
    message = "nowhere does not exist: expected a run, an experiment's folder, or results\n"
    assert call("diagnose", "nowhere") == (2, "", message)


def test_a_damaged_run(call: Command, results: Path) -> None:
    """The file and its problem are printed, and the others are diagnosed."""
    (results / "mp" / "seed-0" / "status.json").write_text("{")
    code, out, err = call("diagnose", "results/mp")
    assert (code, out.splitlines()[0]) == (0, "CNN + MP (seed 1; 8 epochs)")
    assert err == (
        "skipped: results/mp/seed-0/status.json: expected the status of a run: "
        "Invalid JSON: EOF while parsing an object at line 1 column 1\n"
    )


def test_the_example_in_the_readme(call: Command) -> None:
    """It is what the command prints about the run of the lecture, in lines of another length."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = readme.partition("CNN + MP (seeds 0–2; 40 epochs)\n")[2].partition("```")[0]
    out = call("diagnose", ROOT / "reference" / "lecture" / "mp").out
    assert out.split()[7:] == example.split()
