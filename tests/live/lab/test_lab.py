"""The networks of a page, with real workers: changes, restarts, snapshots and pairs."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.errors import ExperimentError, RunError
from reglab.experiment import Experiment
from reglab.live.lab.folder import NETWORK
from reglab.live.lab.lab import YOURS, Lab
from reglab.live.lab.pair import without_regularizers
from reglab.live.messages import Start
from tests.live.lab.conftest import Stage

pytestmark = pytest.mark.slow
_IMAGES = 60


@pytest.fixture(autouse=True)
def _alone(stage: Stage, make_experiment: Callable[..., Experiment]) -> None:
    """Each test begins with one network before its first step."""
    stage.run(stage.lab.stop_comparing())
    stage.run(stage.lab.restart(make_experiment(epochs=100_000, regularizers={"dropout": {"rate": 0.3}})))
    stage.run(stage.pause())


def _read(path: Path) -> dict[str, Any]:
    with np.load(path) as arrays:
        return {name: arrays[name].tobytes() for name in arrays.files}


async def _save(stage: Stage, name: str) -> dict[str, Any]:
    return _read(await stage.lab.save(name))


def test_training_goes_on_exactly_from_a_snapshot(stage: Stage) -> None:
    """From the middle of an epoch, with dropout: the same bits, after more training and a change."""

    async def act() -> None:
        lab = stage.lab
        await stage.step(6)
        await lab.save("middle")
        await stage.step(7)
        expected = await _save(stage, "expected")
        await lab.change({"training.optimizer.learning_rate": 0.05, "regularizers.dropout.rate": 0.6})
        await stage.step(3)
        assert await _save(stage, "other") != expected
        await lab.load(lab.folder.path / "middle.snapshot.npz")
        assert stage.sample.steps == 6
        assert stage.sample.learning_rate == pytest.approx(0.001)
        await stage.step(7)
        assert await _save(stage, "again") == expected

    stage.run(act())


def test_what_is_replaced_is_saved_before(stage: Stage, make_experiment: Callable[..., Experiment]) -> None:
    """A restart by mistake loses nothing: the network before it can be loaded."""

    async def act() -> None:
        await stage.step(5)
        before = await _save(stage, "before")
        await stage.lab.restart(make_experiment(epochs=5))
        assert stage.sample.steps == 0
        path = stage.lab.folder.path / "before-restart.snapshot.npz"
        assert _read(path) == before
        await stage.lab.load(path)
        assert stage.sample.steps == 5

    stage.run(act())


@pytest.mark.parametrize(
    "changes",
    [
        {"regularizers.dropout.rate": 2},
        {"training.learning_rate": 1},
        {"training.batch_size": 32, "regularizers.l2.strength": -1},
    ],
)
def test_a_wrong_change_changes_nothing(stage: Stage, changes: dict[str, Any]) -> None:
    """Neither the experiment nor the log; the training goes on."""

    async def act() -> None:
        await stage.step(2)
        experiment, entries = stage.yours.experiment, len(stage.lab.log.entries)
        with pytest.raises(ExperimentError):
            await stage.lab.change(changes)
        assert stage.yours.experiment == experiment
        assert len(stage.lab.log.entries) == entries
        await stage.step()

    stage.run(act())


def test_changes_are_in_the_log(stage: Stage) -> None:
    """With the number of images at which they were made."""

    async def act() -> None:
        await stage.step(3)
        await stage.lab.change({"training.optimizer.learning_rate": 0.002})
        entry = stage.lab.log.entries[-1]
        assert (entry.action, entry.images) == ("changed", 48)
        assert entry.changes == ("training.optimizer.learning_rate: 0.001 → 0.002",)

    stage.run(act())


def test_a_file_that_is_refused_ends_nothing(stage: Stage, tmp_path: Path) -> None:
    """Neither the network, nor its last snapshot."""
    text = tmp_path / "text.snapshot.npz"
    text.write_text("text")

    async def act() -> None:
        await stage.step(2)
        network, path = stage.yours, await stage.lab.save("good")
        for bad in (text, tmp_path / "a.network.json"):
            with pytest.raises(RunError):
                await stage.lab.open(Start(snapshot=bad))
            assert stage.yours is network
            assert stage.lab.last_snapshot(YOURS) == path
        await stage.step()

    stage.run(act())


def test_a_network_is_recovered_with_its_curve(stage: Stage) -> None:
    """From its last snapshot, up to which the curve and the marks stay; without one, from its first step."""

    async def recover() -> None:
        assert stage.yours.process_id is not None
        os.kill(stage.yours.process_id, signal.SIGKILL)
        await stage.wait_for(lambda: stage.yours.state == "ended")
        await stage.lab.recover(YOURS)
        await stage.wait_for(lambda: stage.yours.sample is not None)
        await stage.pause()

    async def act() -> None:
        assert stage.lab.last_snapshot(YOURS) is None
        await stage.step(2)
        await stage.lab.change({"training.optimizer.learning_rate": 0.002})
        await stage.step(4)
        await stage.lab.save("safe")
        before = [sample.images for sample in stage.yours.curve]
        assert len(before) > 2
        await stage.step(2)
        await stage.lab.change({"training.optimizer.learning_rate": 0.003})
        await recover()
        assert [sample.images for sample in stage.yours.curve] == before
        marks = [images for images, _ in stage.lab.log.marks(YOURS)]
        assert marks == [32, before[-1]]
        # Another start has neither a snapshot nor the curve.
        (stage.lab.folder.path / "safe.snapshot.npz").unlink()
        await recover()
        assert stage.sample.steps == 0
        assert list(stage.lab.log.marks(YOURS)) == []
        await stage.step()
        assert [sample.images for sample in stage.yours.curve] == [16]

    stage.run(act())


def test_a_snapshot_of_another_training_has_a_curve_of_its_own(
    stage: Stage, make_experiment: Callable[..., Experiment]
) -> None:
    """Nothing of the training before is shown with it."""

    async def act() -> None:
        await stage.step(6)
        path = await stage.lab.save("first")
        await stage.lab.restart(make_experiment(epochs=100_000))
        await stage.step(3)
        await stage.lab.change({"training.optimizer.learning_rate": 0.002})
        await stage.lab.load(path)
        await stage.step()
        assert [sample.images for sample in stage.yours.curve] == [92, 108]
        assert [images for images, _ in stage.lab.log.marks(YOURS)] == [92]

    stage.run(act())


def test_a_pair_sees_the_same_batches(stage: Stage) -> None:
    """Both start anew; two equal networks stay equal, bit for bit, also when their batches change."""

    async def act() -> None:
        lab = stage.lab
        await stage.step(3)
        assert stage.yours.experiment is not None
        await lab.compare_with(stage.yours.experiment.with_changes({"title": "Twin", "training.seed": 9}))
        await stage.wait_for(lambda: stage.baseline.sample is not None)
        assert (stage.sample.steps, lab.networks.keys()) == (0, {"baseline": 0, "yours": 0}.keys())
        await stage.step(5)
        await lab.change({"training.batch_size": 20, "training.optimizer.learning_rate": 0.001})
        await stage.step(3)
        assert stage.baseline.sample is not None
        assert (stage.sample.steps, stage.baseline.sample.steps) == (8, 8)
        assert stage.sample.images == stage.baseline.sample.images
        assert stage.baseline.experiment is not None
        assert stage.baseline.experiment.training.batch_size == 20
        assert stage.sample.cross_entropy == stage.baseline.sample.cross_entropy
        await lab.change({"regularizers.dropout": None})
        assert stage.baseline.experiment.regularizers.names == ("dropout",)
        with pytest.raises(RunError, match="stop comparing"):
            await lab.load(lab.folder.path / "middle.snapshot.npz")

    stage.run(act())


def test_a_restart_of_a_pair(stage: Stage, make_experiment: Callable[..., Experiment]) -> None:
    """The other network takes the images and the seed of yours; alone again, yours goes on."""

    async def act() -> None:
        lab = stage.lab
        assert stage.yours.experiment is not None
        await lab.compare_with(without_regularizers(stage.yours.experiment))
        await lab.restart(make_experiment(epochs=100_000, seed=5, regularizers={"max_pooling": {}}))
        assert stage.baseline.experiment is not None
        assert stage.baseline.experiment.training.seed == 5
        assert not stage.baseline.experiment.regularizers.names
        await stage.step(2)
        await lab.stop_comparing()
        assert list(lab.networks) == ["yours"]
        assert stage.sample.steps == 2
        await stage.step()
        assert stage.sample.steps == 3

    stage.run(act())


def test_a_network_in_json_is_read_without_reglab(stage: Stage) -> None:
    """Its layers have names, shapes and values; loading it keeps the position in the data."""

    async def act() -> None:
        await stage.step(5)
        path = await stage.lab.save("network", NETWORK)
        layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
        assert next(each["shape"] for layer in layers for each in layer["weights"]) == [3, 3, 3, 4]
        await stage.step(2)
        await stage.lab.load(path)
        assert stage.sample.steps == 7

    stage.run(act())


def test_before_a_network_is_chosen(stage: Stage, tmp_path: Path) -> None:
    """What needs one is refused in words, and nothing is written."""
    lab = Lab(tmp_path / "results")
    for coroutine in (lab.save("a"), lab.load(tmp_path / "a.snapshot.npz"), lab.change({})):
        with pytest.raises(RunError, match="there is no network yet"):
            stage.run(coroutine)
    assert not (tmp_path / "results").exists()
