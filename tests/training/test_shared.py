"""What experiments of one seed share, over all shipped configs, and what another seed changes of it."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.config.shipped import list_shipped_experiments, shipped_directory
from reglab.data.dataset import Dataset
from reglab.data.split import Split, split_dataset
from reglab.experiment import Experiment
from reglab.training.loop.batches import Batches
from reglab.training.loop.index_model import build_model, store_images

CONFIGS = list_shipped_experiments()
CLASSES = tuple("0123456789")


def make_dataset(name: str) -> Dataset:
    """As many images as CIFAR-10 has, of one pixel each: what is shared depends on their number alone."""
    labels = np.arange(60_000, dtype=np.int32) % len(CLASSES)
    images = np.zeros((60_000, 1, 1, 3), np.uint8)
    return Dataset(name, name, CLASSES, images, labels, 50_000, "")


def take_batches(experiment: Experiment, split: Split, seed: int) -> list[np.ndarray]:
    """The numbers of the images in all batches of the first two epochs."""
    training = experiment.training
    batches = Batches(
        split.train,
        np.zeros((len(split.labels), 1), np.float32),
        batch_size=training.batch_size,
        seed=seed,
        first_epoch=0,
        epochs=2,
    )
    return [batches[number][0] for number in range(len(batches))]


def list_noise_seeds(experiment: Experiment) -> dict[str, Any]:
    """The state from which each random layer draws, by the layer's name."""
    images = store_images(np.zeros((40, 32, 32, 3), np.uint8))
    model = build_model(experiment, images, len(CLASSES), steps_per_epoch=1)
    return {
        layer.name: np.asarray(layer.seed_generator.state)
        for layer in (*model.layers, *model.network.layers)
        if hasattr(layer, "seed_generator")
    }


def test_one_seed_one_split_one_order() -> None:
    """Any two configs that take the same images have the same parts, in the same batches."""
    alike: dict[object, list[tuple[Path, Split, list[np.ndarray]]]] = defaultdict(list)
    for path in CONFIGS:
        experiment = Experiment.load(path)
        split = split_dataset(make_dataset(experiment.data.dataset), experiment.data, 0)
        key = (experiment.data.model_dump_json(), experiment.training.batch_size)
        alike[key].append((path, split, take_batches(experiment, split, 0)))
    # Sixteen of the lecture's network, and the four of the quickstart, are meant to be compared.
    assert sorted(len(group) for group in alike.values())[-2:] == [4, 16]
    for group in alike.values():
        for (one, split, batches), (other, same_split, same_batches) in combinations(group, 2):
            for part in ("train", "validation", "test", "clean", "labels"):
                np.testing.assert_array_equal(
                    getattr(split, part), getattr(same_split, part), err_msg=f"{one.stem}, {other.stem}"
                )
            assert len(batches) == len(same_batches)
            for batch, same_batch in zip(batches, same_batches, strict=True):
                np.testing.assert_array_equal(batch, same_batch)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_another_seed_has_other_images_and_batches(path: Path) -> None:
    """Neither the images that are chosen, nor a batch."""
    experiment = Experiment.load(path)
    dataset = make_dataset(experiment.data.dataset)
    split, other = (split_dataset(dataset, experiment.data, seed) for seed in (0, 1))
    assert (split.clean != other.clean).any()
    pairs = zip(take_batches(experiment, split, 0), take_batches(experiment, split, 1), strict=True)
    assert all(set(batch) != set(other_batch) for batch, other_batch in pairs)


def test_noise_follows_the_seed() -> None:
    """`training.seed`, and so `--seed`, is the key of every random layer, and each layer has its own."""
    path = shipped_directory() / "mp_do_bn_da.yaml"
    more = ("regularizers.random_erasing={}", "regularizers.gaussian_noise.stddev=0.1")
    seeds = [list_noise_seeds(Experiment.load(path, [*more, f"training.seed={seed}"])) for seed in (0, 1)]
    assert set(seeds[0]) == {
        "input_augmentation",
        "input_random_erasing",
        "input_gaussian_noise",
        "dense_1_dropout",
        "output_dropout",
    }
    assert all((seeds[0][name] != seeds[1][name]).any() for name in seeds[0])
    assert len({tuple(state) for state in seeds[0].values()}) == len(seeds[0])
