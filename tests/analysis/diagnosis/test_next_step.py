"""What to try next, with configs that are shipped, settings that are valid, and numbers of committed runs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.diagnosis.diagnosis import Diagnosis, diagnose_experiment
from reglab.analysis.diagnosis.next_step import (
    NextStep,
    find_limiting,
    find_missing,
    find_next_step,
    read_next_step,
)
from reglab.analysis.diagnosis.rules import Finding, Kind
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY
from reglab.config.shipped import shipped_directory
from reglab.config.yaml.loading import load_tree, validate_tree
from reglab.experiment import Experiment
from reglab.runs.finding import RunRecord, find_runs

REFERENCE = Path(__file__).parents[3] / "reference"


def advise(kind: Kind, *, unstable: bool = False, seeds: int = 1, **settings: Any) -> NextStep:
    """The next step of an experiment with the name `a`."""
    experiment = Experiment.from_mapping({"name": "a", **settings})
    finding = Finding(kind, 9.0 if kind == "overfitting" else None, unstable)
    return find_next_step(Diagnosis(kind, finding.since, unstable, (finding,) * seeds), experiment)


def of(*names: str) -> dict[str, Any]:
    return {name: {} for name in names}


SYNTHETIC = {"dataset": "synthetic"}
COSINE = {"schedule": {"name": "cosine"}}
CASES: dict[str, tuple[NextStep, str, str | None]] = {
    "plain": (advise("overfitting"), "Add max pooling, as in configs/mp.yaml", "mp.yaml"),
    "pooled": (
        advise("overfitting", regularizers=of("average_pooling")),
        "Add dropout, batch normalization and data augmentation, as in configs/mp_do_bn_da.yaml",
        "mp_do_bn_da.yaml",
    ),
    "without augmentation": (
        advise("overfitting", regularizers=of("max_pooling", "dropout", "batch_norm", "l2")),
        "Add data augmentation, as in configs/mp_do_bn_da.yaml",
        "mp_do_bn_da.yaml",
    ),
    "digits": (
        advise(
            "overfitting", data={"dataset": "mnist"}, regularizers=of("max_pooling", "dropout", "batch_norm")
        ),
        "Add data augmentation, as in configs/mp_do_bn_da.yaml, without flips, which change digits",
        "mp_do_bn_da.yaml",
    ),
    "all": (
        advise("overfitting", regularizers=of("max_pooling", "dropout", "batch_norm", "augmentation")),
        "Add random erasing: --set regularizers.random_erasing={} --set name=a_erased",
        None,
    ),
    "all and more": (
        advise(
            "overfitting",
            regularizers=of("max_pooling", "dropout", "batch_norm", "augmentation", "random_erasing"),
        ),
        "Train on more images, or a smaller network",
        None,
    ),
    "quickstart": (
        advise("overfitting", data=SYNTHETIC),
        "Add max pooling, as in configs/quickstart/quick_mp.yaml",
        "quickstart/quick_mp.yaml",
    ),
    "quickstart, pooled": (
        advise("overfitting", unstable=True, data=SYNTHETIC, regularizers=of("max_pooling", "dropout")),
        "Add batch normalization and data augmentation, as in configs/quickstart/quick_mp_bn_da.yaml",
        "quickstart/quick_mp_bn_da.yaml",
    ),
    "penalized": (
        advise("underfitting", regularizers=of("dropout", "l1")),
        "Remove L1: --set regularizers.l1=null --set name=a_without_l1",
        None,
    ),
    "mixed": (
        advise("underfitting", regularizers=of("cutmix")),
        "Remove CutMix: --set regularizers.cutmix=null --set name=a_without_cutmix",
        None,
    ),
    "underfitting": (
        advise("underfitting"),
        "Train a larger network, as in configs/mp_bn_da.yaml",
        "mp_bn_da.yaml",
    ),
    "underfitting at a rate that falls": (
        advise("underfitting", training={"epochs": 20, **COSINE}),
        "Train longer: --set training.epochs=40 --set name=a_long",
        None,
    ),
    "unstable": (
        advise("fitting", unstable=True),
        "Let the learning rate fall: --set training.schedule.name=cosine --set name=a_cosine, as in "
        "configs/quickstart/quick_baseline.yaml",
        "quickstart/quick_baseline.yaml",
    ),
    "unstable at a rate that falls": (
        advise("fitting", unstable=True, training=COSINE),
        "Average the weights: --set regularizers.ema={} --set name=a_ema",
        None,
    ),
    "unstable on average": (
        advise("fitting", unstable=True, training=COSINE, regularizers=of("ema")),
        "Lower the learning rate: --set training.optimizer.learning_rate=0.00033 --set name=a_slow",
        None,
    ),
    "fitting": (
        advise("fitting", seeds=2),
        "Train 3 seeds, with --seed N, and compare them with a baseline",
        None,
    ),
    "fitting, three seeds": (advise("fitting", seeds=3), "Keep these settings", None),
    "not converged": (
        advise("not converged", training={"epochs": 40}),
        "Train longer: --set training.epochs=80 --set name=a_long",
        None,
    ),
    "too short": (advise("too short"), "Train longer: --set training.epochs=40 --set name=a_long", None),
    "at chance": (
        advise("at chance"),
        "Lower the learning rate: --set training.optimizer.learning_rate=0.0001 --set name=a_slow",
        None,
    ),
    "diverged": (
        advise("diverged", training={"optimizer": {"name": "sgd", "learning_rate": 0.5}}),
        "Lower the learning rate: --set training.optimizer.learning_rate=0.05 --set name=a_slow",
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_actions(case: str) -> None:
    """What the experiment lacks decides."""
    step, action, config = CASES[case]
    assert (step.action, step.config) == (action, None if config is None else f"configs/{config}")
    assert step.reason.endswith(".")


@pytest.mark.parametrize("case", CASES)
def test_what_is_named_exists(case: str) -> None:
    """Each config is shipped, and each setting is valid."""
    action = CASES[case][0].action
    for path in re.findall(r"configs/([\w/]+\.yaml)", action):
        assert (shipped_directory() / path).is_file()
    settings = re.findall(r"--set (\S+?)(?=,? |,?$)", action)
    assert ("--set" in action) == bool(settings)
    validate_tree(load_tree(shipped_directory() / "mp.yaml", settings), Experiment)


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ("mp.yaml", {"max_pooling"}),
        ("mp_do_bn_da.yaml", {"max_pooling", "dropout", "batch_norm", "augmentation"}),
        ("quickstart/quick_mp.yaml", {"max_pooling"}),
        ("quickstart/quick_mp_bn_da.yaml", {"max_pooling", "batch_norm", "augmentation"}),
    ],
)
def test_examples_have_what_they_are_named_for(config: str, names: set[str]) -> None:
    """A config has the regularizers that the sentence names, and no others."""
    assert set(Experiment.load(shipped_directory() / config).regularizers.names) == names


def test_the_example_of_a_schedule() -> None:
    """It has the schedule that the sentence names."""
    config = shipped_directory() / "quickstart" / "quick_baseline.yaml"
    assert Experiment.load(config).training.schedule.name == "cosine"


@pytest.fixture(scope="module")
def lecture() -> dict[str, ExperimentResult]:
    return {
        result.name: result for result in compare_runs(find_runs([REFERENCE / "lecture"]).runs).experiments
    }


def test_numbers_of_the_lecture(lecture: dict[str, ExperimentResult]) -> None:
    """Accuracies and gaps are those of the README; the noise is that of `measure`."""

    def mean(name: str, metric: Any) -> str:
        spread = lecture[name].final(metric)
        assert spread is not None
        return str(metric.format(spread.mean))

    def noise(name: str) -> str:
        found = diagnose_experiment(lecture[name]).findings
        values = [each.evidence.noise for each in found if each.evidence is not None]
        return ACCURACY_GAP.format(sum(values) / len(values))

    accuracies = [mean(name, VALIDATION_ACCURACY) for name in ("baseline", "mp")]
    assert advise("overfitting").reason == (
        "In the lecture's experiments, max pooling raised the validation accuracy of CNN from "
        f"{accuracies[0]} to {accuracies[1]}."
    )
    gaps = [mean(name, ACCURACY_GAP) for name in ("mp_do_bn", "mp_do_bn_da")]
    assert advise("overfitting", regularizers=of("max_pooling")).reason == (
        "In the lecture's experiments, augmentation reduced the gap of CNN + MP + DO + BN from "
        f"{gaps[0]} to {gaps[1]} points."
    )
    for name, training in (("mp_do_bn_da_cosine", {}), ("mp_do_bn_da_ema", COSINE)):
        assert advise("fitting", unstable=True, training=training).reason == (
            "In the lecture's experiments, the accuracy of CNN + MP + DO + BN + DA then varied by "
            f"{noise(name)} points from epoch to epoch, instead of {noise('mp_do_bn_da')}."
        )


def test_numbers_of_the_quickstart() -> None:
    """The gaps are those of `reference/quickstart`."""
    results = compare_runs(find_runs([REFERENCE / "quickstart"]).runs).experiments
    gaps = {
        result.title: ACCURACY_GAP.format(spread.mean)
        for result in results
        if (spread := result.final(ACCURACY_GAP)) is not None
    }
    assert advise("overfitting", data=SYNTHETIC).reason == (
        f"In the quickstart, max pooling reduced the gap of CNN from {gaps['CNN']} to "
        f"{gaps['CNN + MP']} points."
    )
    assert advise("overfitting", data=SYNTHETIC, regularizers=of("max_pooling")).reason == (
        "In the quickstart, batch normalization and augmentation reduced the gap of CNN + MP from "
        f"{gaps['CNN + MP']} to {gaps['CNN + MP + BN + DA']} points."
    )


def test_missing_and_limiting_regularizers() -> None:
    """In the order in which they are tried."""
    assert find_missing(()) == ("max_pooling", "dropout", "batch_norm", "augmentation", "l2")
    assert find_missing(("average_pooling", "dropout")) == ("batch_norm", "augmentation", "l2")
    assert find_limiting(("batch_norm", "dropout", "l2")) == "l2"
    assert find_limiting(("batch_norm",)) is None


def test_of_a_run(make_record: Callable[..., RunRecord]) -> None:
    """The settings are those that the run saved; without them nothing is proposed."""
    (result,) = compare_runs([make_record("mp", 0, [0.5] * 8, settings="training: {epochs: 8}")]).experiments
    diagnosis = diagnose_experiment(result)
    step = read_next_step(diagnosis, result)
    assert step is not None
    assert step.action == "Add max pooling, as in configs/mp.yaml"
    (result.runs[0].path / "experiment.yaml").write_text("name: [")
    assert read_next_step(diagnosis, result) is None
