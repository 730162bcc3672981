"""Networks of complete runs, rebuilt from code and weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reglab.backend import start as backend
from reglab.data.dataset import Dataset
from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.inference.trained import load_trained, read_classes, read_trained_experiment
from reglab.runs.layout import RunDirectory
from reglab.runs.summary import read_summary, write_summary
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject


@pytest.fixture(scope="module")
def experiment(make_experiment: Callable[..., Experiment]) -> Experiment:
    return make_experiment(name="short", epochs=1, regularizers={"batch_norm": {}, "dropout": {}})


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory, experiment: Experiment, train_here: Callable[..., RunDirectory]
) -> RunDirectory:
    return train_here(tmp_path_factory.mktemp("trained") / "short" / "seed-0", experiment)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The precisions that Keras was started with; this process has started it already."""
    asked: list[str] = []
    monkeypatch.setattr(backend, "start_backend", asked.append)
    return asked


def test_predictions_are_those_of_the_run(
    run: RunDirectory, experiment: Experiment, dataset: Dataset, asked: list[str]
) -> None:
    """Probabilities, accuracy and cross-entropy as recorded, in the run's precision."""
    trained = load_trained(run.path, experiment, 3)
    with np.load(run.predictions) as recorded:
        expected = recorded["test_probabilities"]
    np.testing.assert_allclose(trained.predict(list(dataset.test_images)), expected, rtol=1e-5)
    measured = trained.measure(dataset.test_images, dataset.test_labels)
    summary = read_summary(run.summary)
    assert measured.accuracy == summary.final_val_accuracy
    assert measured.cross_entropy == pytest.approx(summary.final_val_cross_entropy, rel=1e-5)
    assert asked == ["float32"]


def test_experiment_and_classes_are_read(run: RunDirectory, experiment: Experiment) -> None:
    """As they were trained."""
    assert read_trained_experiment(run.path) == experiment
    assert read_classes(run.path) == ("dark", "middling", "bright")


def test_classes_of_older_runs_are_read(run: RunDirectory, tmp_path: Path) -> None:
    """From the predictions; their summary does not have them."""
    older = RunDirectory(tmp_path)
    write_summary(older.summary, read_summary(run.summary).model_copy(update={"classes": ()}))
    older.predictions.write_bytes(run.predictions.read_bytes())
    assert read_classes(older.path) == ("dark", "middling", "bright")


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    """What was expected there, and what was not found."""
    with pytest.raises(RunError) as caught:
        read_trained_experiment(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected the folder of a run, such as results/mp/seed-0, found no status.json in it"
    )


def test_a_run_that_is_not_complete_is_refused(
    tmp_path: Path, experiment: Experiment, make_subject: Callable[[Experiment], Subject]
) -> None:
    """The message has its state."""
    unfinished = RunDirectory(tmp_path / "short" / "seed-0")
    unfinished.create()
    Journal(unfinished, make_subject(experiment), "tensorflow").close("interrupted")
    with pytest.raises(RunError) as caught:
        read_trained_experiment(unfinished.path)
    assert str(caught.value) == (f"{unfinished.path}: expected a complete run, got one that is interrupted")


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut short"])
def test_damaged_predictions_are_named(run: RunDirectory, tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, or truncated, in a run whose summary has no class names."""
    directory = RunDirectory(tmp_path)
    write_summary(directory.summary, read_summary(run.summary).model_copy(update={"classes": ()}))
    if content is not None:
        directory.predictions.write_bytes(content)
    with pytest.raises(RunError) as caught:
        read_classes(tmp_path)
    assert str(caught.value).startswith(f"cannot read {directory.predictions}: ")


@pytest.mark.usefixtures("asked")
def test_invalid_weights_are_named(
    run: RunDirectory, make_experiment: Callable[..., Experiment], tmp_path: Path
) -> None:
    """Missing, damaged, or of other layers: what was expected and what was found."""
    other = RunDirectory(tmp_path)
    other.summary.write_bytes(run.summary.read_bytes())
    begin = f"{other.weights}: expected the weights of "
    plain = make_experiment()
    assert _failure(other, plain) == f"{begin}this run, found no file"
    other.weights.write_bytes(b"no weights")
    assert _failure(other, plain) == f"{begin}this run, found a file that is not HDF5"
    other.weights.write_bytes(run.weights.read_bytes())
    for model in ({"groups": ((6,),)}, {"dense": (5, 5)}):
        experiment = make_experiment(model=model)
        assert _failure(other, experiment) == (
            f"{begin}the network in experiment.yaml, "
            "found those of another network; train the run again with --fresh"
        )


def _failure(run: RunDirectory, experiment: Experiment) -> str:
    with pytest.raises(RunError) as caught:
        load_trained(run.path, experiment, 3)
    return str(caught.value)
