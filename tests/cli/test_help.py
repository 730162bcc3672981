"""The program: its help, the modules that it loads, and output that cannot be written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab import __version__
from reglab.cli import console, main
from reglab.cli.progress import LiveProgress, PlainProgress, build_progress
from reglab.config.shipped import shipped_directory

Command = Callable[..., Any]


def run_python(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, *arguments], text=True, check=False, **options)


def test_help_lists_every_command(call: Command) -> None:
    """The commands are in the order of use; no line is shortened."""
    code, out, err = call("--help")
    assert (code, err) == (0, "")
    listed = out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == list(main.commands)
    assert not [line for line in listed if line.endswith("...")]
    assert out.endswith("    reglab compare results/*\n")


def test_without_a_command_it_shows_its_help(call: Command) -> None:
    """The exit code is 2."""
    assert call() == (2, "", call("--help").out)


def test_version(call: Command) -> None:
    """The version of the package is printed."""
    assert call("--version") == (0, f"reglab, version {__version__}\n", "")


def test_mistyped_command(call: Command, here: Path) -> None:
    """The nearest command is suggested."""
    usage = "Usage: reglab [OPTIONS] COMMAND [ARGS]...\nTry 'reglab --help' for help.\n\n"
    message = f"{usage}Error: No such command 'comapre'. Did you mean 'compare'?\n"
    assert call("comapre") == (2, "", message.replace("reglab", "main"))
    assert list(here.iterdir()) == []


def test_python_m_reglab(program: Command, here: Path) -> None:
    """`python -m reglab` is the same program."""
    code, out, err = program("--version", folder=here)
    assert (code, out, err) == (0, f"reglab, version {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list", "results"], ["compare", "results"], ["diagnose", "results"]]
)
def test_no_backend_is_loaded(arguments: list[str], make_run: Callable[..., Any], here: Path) -> None:
    """Commands that build no network load no backend."""
    make_run("results/mp/seed-0")
    code = (
        "import sys; from reglab.cli import main\n"
        f"try: main({arguments!r}, prog_name='reglab')\n"
        "except SystemExit as end: assert not end.code\n"
        "print([name for name in ('keras', 'tensorflow', 'jax', 'torch') if name in sys.modules])"
    )
    done = run_python("-c", code, capture_output=True)
    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (0, ["[]"], "")


def test_characters_that_cannot_be_encoded_are_question_marks(here: Path) -> None:
    """There is no traceback."""
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = run_python("-m", "reglab", "run", "--help", capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: python -m reglab run [OPTIONS] CONFIG?\n")


@pytest.mark.parametrize("arguments", [["--help"], ["schema"], ["list", "."]])
def test_full_disk(arguments: list[str], here: Path, make_run: Callable[..., Any]) -> None:
    """The message is one line, and the exit code 2."""
    make_run("mp/seed-0")
    with Path("/dev/full").open("w") as full:
        done = run_python("-m", "reglab", *arguments, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, "cannot write to standard output: No space left on device\n")


def test_a_full_disk_for_errors(here: Path) -> None:
    """The exit code is that of the error."""
    with Path("/dev/full").open("w") as full:
        done = run_python("-m", "reglab", "show", "missing.yaml", stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments", [["schema"], ["show", str(shipped_directory() / "mp.yaml")], ["list", "."]]
)
def test_a_closed_pipe(arguments: list[str], here: Path, make_run: Callable[..., Any]) -> None:
    """There is no message, as in `reglab schema | head`."""
    make_run("mp/seed-0")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run_python("-m", "reglab", *arguments, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("width", ["0", "-1", "wide", ""])
def test_an_invalid_width_has_no_effect(
    call: Callable[..., Any], make_run: Callable[..., Any], width: str
) -> None:
    """Lines are not wrapped, as without COLUMNS."""
    make_run("results/mp/seed-0")
    assert call("list", COLUMNS=width) == call("list")
    assert "seed" in call("list", COLUMNS=width).out


@pytest.mark.parametrize(("terminal", "moves"), [("dumb", False), ("xterm", True)])
def test_a_terminal_that_cannot_move_its_cursor(
    monkeypatch: pytest.MonkeyPatch, terminal: str, moves: bool
) -> None:
    """The progress is one line per epoch there."""
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    monkeypatch.setenv("TERM", terminal)
    progress = build_progress(False, set())
    assert isinstance(progress, LiveProgress) == moves
    assert isinstance(progress, PlainProgress)


def test_closed_output(make_run: Callable[..., Any], here: Path) -> None:
    """Without standard output, a command succeeds silently."""
    make_run("mp/seed-0")
    done = subprocess.run(
        ["sh", "-c", '"$0" -m reglab list . >&-', sys.executable], stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
