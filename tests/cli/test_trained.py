"""`reglab evaluate` and `reglab predict`."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reglab.runs.history import read_history
from reglab.runs.summary import read_summary

pytestmark = pytest.mark.slow

Command = Callable[..., Any]


@pytest.fixture(scope="session")
def trained(attempts: Any) -> Path:
    """A run that is complete."""
    run: Path = attempts.folder / "results" / "a" / "seed-0"
    return run


def test_evaluate(with_keras: Command, attempts: Any, trained: Path) -> None:
    """The figures are those of the summary, for the same images."""
    summary = read_summary(trained / "summary.json")
    assert summary.test_accuracy is not None
    message = (
        f"Tiny A, seed 0: accuracy {100 * summary.test_accuracy:.1f} %, cross-entropy "
        f"{summary.test_cross_entropy:.3f} nats on the 30 test images of {summary.dataset}\n"
    )
    done = with_keras("evaluate", trained, "--data-dir", attempts.folder / "pictures")
    assert done == (0, message, "")


def test_evaluate_several_runs(with_keras: Command, attempts: Any, trained: Path) -> None:
    """The matrix and the accuracies by class add up to the accuracy; text and JSON have the same numbers."""
    other = attempts.folder / "results" / "b" / "seed-0"
    arguments = ("evaluate", trained, other, "--data-dir", attempts.folder / "pictures")
    code, out, err = with_keras(*arguments, "--json")
    assert (code, err) == (0, "")
    records = json.loads(out)
    assert [record["path"] for record in records] == [str(trained), str(other)]
    for record in records:
        counts = np.array(record["confusion"])
        assert counts.sum(axis=1).tolist() == [10, 10, 10]
        assert counts.trace() / 30 == pytest.approx(record["test_accuracy"])
        by_class = record["class_accuracies"]
        assert list(by_class) == ["bright", "dark", "middling"]
        assert list(by_class.values()) == pytest.approx((counts.diagonal() / 10).tolist())
    code, out, err = with_keras(*arguments, "--confusion")
    lines = [line for line in out.splitlines() if ", seed 0: accuracy" in line]
    assert [line.partition(",")[0] for line in lines] == ["Tiny A", "Tiny B"]
    assert out.count("most often mistaken for") == 2
    assert out.count("true class, predicted →") == 2


def test_evaluate_an_interrupted_run(
    with_keras: Command, start: Command, attempts: Any, tmp_path: Path
) -> None:
    """It is measured with the weights of its checkpoint, as in its history."""
    pictures = attempts.folder / "pictures"
    begun = start(
        "run", attempts.folder / "a.yaml", "--set", "data.validation=test", "--set", "training.epochs=1000",
        "--results", tmp_path, "--data-dir", pictures, folder=tmp_path,
    )  # fmt: skip
    assert begun.stdout is not None
    for _ in range(3):
        begun.stdout.readline()
    begun.send_signal(signal.SIGINT)
    begun.communicate()
    run = tmp_path / "a" / "seed-0"
    last = read_history(run / "history.csv").rows[-1]
    code, out, err = with_keras("evaluate", run, "--data-dir", pictures)
    assert (code, err) == (0, "")
    first, second, third = out.splitlines()
    assert (
        f"accuracy {100 * last.val_accuracy:.1f} %, cross-entropy {last.val_cross_entropy:.3f} nats" in first
    )
    assert second.startswith("The run was validated on the test set")
    assert third == f"The run is not complete: its weights are those of epoch {last.epoch} of 1000."


def test_evaluate_with_other_classes(with_keras: Command, trained: Path, tmp_path: Path) -> None:
    """The data set is named, not the network."""
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            (tmp_path / part / name).mkdir(parents=True)
            Image.new("RGB", (8, 8)).save(tmp_path / part / name / "0.png")
    message = (
        f"{tmp_path}: expected the 3 classes of {trained} (bright, dark, middling), found 2 (cat, dog); name "
        "the directory of its data set with --data-dir\n"
    )
    assert with_keras("evaluate", trained, "--data-dir", tmp_path) == (2, "", message)


def test_damage_is_named(
    program: Command, with_keras: Command, attempts: Any, trained: Path, tmp_path: Path
) -> None:
    """Weights of another seed and an edited experiment, by `run`, `evaluate` and `predict`."""
    run = tmp_path / "a" / "seed-0"
    shutil.copytree(trained, run)
    experiment = (run / "experiment.yaml").read_text()
    (run / "experiment.yaml").write_text(experiment.replace("activation: relu", "activation: elu"))
    (run / "model.weights.h5").write_bytes(b"of another seed")
    message = (
        f"{run} is damaged: experiment.yaml is not the file that the training wrote, model.weights.h5 is not "
        "the file that the training wrote; restore what is damaged from a copy, or train the run again with "
        "--fresh, which sets this one aside\n"
    )
    pictures = attempts.folder / "pictures"
    picture = pictures / "test" / "dark" / "0.png"
    assert with_keras("evaluate", run, "--data-dir", pictures) == (2, "", message)
    assert with_keras("predict", run, picture) == (2, "", message)
    arguments = ("run", "a.yaml", "--results", tmp_path, "--data-dir", pictures, "--quiet")
    done = program(*arguments, folder=attempts.folder)
    assert done == (2, "", f"{message}Tiny A, seed 0: not trained\n")


def test_other_images_are_named(program: Command, attempts: Any, tmp_path: Path) -> None:
    """A complete run is not skipped if the images are others than those of its training."""
    shutil.copytree(attempts.folder / "pictures", tmp_path / "pictures")
    Image.new("RGB", (8, 8), "red").save(tmp_path / "pictures" / "train" / "dark" / "0.png")
    code, out, err = program(
        "run", "a.yaml", "--data-dir", tmp_path / "pictures", "--quiet", folder=attempts.folder
    )
    assert (code, out) == (2, "")
    assert err.startswith("results/a/seed-0 is complete, but it was trained on other images than ")


def test_predict_a_folder(with_keras: Command, trained: Path, tmp_path: Path) -> None:
    """Pictures in it and below it, sorted; `--json` has the names and numbers of the text."""
    (tmp_path / "more").mkdir()
    for name in ("b.png", "more/a.webp", ".hidden.png"):
        Image.new("RGB", (9, 9), "red").save(tmp_path / name)
    (tmp_path / "notes.txt").touch()
    code, out, err = with_keras("predict", trained, tmp_path, "--top", "1", "--json")
    assert (code, err) == (0, "")
    records = json.loads(out)
    assert [record["image"] for record in records] == [str(tmp_path / "b.png"), str(tmp_path / "more/a.webp")]
    assert [len(record["classes"]) for record in records] == [1, 1]
    best = records[0]["classes"][0]
    line = f"{tmp_path / 'b.png'}: {best['class']} {100 * best['probability']:.1f} %\n"
    assert with_keras("predict", trained, tmp_path / "b.png", "--top", "1") == (0, line, "")


def test_predict(with_keras: Command, trained: Path, tmp_path: Path) -> None:
    """The three most probable classes of pictures of every mode and size, best first."""
    pixels = np.full((8, 8, 3), 180, np.uint8)
    pictures = {
        "colour.png": Image.fromarray(pixels),
        "grey.png": Image.fromarray(pixels).convert("L"),
        "transparent.png": Image.fromarray(pixels).convert("RGBA"),
        "palette.gif": Image.fromarray(pixels).quantize(2),
        "large photo.jpg": Image.fromarray(pixels).resize((1500, 1000)),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name)
    code, out, err = with_keras("predict", trained, *(tmp_path / name for name in pictures))
    assert (code, err) == (0, "")
    predicted = []
    for name, line in zip(pictures, out.splitlines(), strict=True):
        match = re.fullmatch(
            rf"{re.escape(str(tmp_path / name))}: (\w+) ([\d.]+) %, (\w+) ([\d.]+) %, (\w+) ([\d.]+) %", line
        )
        assert match is not None, line
        assert {match[1], match[3], match[5]} == {"dark", "middling", "bright"}
        assert float(match[2]) >= float(match[4]) >= float(match[6])
        assert abs(float(match[2]) + float(match[4]) + float(match[6]) - 100) < 0.2
        predicted.append(match.groups())
    # All pictures have the same grey, so all predictions are equal.
    assert predicted == predicted[:1] * len(predicted)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nope.png", "the file does not exist"),
        ("text.png", "the file is not a picture, or is damaged"),
        ("cut.png", "the file is not a picture, or is damaged"),
        ("pipe", "it is a pipe or a device"),
    ],
)
def test_wrong_pictures(call: Command, trained: Path, here: Path, name: str, reason: str) -> None:
    """They are reported before Keras is loaded, also if another picture is valid."""
    Image.new("RGB", (64, 64), "red").save(here / "good.png")
    (here / "text.png").write_text("not a picture")
    (here / "cut.png").write_bytes((here / "good.png").read_bytes()[:60])
    os.mkfifo(here / "pipe")
    message = f"{name}: expected a picture, but {reason}\n"
    assert call("predict", trained, "good.png", name) == (2, "", message)
