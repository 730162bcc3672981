"""The log of a page."""

import yaml

from reglab.differences import list_differences
from reglab.experiment import Experiment
from reglab.live.lab.log import MOST, Log


def test_marks_and_yaml() -> None:
    """Changes of the current training are marks; all entries are in the YAML, with old and new values."""
    before = Experiment(name="a")
    after = before.with_changes({"regularizers.dropout": {"rate": 0.5}, "training.batch_size": 50})
    log = Log()
    log.add("yours", "started", 0)
    log.add("yours", "changed", 100, list_differences(after, before))
    log.add("baseline", "started", 0)
    log.add("yours", "restarted", 0, training="b")
    log.add("yours", "changed", 400, list_differences(before, after), training="b")
    log.add("yours", "saved", 500, detail="a.snapshot.npz")
    (mark,) = log.marks("yours")
    assert mark[0] == 400
    assert "regularizers.dropout.rate: not set → 0.5" in mark[1]
    assert log.marks("baseline") == []
    assert log.entries[-1].text == "yours: saved a.snapshot.npz"
    entries = yaml.safe_load(log.to_yaml())
    assert [entry["action"] for entry in entries] == [
        "started",
        "changed",
        "started",
        "restarted",
        "changed",
        "saved",
    ]
    assert "training.batch_size: 200 → 50" in entries[4]["changes"]


def test_marks_after_a_snapshot() -> None:
    """A jump back drops later marks; the snapshot of another training drops all."""
    log = Log()
    log.add("yours", "started", 0, training="a")
    for images in (100, 200, 300):
        log.add("yours", "changed", images, training="a")
    log.add("yours", "restored", 200, detail="a.snapshot.npz", training="a")
    assert [images for images, _ in log.marks("yours")] == [100, 200, 200]
    log.add("yours", "saved", 150)
    log.add("yours", "restored", 500, detail="b.snapshot.npz", training="b")
    log.add("yours", "changed", 600, training="b")
    assert [images for images, _ in log.marks("yours")] == [500, 600]
    assert "training" not in yaml.safe_load(log.to_yaml())[0]


def test_the_log_is_bounded() -> None:
    """An hour of changes does not fill the memory."""
    log = Log()
    for images in range(MOST + 10):
        log.add("yours", "changed", images)
    assert len(log.entries) == MOST
    assert log.entries[-1].images == MOST + 9
