"""`reglab compare`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factorials import list_cells, write_settings

Command = Callable[..., Any]
Maker = Callable[..., Any]
WRITTEN = ("comparison.png", "comparison.svg", "comparison.md", "comparison.csv", "comparison.json")


@pytest.fixture
def results(make_run: Maker, here: Path) -> Path:
    """Two complete experiments, a failed one, and entries that are not runs."""
    make_run("results/baseline/seed-0", [0.5, 0.5], title="CNN")
    make_run("results/mp/seed-0", [0.5, 0.75], title="CNN + MP")
    make_run("results/bn/seed-0", [0.5], state="failed", message="loss became nan in epoch 2")
    (here / "results" / "notes").mkdir()
    (here / "results" / "README.md").write_text("Our results.")
    return here / "results"


@pytest.mark.slow
def test_another_backend_of_matplotlib(
    program: Command, results: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell commands of a notebook inherit one that may not be installed, and so may its settings."""
    monkeypatch.setenv("MPLBACKEND", "nowhere")
    monkeypatch.setenv("MPLCONFIGDIR", "/dev/null")
    (here / "matplotlibrc").write_bytes(b"\x9f")
    code, out, err = program("compare", "results/baseline", "results/mp", folder=here)
    assert (code, err) == (0, "")
    assert (here / "comparison" / "comparison.png").exists(), out


def test_paths_that_the_shell_expands(call: Command, results: Path, here: Path) -> None:
    """`compare results/*`: entries without runs and failed runs are skipped and listed."""
    expanded = sorted(str(path.relative_to(here)) for path in results.iterdir())
    code, out, err = call("compare", *expanded, "--baseline", "baseline")
    assert (code, err) == (0, "skipped, no runs in results/README.md, results/notes\n")
    caption, headings, _, first, second, *notes, written = out.splitlines()
    assert caption == "CIFAR-10; validation: test set (10,000 images); one seed each: no spread is known"
    assert re.split("  +", headings.rstrip()) == [
        "experiment",
        "parameters",
        "seed",
        "epochs",
        "train (clean)",
        "validation",
        "best (epoch)",
        "gap, points",
        "diagnosis",
        "validation cross-entropy",
        "time",
        "Δ validation, points [95 % CI]",
        "verdict",
    ]
    same = ["295,914", "0", "2", "87.5 %"]
    assert re.split("  +", first.rstrip()) == [
        *("CNN", *same, "50.0 %", "50.0 % (1)", "37.5", "too short to tell", "0.750", "60 s", "baseline", "–")
    ]
    assert re.split("  +", second.rstrip()) == [
        *(
            "CNN + MP",
            *same,
            "75.0 %",
            "75.0 % (2)",
            "12.5",
            "too short to tell",
            "0.750",
            "60 s",
            "+25.0",
            "one seed",
        )
    ]
    assert notes == [
        "Accuracies and gap are final; ± is the standard deviation over seeds.",
        "Δ is paired by seed with the baseline baseline, n = 1.",
        "One seed: nothing can be said about other seeds; the same experiment differs by a point or more "
        "from seed to seed.",
        "Note: the validation set is the test set: a setting that was chosen on it has no independent test.",
        "Note: the predictions of CNN + MP are not compared: cannot read results/mp/seed-0/predictions.npz: "
        "No such file or directory.",
        "Note: the training times of CNN + MP are not compared with those of CNN: they are not known to be "
        "from one machine.",
        "Skipped: results/bn/seed-0 failed: loss became nan in epoch 2.",
    ]
    assert written == "written: " + ", ".join(f"comparison/{name}" for name in WRITTEN)
    assert sorted(path.name for path in (here / "comparison").iterdir()) == sorted(WRITTEN)
    content = json.loads((here / "comparison" / "comparison.json").read_text())
    assert [one["difference"] for one in content["experiments"]] == [None, 0.25]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_widths(call: Command, results: Path, width: int) -> None:
    """No accuracy is shortened; except the list of files, no line is wider than the terminal."""
    *lines, written = call("compare", results, COLUMNS=str(width)).out.splitlines()
    assert max(map(len, lines)) <= width
    assert [line.split()[-1] for line in lines if "75.0 %" in line or "50.0 %" in line] != []
    assert "…" not in "".join(lines)
    assert written == "written: " + ", ".join(f"comparison/{name}" for name in WRITTEN)


def test_names_with_spaces_and_any_characters(call: Command, make_run: Maker, here: Path) -> None:
    """Titles are text, never markup; paths may have any characters."""
    make_run("my résultats/été/seed-0", title="[bold]Été[/x] :smile: $x$")
    code, out, err = call("compare", "my résultats", "--output", "mein Bild")
    assert (code, err) == (0, "")
    assert "[bold]Été[/x] :smile: $x$" in out
    assert sorted(path.name for path in (here / "mein Bild").iterdir()) == sorted(WRITTEN)


