"""Trains some shipped configs for two epochs on a few synthetic images, and records the figures.

`python tests/training/same_bits.py` writes `same_bits.json`. Record again only where numbers change on
purpose, and say why in the commit.
"""

import json
import platform
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.config.shipped import list_shipped_experiments
from reglab.data.loading import load_dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.machine import count_cores
from reglab.runs.environment import collect_environment
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject
from reglab.training.trainer import train

FIGURES = Path(__file__).with_suffix(".json")
CONFIGS = list_shipped_experiments()
# They have every regularizer of the shipped configs; the tests train only these, since all take minutes.
CHECKED = [
    path
    for path in CONFIGS
    if path.stem in {"ap", "convnetjs", "digits_flips", "l1_l2", "mp_do_bn_da", "mp_l1", "mp_l2"}
]
CHANGES = (
    "data.dataset=synthetic",
    "data.subset.train=300",
    "data.subset.validation=100",
    "data.clean=100",
    "training.epochs=2",
    "training.precision=float32",
)
OMITTED = {"seconds", "learning_rate"}


def name_machine() -> dict[str, Any]:
    """What the last bit of a training depends on."""
    environment = collect_environment("float32", "", "tensorflow", count_cores(), "CPU")
    versions = {package: version(package) for package in ("keras", "tensorflow", "numpy")}
    return {
        "processor": f"{environment.processor}, {_describe_processor()}",
        "threads": count_cores(),
        "machine": platform.machine(),
        **versions,
    }


def _describe_processor() -> str:
    """Family, model, stepping, caches and instructions: on virtual machines, different ones share a name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    facts = dict(reversed([tuple(map(str.strip, line.split(":", 1))) for line in lines if ":" in line]))
    names = ("cpu family", "model", "stepping", "cache size", "flags")
    text = "|".join(str(facts.get(name)) for name in names)
    return sha256(text.encode()).hexdigest()[:16]


def train_config(path: Path) -> dict[str, Any]:
    """The history of a short run without its times, and a hash of the trained weights."""
    experiment = Experiment.load(path, CHANGES)
    dataset = load_dataset(experiment.data)
    subject = Subject(experiment, dataset, split_dataset(dataset, experiment.data, experiment.training.seed))
    with TemporaryDirectory() as folder:
        run = RunDirectory(Path(folder) / "run")
        run.create()
        backend = Backend(keras.backend.backend(), False, count_cores(), Choice("float32", "for a test"))
        train(subject, Journal(run, subject, backend.name), backend, Listener())
        rows = [row.figures for row in read_history(run.history).rows]
        model = keras.models.load_model(run.model)
    digest = sha256()
    for weight in model.get_weights():
        digest.update(weight.tobytes())
    history = [{key: value for key, value in row.items() if key not in OMITTED} for row in rows]
    return {"history": history, "weights": digest.hexdigest()}


def main() -> None:
    """Records all of it."""
    runs = {}
    for path in CHECKED:
        runs[path.stem] = train_config(path)
        print(path.stem, runs[path.stem]["history"][-1]["train_loss"], file=sys.stderr)
    FIGURES.write_text(json.dumps({"machine": name_machine(), "runs": runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
