"""`reglab live`: what is refused before a page opens, and what is printed at the end."""

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.live.lab.ending import Ending

Command = Callable[..., Any]
_NO_BACKEND = """
import sys
from reglab.cli import main
try:
    main(['live', '--help'], prog_name='reglab')
except SystemExit as end:
    assert not end.code
loaded = ('keras', 'tensorflow', 'jax', 'torch', 'nicegui', 'fastapi', 'uvicorn', 'numpy', 'pydantic')
print([name for name in loaded if name in sys.modules])
"""


@pytest.fixture
def configs(here: Path) -> Path:
    """A valid experiment, two wrong ones, and a file that is not a snapshot."""
    (here / "small.yaml").write_text("data: {dataset: synthetic}\n")
    (here / "bad.yaml").write_text("titel: A\nmodel: {groups: 3}\n")
    (here / "orphan.yaml").write_text("extends: smal.yaml\n")
    (here / "bad.snapshot.npz").write_text("not an archive")
    return here


def test_help_loads_no_toolkit(here: Path) -> None:
    """It is shown at once, also where the extra is not installed."""
    done = subprocess.run([sys.executable, "-c", _NO_BACKEND], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: reglab live [OPTIONS] [CONFIG]\n")
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["smal.yaml"],
        ["nope/small.yaml"],
        ["bad.yaml"],
        ["orphan.yaml"],
        ["small.yaml", "--set", "training.epoch=5"],
        ["small.yaml", "--set", "training.epochs=many"],
        ["small.yaml", "--set", "regularizers.dropuot={}"],
    ],
)
def test_wrong_experiments_are_refused_as_by_run(call: Command, configs: Path, arguments: list[str]) -> None:
    """The same message and exit code 2; no folder is made."""
    before = _list(configs)
    done = call("live", *arguments, "--no-browser")
    assert (done.code, done.out) == (2, "")
    assert done == call("run", *arguments)
    assert _list(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.snapshot.npz"], "cannot read no.snapshot.npz: No such file or directory"),
        (
            ["bad.snapshot.npz"],
            "bad.snapshot.npz is not a snapshot of reglab: it is not an archive of arrays, or is truncated",
        ),
        (["."], ". is not a run: it has no status.json"),
        (["--watch", "nope"], "nope does not exist: expected a run, an experiment's folder, or results"),
    ],
)
def test_paths_of_another_kind_are_refused(
    call: Command, configs: Path, arguments: list[str], message: str
) -> None:
    """The message says what is wrong, before a page opens."""
    before = _list(configs)
    assert call("live", *arguments, "--no-browser") == (2, "", f"{message}\n")
    assert _list(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "name=a"], "--set changes an experiment; give its CONFIG."),
        (
            ["--watch", ".", "small.yaml"],
            "--watch follows runs that other processes train; it takes no CONFIG or --set.",
        ),
        ([".", "--set", "name=a"], "--set changes a YAML file; change a run or a snapshot on the page."),
        (["--host", ""], "Invalid value for '--host': the address is empty"),
        (["--port", "65536"], "Invalid value for '--port': 65536 is not in the range 0<=x<=65535."),
    ],
)
def test_wrong_command_lines(call: Command, configs: Path, arguments: list[str], message: str) -> None:
    """The usage and the problem are printed."""
    code, out, err = call("live", *arguments)
    assert (code, out, err.partition("\n\n")[2]) == (2, "", f"Error: {message}\n")


def test_a_run_that_is_not_complete(call: Command, make_run: Callable[..., Any]) -> None:
    """It has no trained network from which one could start."""
    make_run("results/mp/seed-0", state="interrupted")
    message = "results/mp/seed-0 is not complete, but interrupted; expected a complete run\n"
    assert call("live", "results/mp/seed-0") == (2, "", message)


def test_without_the_extra(call: Command, configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is the command that installs it."""
    monkeypatch.setitem(sys.modules, "nicegui", None)
    message = 'the page needs NiceGUI, which is not installed: pip install "reglab[live]"\n'
    for arguments in (["small.yaml"], ["--watch", "."], []):
        assert call("live", *arguments) == (2, "", message)


@pytest.mark.parametrize("options", [[], ["--watch", "."]])
def test_a_port_in_use(program: Command, configs: Path, options: list[str]) -> None:
    """One sentence, exit code 2; no folder is made."""
    before = _list(configs)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = program("live", "--no-browser", "--port", port, *options, folder=configs)
    message = (
        f"cannot listen to 127.0.0.1, port {port}: Address already in use; "
        "choose another one with --port or --host\n"
    )
    assert done == (2, "", message)
    assert _list(configs) == before


def test_a_last_snapshot_that_cannot_be_saved(
    call: Command, configs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were saved are listed, the reason is printed, and the exit code is 2."""
    ending = Ending((Path("my results/a.snapshot.npz"),), ("no snapshot could be saved: the disk is full",))
    monkeypatch.setattr("reglab.live.page.start.run_lab", lambda *_: ending)
    out = "saved my results/a.snapshot.npz; to go on: reglab live 'my results/a.snapshot.npz'\n"
    assert call("live", "small.yaml") == (2, out, "no snapshot could be saved: the disk is full\n")


def _list(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
