"""`reglab data`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]


def test_data_sets_that_are_not_found(call: Command, here: Path) -> None:
    """The places and the instructions are printed once, the files of a data set after its name."""
    cache, keras = here.parent / "home/REGLAB_CACHE_DIR", here.parent / "home/KERAS_HOME/datasets"
    code, out, err = call("data")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 9)
    assert lines[:2] == [f"searched: reglab's cache, {cache}", f"searched: Keras's downloads, {keras}"]
    assert lines[3] == (
        "cifar100 (CIFAR-100): not found; its files: cifar-100-python/, cifar-100-binary/, "
        "cifar-100-python.tar.gz or cifar-100-binary.tar.gz"
    )
    assert lines[7] == "synthetic (synthetic shapes): needs no files"
    assert lines[8].startswith("To get a data set: put its files into a directory and name that directory")
    assert out.count("--data-dir") == 1
    assert list(here.iterdir()) == []


def test_data_sets_that_are_found(call: Command, here: Path) -> None:
    """Format and path are printed; the directory is an option or an environment variable."""
    for part in ("train", "test"):
        (here / "images" / part / "cat").mkdir(parents=True)
        (here / "images" / part / "cat" / "1.png").write_bytes(b"")
    line = "folder (your own pictures): pictures of 1 class in {}"
    for place, done in (
        ("images", call("data", "--data-dir", "images")),
        ("images", call("data", REGLAB_DATA_DIR="images")),
        (here / "images", call("data", REGLAB_DATA_DIR="~/images", HOME=str(here))),
    ):
        assert (done.code, done.err) == (0, "")
        assert line.format(place) in done.out.splitlines()


def test_an_ambiguous_data_set_does_not_hide_the_others(call: Command, here: Path) -> None:
    """One directory has two folders of pictures."""
    for name in ("a", "b"):
        for part in ("train", "test"):
            (here / "images" / name / part / "cat").mkdir(parents=True)
    done = call("data", "--data-dir", "images")
    assert (done.code, done.err) == (0, "")
    assert (
        "folder (your own pictures): cannot be used: images: expected one folder with train/ and test/, "
        "found a, b; name one of them as the data directory"
    ) in done.out.splitlines()
