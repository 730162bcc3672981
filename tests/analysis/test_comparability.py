"""What differs between experiments and should not is named."""

from collections.abc import Callable, Sequence

import pytest

from reglab.analysis.comparability import read_settings
from reglab.analysis.comparison import compare_runs
from reglab.runs.finding import RunRecord
from tests.run_files import write_machine

Maker = Callable[..., RunRecord]
DATA = "not comparable"
TERMS = "not on equal terms"
SMALL = "small differences may come from this"


def find_notes(records: Sequence[RunRecord]) -> tuple[str, ...]:
    """The notes without the last one, on the test set, which all these runs have."""
    *notes, last = compare_runs(records).notes
    assert last.startswith("the validation set is the test set")
    return tuple(notes)


def test_same_conditions_need_no_note(make_record: Maker) -> None:
    """Regularizers, names and seeds may differ: they are what is compared."""
    records = [
        make_record("mp", 0, [0.5], settings="regularizers: {max_pooling: {}}\n"),
        make_record("do", 1, [0.6], settings="title: x\nregularizers: {dropout: {rate: 0.5}}\n"),
    ]
    assert find_notes(records) == ()


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"dataset": "synthetic shapes"}, f"dataset: synthetic shapes / CIFAR-10: {DATA}"),
        (
            {"validation": "held-out 10 % of train", "validation_images": 5000},
            f"validation images: held-out 10 % of train (5,000) / test set (10,000): {DATA}",
        ),
        ({"train_images": 2000}, f"training images: 2,000 / 50,000: {TERMS}"),
        ({"clean_images": 500}, "clean images: 500 / 5,000: the gaps are not equally exact"),
        ({"precision": "mixed_bfloat16"}, f"precision: mixed_bfloat16 / float32: {SMALL}"),
        (
            {"settings": "training: {batch_size: 100, epochs: 7}"},
            f"training.epochs: 7 / 40, training.batch_size: 100 / 200: {TERMS}",
        ),
        ({"settings": "model: {dense: []}"}, f"model.dense: [] / [64]: {TERMS}"),
        (
            {"settings": "training: {optimizer: {name: sgd}}"},
            f"training.optimizer.name: sgd / adamw, training.optimizer.learning_rate: 0.01 / 0.001: {TERMS}",
        ),
    ],
)
def test_the_odd_one_is_named(make_record: Maker, changes: dict[str, object], difference: str) -> None:
    """The experiment that differs is set against the others; keys that differ alike share a sentence."""
    records = [
        make_record("mp", 0, [0.5]),
        make_record("bn", 0, [0.6], **changes),
        make_record("do", 0, [0.6]),
    ]
    assert find_notes(records) == (f"CNN + BN / the others differ in {difference}",)


def test_two_experiments_are_both_named(make_record: Maker) -> None:
    """With two there are no others."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.6], dataset="MNIST")]
    note = "CNN + BN / CNN + MP differ in dataset: MNIST / CIFAR-10: not comparable"
    assert find_notes(records) == (note,)


def test_many_values_are_cut(make_record: Maker) -> None:
    """A sentence lists four values at most."""
    records = [
        make_record(f"x{seed}", 0, [0.5], settings=f"training: {{epochs: {seed + 1}}}") for seed in range(9)
    ]
    note = f"the experiments differ in training.epochs: 2 / 3 / 4 / 5 / …: {TERMS}"
    assert find_notes(records) == (note,)


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"backend": "jax", "jax": "0.9"}, "backend: jax / tensorflow"),
        ({"device": "GPU"}, "device: GPU / CPU"),
        ({"processor": "other"}, None),
        ({"threads": 4, "keras": "3.14.0"}, "threads: 4 / 2, Keras: 3.14.0 / 3.15.0"),
        ({"tensorflow": "2.20.0"}, "TensorFlow: 2.20.0 / 2.21.0"),
        ({"numpy": "1.0"}, None),
    ],
)
def test_machine_and_versions_are_compared(
    make_record: Maker, changes: dict[str, object], difference: str | None
) -> None:
    """Versions of a backend count where it was used; what is not known does not count."""
    records = [
        write_machine(make_record("mp", 0, [0.5])),
        write_machine(make_record("bn", 0, [0.6]), **changes),
        make_record("do", 0, [0.6]),
    ]
    (note,) = find_notes(records)
    assert note.startswith("CNN + BN / CNN + MP differ in ")
    assert note.endswith(f": {SMALL}")
    assert next(iter(changes)) in note.lower()
    assert difference is None or note == f"CNN + BN / CNN + MP differ in {difference}: {SMALL}"


def test_a_resumed_run_is_named(make_record: Maker) -> None:
    """If it was resumed with other threads, versions or machine."""
    record = write_machine(make_record("mp", 3, [0.5]), resumed_with=("threads 2 → 4 from epoch 5",))
    assert find_notes([record]) == (
        "CNN + MP, seed 3 was resumed under other conditions (threads 2 → 4 from epoch 5): "
        "its numbers differ from those of an uninterrupted run",
    )


def test_early_stopping_is_named(make_record: Maker) -> None:
    """It chooses its epoch by the images that it is then judged by."""
    assert find_notes([make_record("mp", 0, [0.5], weights_epoch=0)]) == (
        "CNN + MP kept the weights of its best epoch on the validation images (early stopping), "
        "which favours it there",
    )


def test_mixed_seeds_are_named(make_record: Maker) -> None:
    """Seeds on other images are not one experiment; on another machine they are."""
    records = [make_record("mp", 0, [0.5]), make_record("mp", 1, [0.5], dataset="MNIST")]
    assert find_notes(records) == ("the seeds of CNN + MP differ in dataset: they are not one experiment",)
    records = [
        write_machine(make_record("mp", seed, [0.5]), threads=threads) for seed, threads in enumerate((2, 4))
    ]
    assert find_notes(records) == (f"the seeds of CNN + MP differ in threads: {SMALL}",)


def test_unknown_settings_are_named(make_record: Maker) -> None:
    """A run without its experiment is compared, but not by its settings."""
    record = make_record("mp", 0, [0.5])
    record.directory.experiment.unlink()
    other = make_record("bn", 0, [0.5], settings="training: {epochs: 3}")
    assert find_notes([record, other]) == (
        "the settings of CNN + MP were not compared: results/mp/seed-0 has no valid experiment.yaml",
    )


def test_old_experiments_are_read(make_record: Maker) -> None:
    """Missing keys have their defaults; what a newer rule forbids still has its values."""
    directory = make_record("mp", 0, [0.5]).directory
    default = read_settings(directory.experiment)
    assert default is not None
    assert default["training.batch_size"] == "200"
    assert not any(key.startswith(("regularizers", "name", "training.seed")) for key in default)
    directory.experiment.write_text("name: mp\nmodel: {forgotten: 3}\n")
    assert read_settings(directory.experiment) == {"model.forgotten": "3"}
