"""Factorials are recognized from the experiments; what prevents one is named."""

from collections.abc import Callable

import pytest

from reglab.analysis.factorial import Factor, Factorial, NoFactorial, find_factorial
from reglab.analysis.grouping import group_runs
from reglab.config.shipped import shipped_directory
from reglab.config.yaml.dumping import dump_yaml
from reglab.runs.finding import RunRecord
from reglab.study.study import load_study
from tests.factorials import SETTINGS, list_cells, list_half, make_factorial, write_settings

Maker = Callable[..., RunRecord]
NAMES = tuple(SETTINGS)
AUGMENTATION, BATCH_NORM, POOLING, DROPOUT, L2, _ = NAMES


def recognize(records: list[RunRecord]) -> Factorial | NoFactorial:
    return find_factorial(group_runs(records)[0])


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_full_factorial(make_record: Maker, size: int) -> None:
    """All combinations of up to four regularizers, whatever the order of the runs."""
    names = NAMES[:size]
    records = list(make_factorial(make_record, reversed(list_cells(names)), (1, 0)))
    factorial = recognize(records)
    assert isinstance(factorial, Factorial)
    assert factorial.names == names
    assert (factorial.is_full, factorial.seeds, factorial.confounded) == (True, (0, 1), ())
    assert dict(factorial.cells) == {frozenset(on): "_".join(("x", *on)) for on in list_cells(names)}
    assert len(factorial.pairs) == size * (size - 1) / 2


def test_factors_have_titles_and_their_usual_order(make_record: Maker) -> None:
    """A regularizer that all experiments have is not a factor."""
    cells = [(POOLING, *on) for on in list_cells((L2, AUGMENTATION))]
    factorial = recognize(list(make_factorial(make_record, cells)))
    assert isinstance(factorial, Factorial)
    assert factorial.factors == (Factor("augmentation", "Data augmentation"), Factor("l2", "L2"))


def test_regularizers_that_are_always_together(make_record: Maker) -> None:
    """They are one factor, as in a study with a factor of several regularizers."""
    cells = [(), (POOLING, L2), (DROPOUT,), (POOLING, DROPOUT, L2)]
    factorial = recognize(list(make_factorial(make_record, cells)))
    assert isinstance(factorial, Factorial)
    assert factorial.factors == (Factor("max_pooling+l2", "Max pooling + L2"), Factor("dropout", "Dropout"))
    assert dict(factorial.cells) == {
        frozenset[str](): "x",
        frozenset(["max_pooling+l2"]): "x_max_pooling_l2",
        frozenset(["dropout"]): "x_dropout",
        frozenset(["max_pooling+l2", "dropout"]): "x_max_pooling_dropout_l2",
    }


def test_half_of_the_combinations(make_record: Maker) -> None:
    """Of four factors, pairs are confounded with pairs, and only the main effects are known."""
    factorial = recognize(list(make_factorial(make_record, list_half(NAMES[:4]))))
    assert isinstance(factorial, Factorial)
    assert (factorial.is_full, factorial.pairs) == (False, ())
    assert factorial.confounded[0] == ((AUGMENTATION, BATCH_NORM), (POOLING, DROPOUT))


def test_seeds_that_all_experiments_have(make_record: Maker) -> None:
    """The others are not used."""
    records = list(make_factorial(make_record, list_cells((DROPOUT,)), (0, 1, 2)))
    factorial = recognize(
        [record for record in records if (record.status.seed, record.status.experiment) != (1, "x")]
    )
    assert isinstance(factorial, Factorial)
    assert factorial.seeds == (0, 2)


@pytest.mark.parametrize(
    "cells",
    [
        [(), (POOLING,), (POOLING, DROPOUT), (POOLING, DROPOUT, L2)],
        [(), (POOLING,), (POOLING, DROPOUT)],
        [(), (POOLING,), (DROPOUT,), (L2,)],
        [(POOLING, DROPOUT, L2), (POOLING, DROPOUT), (POOLING, L2), (DROPOUT, L2)],
        [(POOLING, DROPOUT, L2), (POOLING, DROPOUT), (POOLING, L2), (DROPOUT, L2), ()],
        [(), (POOLING,), (DROPOUT,), (L2,), (POOLING, DROPOUT, L2)],
        [(POOLING,), (DROPOUT,)],
        [()],
        [(POOLING,)],
    ],
    ids=[
        "ladder",
        "short ladder",
        "one added",
        "one omitted",
        "one omitted, and none",
        "one added, and all",
        "never together",
        "none",
        "one",
    ],
)
def test_other_designs_need_no_note(make_record: Maker, cells: list[tuple[str, ...]]) -> None:
    """They were not meant as factorials; verdicts compare their experiments."""
    assert recognize(list(make_factorial(make_record, cells))) == NoFactorial()


def make_variant(make_record: Maker, on: tuple[str, ...], **changes: str) -> RunRecord:
    """Make a run of a combination with other parameters; its experiment is a further one."""
    return make_record("variant", 0, [0.5], title="Variant", settings=write_settings(on, **changes))


