"""Mixed images: what is fed, what the model makes of it, and that labels agree with pixels."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from keras import ops

from reglab.experiment import Experiment
from reglab.random_keys import mixing_generator
from reglab.regularizers.cutmix import CutMix
from reglab.training.loop.batches import Batches
from reglab.training.loop.dispatch import Bundles
from reglab.training.loop.index_model import IndexModel, store_images
from reglab.training.loop.mixing import Mixing, MixingLayer, find_mixing, mix_targets
from reglab.training.subject import Subject

INDICES = np.arange(20, 43, dtype=np.int32)
TARGETS = np.eye(3, dtype=np.float32)[np.arange(60) % 3]
MIXED: Mapping[str, Any] = {"regularizers": {"mixup": {}, "cutmix": {}}}


@pytest.fixture
def mixing(make_experiment: Callable[..., Experiment]) -> Mixing:
    return Mixing(make_experiment(**MIXED))


def make_batches(mixing: Mixing | None, **options: Any) -> Batches:
    """Batches of 5 of 23 images, seed 0, of epochs 1 and 2."""
    settings = {"batch_size": 5, "seed": 0, "first_epoch": 1, "epochs": 3, **options}
    return Batches(INDICES, TARGETS, mixing=mixing, **settings)


def test_shares_of_several_regularizers_are_multiplied(
    mixing: Mixing, make_experiment: Callable[..., Experiment]
) -> None:
    """Each draws from its own generator, so one without the other draws the same."""
    parts = [Mixing(make_experiment(regularizers={name: {}})).draw(4, 2, 10) for name in ("mixup", "cutmix")]
    product = mixing.draw(4, 2, 10)
    assert (product.dtype, product.shape) == (np.float32, (4, 8, 8))
    np.testing.assert_array_equal(product, parts[0] * parts[1])
    generator = mixing_generator(0, "cutmix", 2, 10)
    np.testing.assert_array_equal(parts[1], CutMix().share_pixels(generator, 4, 8, 8))


def test_labels_have_the_share_of_the_pixels(mixing: Mixing) -> None:
    """Images of one grey level for each class: the mean of a mixed image follows from its mixed label."""
    grey = np.array([0.0, 100.0, 200.0], np.float32)
    targets = TARGETS[:5]
    images = np.broadcast_to(grey[targets.argmax(axis=1)][:, None, None, None], (5, 8, 8, 3))
    for offset in range(20):
        shares = mixing.draw(5, 0, offset)
        mixed = ops.convert_to_numpy(MixingLayer()(images, shares, training=True))
        labels = mix_targets(targets, shares)
        np.testing.assert_allclose(mixed.mean(axis=(1, 2, 3)), labels @ grey, rtol=1e-4, atol=1e-3)
        np.testing.assert_allclose(labels.sum(axis=1), 1, rtol=1e-6)


def test_partner_is_the_image_before() -> None:
    """Of the first one, the last; nothing is mixed in inference."""
    images = np.arange(4, dtype=np.float32)[:, None, None, None]
    shares = np.zeros((4, 1, 1), np.float32)
    assert ops.convert_to_numpy(MixingLayer()(images, shares, training=True)).ravel().tolist() == [3, 0, 1, 2]
    np.testing.assert_array_equal(MixingLayer()(images, shares, training=False), images)


def test_batches_with_mixing_hold_the_same_images(mixing: Mixing) -> None:
    """Their order does not depend on mixing; shares are keyed by epoch and offset, targets follow."""
    plain, mixed = make_batches(None), make_batches(mixing)
    for number in (*range(10), 3):
        indices, targets = plain[number]
        (same, shares), mixed_targets = mixed[number]
        np.testing.assert_array_equal(same, indices)
        epoch, step = divmod(number, 5)
        np.testing.assert_array_equal(shares, mixing.draw(len(indices), 1 + epoch, 5 * step))
        np.testing.assert_array_equal(mixed_targets, mix_targets(targets, shares))


def test_bundles_stack_the_shares(mixing: Mixing) -> None:
    """Like indices and targets, with the steps in front."""
    batches = make_batches(mixing)
    (indices, shares), targets = Bundles(batches, 3)[0]
    assert (indices.shape, shares.shape, targets.shape) == ((3, 5), (3, 5, 8, 8), (3, 5, 3))
    for step in range(3):
        np.testing.assert_array_equal(shares[step], batches[step][0][1])


@pytest.mark.parametrize("regularizers", [{}, {"dropout": {}, "augmentation": {}, "batch_norm": {}}])
def test_a_model_without_mixing_is_as_before(
    make_experiment: Callable[..., Experiment],
    make_subject: Callable[[Experiment], Subject],
    regularizers: Any,
) -> None:
    """One input, and none of the layers of the seats of the training."""
    experiment = make_experiment(regularizers=regularizers)
    images = store_images(make_subject(experiment).split.images)
    model = IndexModel(experiment, images, 3)
    assert find_mixing(experiment) is model.mixing is None
    assert [tensor.name for tensor in model.inputs] == ["indices"]
    names = {layer.name for layer in model.layers}
    assert names.isdisjoint({"mixing", "ema", "extra_loss"})
    assert model.feed_unmixed(INDICES) is INDICES


def test_measuring_does_not_mix(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """The logits in inference mode are those of the same network without mixing."""
    mixed, plain = make_experiment(**MIXED), make_experiment()
    images = store_images(make_subject(plain).split.images)
    models = [IndexModel(experiment, images, 3) for experiment in (mixed, plain)]
    logits = [model(model.feed_unmixed(INDICES), training=False) for model in models]
    np.testing.assert_array_equal(*(ops.convert_to_numpy(one) for one in logits))
