"""`reglab study --engine`: what is refused before anything is trained."""

import socket
import sys
from collections.abc import Callable
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
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    message = (
        f"no Ray cluster answers at {address}: [Errno 111] Connection refused; start one there with "
        "ray start --head\n"
    )
    assert call("study", study, "--engine", "ray", "--address", address) == (2, "", message)
