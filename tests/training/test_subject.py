"""What a run is trained on, in words and as a fingerprint."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reglab.experiment import Experiment
from reglab.training.subject import Subject


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "test set"),
        ({"subset": {"validation": 12}}, "12 images of the test set"),
        ({"validation": 0.2}, "held-out 20 % of train"),
        ({"validation": 0.125}, "held-out 12.5 % of train"),
    ],
)
def test_validation_in_words(
    make_experiment: Callable[..., Experiment],
    make_subject: Callable[[Experiment], Subject],
    data: dict[str, object],
    words: str,
) -> None:
    """Which images they are, whatever the experiment asks."""
    assert make_subject(make_experiment(data=data)).validation == words


def test_title_names_experiment_and_seed(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """As the display and the figures call the run."""
    assert make_subject(make_experiment(seed=3)).title == "tiny, seed 3"


def test_fingerprint_is_that_of_images_and_split(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """Sixteen digits; the same for the same, another for one other label, pixel or validation image."""
    subject = make_subject(make_experiment())
    assert len(bytes.fromhex(subject.fingerprint)) == 8
    assert make_subject(make_experiment(epochs=9)).fingerprint == subject.fingerprint
    split = subject.split
    images, labels = split.images.copy(), split.labels.copy()
    images[5, 1, 2, 0] ^= 1
    labels[3] = (labels[3] + 1) % 3
    others = [
        replace(split, images=images),
        replace(split, labels=labels),
        replace(split, validation=split.validation[:-1]),
        replace(split, clean=split.clean[::-1].copy()),
    ]
    fingerprints = {replace(subject, split=other).fingerprint for other in others}
    assert len(fingerprints | {subject.fingerprint}) == 5
