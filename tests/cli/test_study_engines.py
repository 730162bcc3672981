"""`reglab study --engine`: what is refused before anything is trained, and Ray on this machine."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def study(here: Path) -> str:
    """The file of a study with one experiment."""
    (here / "study.yaml").write_text("experiments: [{name: net, data: {dataset: synthetic}}]\n")
    return "study.yaml"


def test_an_address_without_ray(call: Command, study: str) -> None:
    """The engine of this machine has none."""
    code, _, err = call("study", study, "--address", "auto")
    assert (code, err.splitlines()[-1]) == (2, "Error: --address joins a Ray cluster; add --engine ray.")


def test_without_the_extra(call: Command, study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is the command that installs it."""
    monkeypatch.setitem(sys.modules, "ray", None)
    message = 'the engine ray needs Ray, which is not installed: pip install "reglab[ray]"\n'
    assert call("study", study, "--engine", "ray") == (2, "", message)


def test_an_address_without_a_cluster(call: Command, study: str) -> None:
    """Nothing is planned."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        message = (
            f"no Ray cluster answers at {address}: [Errno 111] Connection refused; start one there with "
            "ray start --head\n"
        )
        assert call("study", study, "--engine", "ray", "--address", address) == (2, "", message)


@pytest.fixture
def own_ray(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ray writes its files to a folder of its own, whose path is short enough for sockets."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    monkeypatch.setenv("RAY_TMPDIR", folder)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_ctrl_c_with_ray(own_ray: None, start: Command, program: Command, here: Path) -> None:
    """The run stops, and the same command completes it and compares; Ray has ended both times."""
    (here / "study.yaml").write_text(
        "base: {name: net, data: {dataset: synthetic, subset: {train: 500, validation: 200}},\n"
        "  model: {groups: [[4]], dense: [5]}, training: {epochs: 20, batch_size: 20}}\n"
        "experiments: [{name: tiny}]\n"
        "seeds: 1\n"
    )
    arguments = ("study", "study.yaml", "--engine", "ray")
    process = start(*arguments, folder=here)
    # The worker gives advice just before it trains.
    line = process.stderr.readline()
    assert line.startswith("advice: ")
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    stopped, last = err.splitlines()[-2:]
    assert stopped.startswith("tiny, seed 0: interrupted; the same command ")
    assert (process.returncode, last) == (130, "interrupted; the same command resumes")
    code, out, err = program(*arguments, folder=here)
    assert (code, err) == (0, line)
    assert out.splitlines()[0].startswith("study: 1 experiment, 1 run: 1 ")
    assert (here / "results" / "study" / "comparison").is_dir()
