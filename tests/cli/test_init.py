"""`reglab init` and `reglab schema`."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.shipped import shipped_directory

Command = Callable[..., Any]
SHIPPED = sorted(path.relative_to(shipped_directory()) for path in shipped_directory().rglob("*.yaml"))


def test_init(call: Command, here: Path) -> None:
    """All configs are copied, into `configs` by default."""
    count = len(SHIPPED)
    message = f"{count} configs written to configs; to see one: reglab show configs/mp.yaml\n"
    assert call("init") == (0, message, "")
    assert sorted(path.relative_to("configs") for path in Path("configs").rglob("*.yaml")) == SHIPPED
    assert (here / "configs/mp.yaml").read_bytes() == (shipped_directory() / "mp.yaml").read_bytes()


def test_init_keeps_existing_files(call: Command, here: Path) -> None:
    """The others are copied."""
    (here / "mine").mkdir()
    (here / "mine" / "mp.yaml").write_text("title: mine\n")
    code, out, err = call("init", "mine")
    assert (code, err) == (0, "")
    assert out == (
        "existing files kept: mine/mp.yaml\n"
        f"{len(SHIPPED) - 1} configs written to mine; to see one: reglab show mine/mp.yaml\n"
    )
    assert (here / "mine" / "mp.yaml").read_text() == "title: mine\n"


def test_init_into_a_path_that_contains_a_file(call: Command, here: Path) -> None:
    """The exit code is 2, and the file is kept."""
    (here / "file").write_text("")
    first = SHIPPED[0]
    assert call("init", "file/below") == (2, "", f"cannot write file/below/{first}: Not a directory\n")
    assert [path.name for path in here.iterdir()] == ["file"]


def test_init_counts_one_config(call: Command, here: Path) -> None:
    """In the singular."""
    assert call("init").code == 0
    Path("configs/mp.yaml").unlink()
    assert call("init").out.splitlines()[-1] == (
        "1 config written to configs; to see one: reglab show configs/mp.yaml"
    )


@pytest.mark.parametrize("link", ["configs", "configs/mp.yaml"])
def test_init_at_a_link_to_nothing(call: Command, here: Path, link: str) -> None:
    """The link is named, whether it is the folder or a file in it; it is not counted as an existing file."""
    Path(link).parent.mkdir(exist_ok=True)
    Path(link).symlink_to("nowhere")
    target = f"configs/{SHIPPED[0]}" if link == "configs" else link
    assert call("init").err == (
        f"cannot write {target}: {link} is a link to nowhere, which does not exist; "
        "remove the link or choose another folder\n"
    )


def test_init_on_a_full_disk(call: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No incomplete file remains, and the same command writes the others."""
    room = sum((shipped_directory() / path).stat().st_size for path in SHIPPED[:2])

    class Disk:
        """A file on a disk that is full after two configs."""

        def __init__(self, path: Path) -> None:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)

        def __enter__(self) -> "Disk":
            return self

        def __exit__(self, *error: object) -> None:
            os.close(self._file)

        def write(self, content: bytes) -> None:
            nonlocal room
            os.write(self._file, content[:room])
            if len(content) > room:
                raise OSError(28, "No space left on device")
            room -= len(content)

    read = Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode: Disk(path) if mode == "xb" else read(path, mode))
        code, out, err = call("init")
    third = SHIPPED[2]
    assert (code, out) == (2, "")
    assert err == (
        f"cannot write configs/{third}: No space left on device; 2 of {len(SHIPPED)} configs were written, "
        "the same command writes the others\n"
    )
    assert not Path("configs", third).exists()
    assert call("init").out.splitlines()[-1].startswith(f"{len(SHIPPED) - 2} configs written to configs;")


def test_schema(call: Command, here: Path) -> None:
    """The output is one JSON document."""
    code, out, err = call("schema")
    schema = json.loads(out)
    assert (code, err) == (0, "")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"extends", "data", "model", "regularizers", "training"} <= set(schema["properties"])
    assert list(here.iterdir()) == []
