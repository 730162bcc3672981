"""`reglab init` and `reglab schema`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    assert call("init", "file/below") == (2, "", "cannot write to file/below: Not a directory\n")
    assert [path.name for path in here.iterdir()] == ["file"]


def test_schema(call: Command, here: Path) -> None:
    """The output is one JSON document."""
    code, out, err = call("schema")
    schema = json.loads(out)
    assert (code, err) == (0, "")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"extends", "data", "model", "regularizers", "training"} <= set(schema["properties"])
    assert list(here.iterdir()) == []
