"""The configs that are installed with reglab, and how they are copied."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reglab.config.shipped import copy_shipped, shipped_directory
from reglab.errors import RunError
from reglab.experiment import Experiment

SHIPPED = sorted(path.relative_to(shipped_directory()) for path in shipped_directory().rglob("*.yaml"))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Limits the size of written files, in bytes; writing a longer one fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_experiments_of_the_lecture_are_shipped() -> None:
    """One file for each experiment of the lecture."""
    lecture = (
        "baseline l1 l2 l1_l2 mp ap do bn da mp_l1 mp_l2 mp_do mp_bn mp_do_bn mp_do_bn_da mp_bn_da convnetjs"
    )
    assert {Path(f"{name}.yaml") for name in lecture.split()} <= set(SHIPPED)


def test_each_starts_with_its_question() -> None:
    """The first line is a comment with a question."""
    first = {str(path): (shipped_directory() / path).read_text("utf-8").splitlines()[0] for path in SHIPPED}
    assert {name: line for name, line in first.items() if not (line.startswith("# ") and "?" in line)} == {}


def test_the_baseline_has_the_default_settings() -> None:
    """The defaults are the settings of the lecture."""
    baseline = Experiment.load(shipped_directory() / "baseline.yaml")
    default = Experiment(name="baseline")
    for section in ("data", "model", "training", "regularizers"):
        assert getattr(baseline, section) == getattr(default, section), section


def test_l1_and_l2_are_equally_strong_together_and_alone() -> None:
    """So `l1_l2` can be compared with `l1` and `l2`."""
    l1, l2, both = (
        Experiment.load(shipped_directory() / f"{name}.yaml").regularizers for name in ("l1", "l2", "l1_l2")
    )
    assert l1.l1 is not None
    assert l2.l2 is not None
    assert both.l1_l2 is not None
    assert (both.l1_l2.l1, both.l1_l2.l2) == (l1.l1.strength, l2.l2.strength)


def test_all_are_copied_with_their_folders() -> None:
    """The copies in a new folder have equal bytes."""
    copied, kept = copy_shipped(Path("new/configs"))
    assert kept == ()
    assert [path.relative_to("new/configs") for path in copied] == SHIPPED
    for path in SHIPPED:
        assert (Path("new/configs") / path).read_bytes() == (shipped_directory() / path).read_bytes()


def test_an_existing_file_is_kept() -> None:
    """The others are copied."""
    Path("mp.yaml").write_text("title: mine\n")
    copied, kept = copy_shipped(Path())
    assert kept == (Path("mp.yaml"),)
    assert len(copied) == len(SHIPPED) - 1
    assert Path("mp.yaml").read_text() == "title: mine\n"


def test_a_broken_link_is_refused() -> None:
    """The target of the link is not created."""
    Path("mp.yaml").symlink_to("elsewhere.yaml")
    with pytest.raises(RunError, match=r"cannot write mp\.yaml: mp\.yaml is a link to elsewhere\.yaml"):
        copy_shipped(Path())
    assert not Path("elsewhere.yaml").exists()


def test_a_second_copy_changes_nothing() -> None:
    """All files are kept."""
    first, _ = copy_shipped(Path())
    assert copy_shipped(Path()) == ((), first)


def test_a_file_in_place_of_the_folder_is_named() -> None:
    """The message has the first file and the reason of the operating system."""
    Path("configs").write_text("")
    with pytest.raises(RunError) as raised:
        copy_shipped(Path("configs"))
    assert str(raised.value) == "cannot write configs/ap.yaml: File exists"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named() -> None:
    """The message has the first file and the reason; no file is written."""
    Path("configs").mkdir(mode=0o555)
    with pytest.raises(RunError) as raised:
        copy_shipped(Path("configs"))
    assert str(raised.value) == "cannot write configs/ap.yaml: Permission denied"
    assert list(Path("configs").iterdir()) == []


def test_a_full_disk_leaves_no_incomplete_file() -> None:
    """The next copy would keep an incomplete file as an existing one."""
    with files_of_at_most(50), pytest.raises(RunError) as raised:
        copy_shipped(Path("configs"))
    assert str(raised.value) == "cannot write configs/ap.yaml: File too large"
    assert list(Path("configs").iterdir()) == []
