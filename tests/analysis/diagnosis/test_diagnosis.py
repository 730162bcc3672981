"""The diagnosis of an experiment: its seeds, and the real runs as a person judges them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.diagnosis.diagnosis import Diagnosis, diagnose, diagnose_experiment
from reglab.analysis.diagnosis.rules import Kind
from reglab.analysis.experiment import ExperimentResult
from reglab.runs.finding import RunRecord, find_runs
from reglab.runs.history import History, read_history

Maker = Callable[..., History]
REFERENCE = Path(__file__).parents[3] / "reference"
LECTURE, SHAPES = REFERENCE / "lecture", REFERENCE / "quickstart"
# What a person says who looks at `reference/lecture/comparison/comparison.png` and the curves of each seed:
# the kind, the first and last epoch at which overfitting may be said to begin, and whether the validation
# curves are jagged at the end.
JUDGEMENTS: dict[str, tuple[Kind, tuple[int, int] | None, bool]] = {
    # 94 % against 68 %; the cross-entropy nearly doubles.
    "baseline": ("overfitting", (12, 20), False),
    # 98 % against 74 %; the cross-entropy doubles, the accuracy is flat from epoch 10 on.
    "mp": ("overfitting", (7, 11), False),
    # All training images are right; jagged until epoch 25, and then flat.
    "mp_bn": ("overfitting", (5, 12), False),
    # A gap of 9 points; each seed jumps by several points from epoch to epoch.
    "mp_bn_da": ("fitting", None, True),
    "mp_do": ("overfitting", (16, 22), False),
    # A gap of 17 points that grows, two of three seeds are jagged.
    "mp_do_bn": ("overfitting", (9, 22), True),
    "mp_do_bn_da": ("fitting", None, True),
    "mp_do_bn_da_cosine": ("fitting", None, False),
    "mp_do_bn_da_ema": ("fitting", None, False),
    # A gap of 12 points that grows, while the validation accuracy hardly rises.
    "mp_l1": ("overfitting", (20, 32), False),
    "mp_l2": ("overfitting", (16, 26), False),
}


# The same for `reference/quickstart`.
QUICKSTART: dict[str, tuple[Kind, tuple[int, int] | None, bool]] = {
    # All training images are right, and half of the others; the cross-entropy doubles from epoch 4 on.
    "quick_baseline": ("overfitting", (3, 6), False),
    # A gap of 19 points that grows, while the validation accuracy hardly rises.
    "quick_mp": ("overfitting", (11, 16), False),
    "quick_mp_do": ("overfitting", (11, 17), False),
    # A gap of 5 points; the curves are flat at the end.
    "quick_mp_bn_da": ("fitting", None, False),
}
# The same for networks of an earlier quickstart, whose histories are beside this file: seed 0, trained on two
# cores, on images that were too difficult for them.
DIFFICULT: dict[str, tuple[Kind, tuple[int, int] | None, bool]] = {
    # All training images are right, and 21 % of the others; the cross-entropy rises from the start.
    "quick_baseline": ("overfitting", (2, 4), False),
    # A gap of 28 points that grows; the validation accuracy is flat in the last six epochs.
    "quick_mp": ("overfitting", (11, 16), False),
    "quick_mp_do": ("overfitting", (11, 17), False),
    # Half of the training images are right; the accuracies are jagged and no longer rise.
    "quick_mp_bn_da": ("underfitting", None, True),
}


@pytest.fixture(scope="module")
def quickstart() -> dict[str, ExperimentResult]:
    return {result.name: result for result in compare_runs(find_runs([SHAPES]).runs).experiments}


@pytest.fixture(scope="module")
def lecture() -> dict[str, ExperimentResult]:
    return {result.name: result for result in compare_runs(find_runs([LECTURE]).runs).experiments}


def test_every_experiment_is_judged(lecture: dict[str, ExperimentResult]) -> None:
    """The table has the eleven experiments."""
    assert set(lecture) == set(JUDGEMENTS)


@pytest.mark.parametrize("name", [*JUDGEMENTS, *QUICKSTART])
def test_the_rules_agree_with_a_person(
    lecture: dict[str, ExperimentResult], quickstart: dict[str, ExperimentResult], name: str
) -> None:
    """For the experiment and for each of its seeds."""
    kind, begin, is_unstable = (JUDGEMENTS | QUICKSTART)[name]
    diagnosis = diagnose_experiment((lecture | quickstart)[name])
    assert (diagnosis.kind, diagnosis.is_unstable) == (kind, is_unstable)
    assert {finding.kind for finding in diagnosis.findings} == {kind}
    if begin is None:
        assert diagnosis.since is None
    else:
        assert diagnosis.since is not None
        assert begin[0] <= diagnosis.since <= begin[1]


@pytest.mark.parametrize("epochs", [20, 25, 30, 35])
def test_the_begin_does_not_move_while_training_continues(
    lecture: dict[str, ExperimentResult], epochs: int
) -> None:
    """Stopped earlier, CNN + MP overfits since the same epochs."""
    histories = [History(run.history.rows[:epochs]) for run in lecture["mp"].runs]
    diagnosis = diagnose(histories, 5_000, 10_000, 10)
    assert (diagnosis.kind, diagnosis.since) == ("overfitting", 9)


@pytest.mark.parametrize("name", DIFFICULT)
def test_images_that_are_too_difficult(name: str) -> None:
    """The rules agree with a person on small networks and synthetic images too."""
    kind, begin, is_unstable = DIFFICULT[name]
    history = read_history(Path(__file__).parent / "difficult" / f"{name}.csv")
    diagnosis = diagnose([history], 1_000, 1_000, 10)
    assert (diagnosis.kind, diagnosis.is_unstable) == (kind, is_unstable)
    assert (diagnosis.since is None) == (begin is None)
    if begin is not None and diagnosis.since is not None:
        assert begin[0] <= diagnosis.since <= begin[1]


def find(histories: list[History]) -> Diagnosis:
    return diagnose(histories, 5_000, 10_000, 10)


def test_most_seeds_decide(make_history: Maker) -> None:
    """Whatever their order; the begin is that of the seeds that agree."""
    seeds = [make_history("overfitting", seed=seed) for seed in range(2)]
    other = make_history("fitting")
    first, last = find([other, *seeds]), find([*seeds, other])
    assert first.kind == last.kind == "overfitting"
    assert first.since == last.since == find(seeds).since
    assert [finding.kind for finding in last.agreeing] == ["overfitting", "overfitting"]


def test_a_tie_is_the_more_severe_kind(make_history: Maker) -> None:
    """One of two seeds overfits."""
    assert find([make_history("fitting"), make_history("overfitting")]).kind == "overfitting"


def test_most_seeds_are_unstable(make_history: Maker) -> None:
    """One of two is not enough."""
    calm, jagged = make_history("fitting"), make_history("fitting", 0.03)
    assert not find([calm, jagged]).is_unstable
    assert find([calm, jagged, jagged]).is_unstable


def test_seeds_of_different_length(make_history: Maker) -> None:
    """Early stopping ends the seeds at different epochs; each is judged at its end."""
    lengths = (32, 36, 40)
    diagnosis = find([make_history("overfitting", epochs=epochs) for epochs in lengths])
    assert diagnosis.kind == "overfitting"
    assert [each.evidence and each.evidence.epochs for each in diagnosis.findings] == list(lengths)


def test_a_comparison(make_record: Callable[..., RunRecord]) -> None:
    """The number of classes of older runs is not known, so a low accuracy is less than two thirds."""
    records = [make_record("mp", seed, [0.5, *[0.66] * 9], clean_images=5_000) for seed in range(2)]
    (result,) = compare_runs(records).experiments
    diagnosis = diagnose_experiment(result)
    assert (diagnosis.kind, diagnosis.since, len(diagnosis.findings)) == ("overfitting", 3, 2)