def test_unknown_baseline(call: Command, results: Path, here: Path) -> None:
    """The known names and the nearest one are listed; nothing is written."""
    code, out, err = call("compare", "results/baseline", "results/mp", "--baseline", "baselin")
    message = "baseline: expected one of baseline, mp, got baselin; did you mean baseline?\n"
    assert (code, out, err) == (2, "", message)
    assert not (here / "comparison").exists()


def test_no_complete_run(call: Command, results: Path, here: Path) -> None:
    """The message has the reason for each skipped run."""
    message = "no complete run to compare: results/bn/seed-0 failed: loss became nan in epoch 2\n"
    assert call("compare", "results/bn") == (2, "", message)
    assert not (here / "comparison").exists()


def test_a_damaged_run(call: Command, results: Path) -> None:
    """The file and its problem are printed, and the others are compared."""
    (results / "mp" / "seed-0" / "status.json").write_text("{")
    code, out, err = call("compare", "results/baseline", "results/mp")
    assert (code, "CNN" in out) == (0, True)
    assert err == (
        "skipped: results/mp/seed-0/status.json: expected the status of a run: "
        "Invalid JSON: EOF while parsing an object at line 1 column 1\n"
    )


@pytest.mark.parametrize(("value", "accuracy"), [("final", 0.5), ("tail", 0.5), ("best", 0.75)])
def test_value(call: Command, make_run: Maker, here: Path, value: str, accuracy: float) -> None:
    """The number that is compared is chosen, and named in the files."""
    make_run("results/mp/seed-0", [0.75, 0.5])
    assert call("compare", "results", "--value", value).code == 0
    content = json.loads((here / "comparison" / "comparison.json").read_text())
    assert (content["value"], content["experiments"][0]["mean"]) == (value, accuracy)


def test_unknown_value(call: Command, results: Path) -> None:
    """The known ones are listed."""
    code, out, err = call("compare", results, "--value", "last")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "Error: Invalid value for '--value': 'last' is not one of 'final', 'tail', 'best'."
    )


def test_effects(call: Command, make_run: Maker, here: Path) -> None:
    """All combinations of two regularizers are recognized in the runs, and their effects are written."""
    for on in list_cells(("max_pooling", "dropout")):
        for seed in (0, 1):
            name = "_".join(("x", *on))
            run = make_run(f"results/{name}/seed-{seed}", [0.25, 0.5 + len(on) / 8 + seed / 16])
            run.experiment.write_text(f"name: {name}\n{write_settings(on)}")
    code, out, err = call("compare", "results", COLUMNS="200")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    place = lines.index("Effects of the regularizers")
    rows = [re.split("  +", line.strip()) for line in lines[place + 3 : place + 7]]
    effect = ["+12.5 [+12.5, +12.5]", "-12.5 [-12.5, -12.5]"]
    share = [f"{each} (50 %)" for each in effect]
    assert rows == [
        ["Max pooling", *effect, *share],
        ["Dropout", *effect, *share],
        ["Max pooling × Dropout", "+0.0 [+0.0, +0.0]", "+0.0 [+0.0, +0.0]", "–", "–"],
        ["all together", "–", "–", "+25.0 [+25.0, +25.0]", "-25.0 [-25.0, -25.0]"],
    ]
    names = [*WRITTEN, "effects.png", "effects.svg"]
    assert lines[-1] == "written: " + ", ".join(f"comparison/{name}" for name in names)
    assert sorted(path.name for path in (here / "comparison").iterdir()) == sorted(names)
    content = json.loads((here / "comparison" / "comparison.json").read_text())
    assert [each["value"] for each in content["effects"]["main"]] == [0.125, 0.125, -0.125, -0.125]
    assert "## Effects of the regularizers" in (here / "comparison" / "comparison.md").read_text()


def test_almost_a_factorial(call: Command, make_run: Maker) -> None:
    """A note says what prevents the effects."""
    for on in list_cells(("max_pooling", "dropout", "l2"))[1:]:
        name = "_".join(("x", *on))
        run = make_run(f"results/{name}/seed-0")
        run.experiment.write_text(f"name: {name}\n{write_settings(on)}")
    out = call("compare", "results", COLUMNS="200").out
    assert (
        "Note: the effects of the regularizers are not computed: of the 8 combinations of Max pooling and "
        "Dropout and L2, the one without any is missing.\n"
    ) in out
    assert "Effects of the regularizers" not in out