def test_two_variants_of_a_combination(make_record: Maker) -> None:
    """It would not be clear which of them counts."""
    records = list(make_factorial(make_record, list_cells((DROPOUT, L2))))
    variant = make_variant(make_record, (DROPOUT, L2), dropout="{rate: 0.5}")
    assert recognize([*records, variant]) == NoFactorial(
        "CNN + dropout + l2 and Variant have the same regularizers"
    )


def test_other_parameters(make_record: Maker) -> None:
    """The effect of a regularizer is that of one strength; also of one that all experiments have."""
    records = list(make_factorial(make_record, list_cells((DROPOUT, L2))))[:-1]
    variant = make_variant(make_record, (DROPOUT, L2), dropout="{rate: 0.5}", l2="{strength: 0.1}")
    assert recognize([*records, variant]) == NoFactorial(
        "the experiments differ in regularizers.dropout.rate and regularizers.l2.strength"
    )
    cells = [(*on, L2) for on in list_cells((POOLING, DROPOUT))]
    records = list(make_factorial(make_record, cells))[:-1]
    variant = make_variant(make_record, (POOLING, DROPOUT, L2), l2="{strength: 0.1}")
    assert recognize([*records, variant]) == NoFactorial("the experiments differ in regularizers.l2.strength")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"settings": "training: {batch_size: 100}\n"}, "training.batch_size"),
        ({"settings": "model: {dense: []}\ntraining: {epochs: 3}\n"}, "model.dense and training.epochs"),
        ({"precision": "mixed_bfloat16"}, "precision"),
        ({"train_images": 2000}, "training images"),
        ({"dataset": "MNIST"}, "dataset"),
    ],
)
def test_other_settings(make_record: Maker, changes: dict[str, str], reason: str) -> None:
    """Everything else has to be equal."""
    records = list(make_factorial(make_record, list_cells((DROPOUT, L2))))[1:]
    none = make_record("none", 0, [0.5], **changes)
    assert recognize([none, *records]) == NoFactorial(f"the experiments differ in {reason}")


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ([(DROPOUT,)], "Dropout is missing"),
        ([()], "the one without any is missing"),
        ([(POOLING, DROPOUT), (POOLING, L2)], "Max pooling + Dropout and Max pooling + L2 are missing"),
    ],
)
def test_missing_combinations(make_record: Maker, missing: list[tuple[str, ...]], reason: str) -> None:
    """At most a quarter of the combinations is missing: they are named, so that they can be trained."""
    cells = [on for on in list_cells((POOLING, DROPOUT, L2)) if on not in missing]
    assert recognize(list(make_factorial(make_record, cells))) == NoFactorial(
        f"of the 8 combinations of Max pooling and Dropout and L2, {reason}"
    )


def test_one_experiment_more(make_record: Maker) -> None:
    """`results/*` may have an experiment that is not part of the factorial."""
    cells = [*list_cells((POOLING, DROPOUT)), (POOLING, DROPOUT, L2)]
    assert recognize(list(make_factorial(make_record, cells))) == NoFactorial(
        "only without CNN + max_pooling + dropout + l2 the experiments are all combinations of regularizers"
    )


def test_no_shared_seed(make_record: Maker) -> None:
    """Effects are computed within a seed."""
    cells = list_cells((DROPOUT, L2))
    records = [*make_factorial(make_record, cells[1:]), *make_factorial(make_record, cells[:1], (1,))]
    assert recognize(records) == NoFactorial("no seed is in all 4 experiments")


def test_two_experiments_that_differ_otherwise_need_no_note(make_record: Maker) -> None:
    """With one regularizer the difference of two experiments was perhaps never meant as its effect."""
    records = [
        make_record("mp", 0, [0.5], settings=write_settings((POOLING,))),
        make_record("cnn", 0, [0.5], settings="training: {epochs: 3}\n"),
    ]
    assert recognize(records) == NoFactorial()


def test_experiments_that_cannot_be_read(make_record: Maker) -> None:
    """A note of the comparison names them already."""
    records = list(make_factorial(make_record, list_cells((DROPOUT, L2)), (0, 1)))
    records[0].directory.experiment.unlink()
    assert isinstance(recognize(records), Factorial)
    records[1].directory.experiment.write_text("regularizers: {nonsense: {}}")
    assert recognize(records) == NoFactorial()


@pytest.mark.parametrize(
    ("study", "is_factorial"),
    [("factorial", True), ("lecture", False), ("quickstart", False), ("lambda", False), ("data_size", False)],
)
def test_shipped_studies(make_record: Maker, study: str, is_factorial: bool) -> None:
    """The study of all combinations is recognized from its resolved experiments; the others need no note."""
    path = shipped_directory() / "studies" / f"{study}.yaml"
    records = []
    for experiment in {run.name: run for run in load_study(path).runs}.values():
        record = make_record(experiment.name, 0, [0.5])
        record.directory.experiment.write_text(dump_yaml(experiment))
        records.append(record)
    found = recognize(records)
    if is_factorial:
        assert isinstance(found, Factorial)
        assert (found.names, found.is_full) == ((AUGMENTATION, BATCH_NORM, POOLING, DROPOUT), True)
    else:
        assert found == NoFactorial()
