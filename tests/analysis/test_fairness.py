"""Everything in which two experiments differ beyond the regularizers is listed."""

from collections.abc import Callable

from reglab.analysis.comparison import compare_runs
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]


def list_keys(baseline: RunRecord, record: RunRecord) -> list[str]:
    _, result = compare_runs([baseline, record], baseline.status.experiment).experiments
    return [str(each) for each in result.differs_in]


def test_regularizers_names_and_seeds_are_not_listed(make_record: Maker) -> None:
    """They are what is compared."""
    baseline = make_record("mp", 0, [0.5], settings="regularizers: {max_pooling: {}}\n")
    other = make_record("do", 0, [0.5], settings="title: x\nregularizers: {dropout: {rate: 0.5}}\n")
    assert list_keys(baseline, other) == []


def test_keys_and_sizes(make_record: Maker) -> None:
    """Each key with both values; steps follow from epochs, images and batch size."""
    changes = {
        "settings": "training: {batch_size: 300, schedule: {name: cosine}}",
        "parameters": 1_000_000,
        "trainable_parameters": 999_000,
        "multiply_adds": 2_000_000,
        "precision": "mixed_bfloat16",
        "train_images": 2000,
        "dataset": "MNIST",
    }
    baseline = make_record("mp", 0, [0.5, 0.5], multiply_adds=1_000_000)
    assert list_keys(baseline, make_record("bn", 0, [0.5], **changes)) == [
        "dataset: CIFAR-10 / MNIST",
        "training images: 50,000 / 2,000",
        "precision: float32 / mixed_bfloat16",
        "parameters: 295,914 / 1,000,000",
        "trainable parameters: 295,914 / 999,000",
        "multiply-adds for an image: 1,000,000 / 2,000,000",
        "steps: 500 / 7",
        "training.batch_size: 200 / 300",
        "training.schedule.name: constant / cosine",
    ]


def test_what_is_not_known_is_not_listed(make_record: Maker) -> None:
    """An older run without multiply-adds, and one whose experiment cannot be read."""
    baseline = make_record("mp", 0, [0.5], multiply_adds=1_000_000)
    other = make_record("bn", 0, [0.5], settings="training: {batch_size: 100}")
    other.directory.experiment.unlink()
    assert list_keys(baseline, other) == []
