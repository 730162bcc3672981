"""What a network starts from."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.live.lab.network import LiveNetwork
from reglab.live.lab.origin import check_origin, choose_origin
from reglab.live.messages import Built, Start


def test_files_that_are_no_snapshots(tmp_path: Path) -> None:
    """Each is refused with a sentence."""
    weights, text = tmp_path / "a.network.json", tmp_path / "a.snapshot.npz"
    weights.write_text("{}")
    text.write_text("text")
    refusals = {
        weights: "a.network.json has only weights: start an experiment with the same network, and load "
        "the file into it",
        text: f"{text} is not a snapshot of reglab: it is not an archive of arrays, or is truncated",
    }
    for path, message in refusals.items():
        with pytest.raises(RunError) as refused:
            asyncio.run(check_origin(Start(snapshot=path)))
        assert str(refused.value) == message


def test_after_the_end_of_a_process(make_experiment: Callable[..., Experiment]) -> None:
    """From the last snapshot, otherwise from the current experiment; from a run again with its weights."""
    before, after = make_experiment(), make_experiment(regularizers={"l2": {}})
    built = Built(
        how="rebuilt",
        training="a",
        experiment=after,
        layers=(),
        classes=(),
        train_images=9,
        images=0,
        seconds=0,
    )

    def choose(origin: Start, is_built: bool, snapshot: Path | None = None) -> Start:
        network = LiveNetwork(origin, Path(), lambda network, event: None)
        network.built = built if is_built else None
        return choose_origin(network, snapshot)

    path = Path("a.snapshot.npz")
    from_file, from_run, from_snapshot = Start(experiment=before), Start(run=Path("a")), Start(snapshot=path)
    assert choose(from_file, True, path) == from_snapshot
    assert choose(from_file, True) == choose(from_snapshot, True) == Start(experiment=after)
    assert choose(from_run, True) == from_run
    assert choose(from_snapshot, False) == from_snapshot
