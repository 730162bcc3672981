"""The YAML reader: scalars of YAML 1.2, places, and files that are not an experiment."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.tree import format_key, parse_scalar, parse_value, read_tree
from reglab.errors import ExperimentError

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E3", 1000.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("40", 40),
        ("+7", 7),
        ("-0", 0),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("9" * 2000, math.inf),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("0x", "0x"),
        ("1e", "1e"),
        (".", "."),
        ("inf", "inf"),
        ("nan", "nan"),
        ("tRUE", "tRUE"),
        ("2020-01-01", "2020-01-01"),
        ("١", "١"),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: Any) -> None:
    """Value and type; no booleans, octals or base 60 of YAML 1.1, and no spellings of Python."""
    got = parse_scalar(text)
    assert (type(got), got) == (type(value), value)


def test_quoted_scalars_are_strings(write: Write) -> None:
    """Single quotes, double quotes and blocks."""
    path = write(
        """\
        single: '5'
        double: "true"
        empty: ""
        block: |-
          1e-4
        plain: 5
        """
    )
    assert read_tree(path).value == {
        "single": "5",
        "double": "true",
        "empty": "",
        "block": "1e-4",
        "plain": 5,
    }


def test_every_value_has_its_place(write: Write) -> None:
    """File and line of keys and list items; the line of a key, not of its value."""
    path = write(
        """\
        # A comment.
        model:
          groups:
            - [8]
            - [16,
               32]
        title:
          a
        """
    )
    assert read_tree(path).places == {
        (): "x.yaml:2",
        ("model",): "x.yaml:2",
        ("model", "groups"): "x.yaml:3",
        ("model", "groups", 0): "x.yaml:4",
        ("model", "groups", 0, 0): "x.yaml:4",
        ("model", "groups", 1): "x.yaml:5",
        ("model", "groups", 1, 0): "x.yaml:5",
        ("model", "groups", 1, 1): "x.yaml:6",
        ("title",): "x.yaml:7",
    }


def test_an_alias_repeats_its_anchor(write: Write) -> None:
    """Aliases are allowed."""
    path = write("a: &pair [1, 2]\nb: *pair\nc: {d: *pair}\n")
    assert read_tree(path).value == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}


def test_a_byte_order_mark_is_skipped(write: Write) -> None:
    """Editors on Windows write it."""
    assert read_tree(write("\ufefftitle: a\n")).value == {"title": "a"}


def test_duplicate_keys_are_collected(write: Write) -> None:
    """At every level; the first value of a key is used."""
    tree = read_tree(write("a: 1\nb: {c: 5, c: 6}\na: 2\nd: [{e: 1, e: 2}]\n"))
    assert tree.value == {"a": 1, "b": {"c": 5}, "d": [{"e": 1}]}
    assert [str(problem) for problem in tree.problems] == [
        "x.yaml:2: b.c: duplicate key; it is also in line 2",
        "x.yaml:3: a: duplicate key; it is also in line 1",
        "x.yaml:4: d[0].e: duplicate key; it is also in line 4",
    ]


def unfold(lines: int, width: int) -> str:
    """Aliases of aliases, which expand to `width` to the power of `lines` values."""
    text = [f"a0: &a0 [{', '.join(['1'] * width)}]"]
    text += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, lines)]
    return "\n".join(text)


TOO_DEEP = "values are nested more than 50 levels deep, or an alias contains itself"


def no_tag(tag: str) -> str:
    return f"tags such as {tag} are not supported; remove the tag, and put a string in quotes"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.yaml: expected an experiment, got an empty file"),
        ("# Only a comment.\n", "x.yaml: expected an experiment, got an empty file"),
        ("- a\n- b\n", "x.yaml:1: expected a mapping with keys such as title, data and model"),
        ("\n\nhello\n", "x.yaml:3: expected a mapping with keys such as title, data and model"),
        (b"\x89PNG\r\n\x1a\n", "x.yaml: expected a text file in UTF-8, got other bytes"),
        ("title: a".encode("utf-16"), "x.yaml: expected a text file in UTF-8, got other bytes"),
        (b"PK\x03\x04\x00\x00", "x.yaml: expected a text file, got one with control characters"),
        ("a" * 1_000_001, "x.yaml: expected an experiment, got a file of more than 1 MB"),
        ("title: a\ndata: b: c\n", "x.yaml:2: YAML syntax error: mapping values are not allowed here"),
        (
            "title: a\n\tdata: b\n",
            "x.yaml:2: YAML syntax error: found character '\\t' that cannot start any token",
        ),
        ("title: *nowhere\n", "x.yaml:1: YAML syntax error: found undefined alias 'nowhere'"),
        ("title: a\n---\ntitle: b\n", "x.yaml:2: YAML syntax error: found another document"),
        ("? [1, 2]\n: 3\n", "x.yaml:1: expected a name before the colon, got a list or a mapping"),
        ("!experiment\ntitle: a\n", f"x.yaml:1: {no_tag('!experiment')}"),
        ("c: [1, !!str 5]\n", f"x.yaml:1: c[1]: {no_tag('!!str')}"),
        ("a: 5\n!!str d: 5\n", f"x.yaml:2: {no_tag('!!str')}"),
        ('a: "\\ud800"\n', "x.yaml:1: a: expected a string, got half of a surrogate pair"),
        ('"\\udfff": 1\n', "x.yaml:1: expected a string, got half of a surrogate pair"),
        ("[" * 1_000_000, f"x.yaml: {TOO_DEEP}"),
        (f"a: {'[' * 60}{']' * 60}\n", f"x.yaml: {TOO_DEEP}"),
        ("a: &ring\n  b: [1, *ring]\n", f"x.yaml:2: a: {TOO_DEEP}"),
        ("a: &ring [*ring, *ring, *ring]\n", f"x.yaml:1: a: {TOO_DEEP}"),
    ],
    ids=lambda value: repr(value[:12]),
)
@pytest.mark.timeout(5)
def test_files_that_are_not_an_experiment(content: str | bytes, message: str) -> None:
    """The message is one line, with the line of the file if known; large files are not read to their end."""
    Path("x.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ExperimentError) as raised:
        read_tree(Path("x.yaml"))
    assert str(raised.value) == message


@pytest.mark.parametrize("text", [unfold(9, 10), f"a: [{'1,' * 300_000}]"], ids=["aliases", "list"])
@pytest.mark.timeout(5)
def test_values_are_limited(write: Write, text: str) -> None:
    """Nine lines with aliases can expand to 10⁹ values."""
    with pytest.raises(ExperimentError) as raised:
        read_tree(write(text))
    assert raised.value.problems[0].message == "expected an experiment, got more than 10,000 values"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("baseline.yml", "baseline.yml: the file does not exist; did you mean baseline.yaml?"),
        ("nowhere.yaml", "nowhere.yaml: the file does not exist"),
        ("folder", "folder: expected a YAML file, got a directory"),
        ("pipe", "pipe: expected a YAML file, got a named pipe"),
        (
            "dangling.yaml",
            "dangling.yaml: cannot read the file: it is a link to missing.yaml, which does not exist",
        ),
        ("loop.yaml", "loop.yaml: cannot read the file: Too many levels of symbolic links"),
        ("a" * 300, f"{'a' * 300}: cannot read the file: File name too long"),
    ],
)
def test_paths_without_a_file_are_named(path: str, message: str) -> None:
    """Missing, a directory, a link to itself, and a name that is too long."""
    Path("baseline.yaml").touch()
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("loop.yaml").symlink_to("loop.yaml")
    Path("dangling.yaml").symlink_to("missing.yaml")
    with pytest.raises(ExperimentError) as raised:
        read_tree(Path(path))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("", None),
        ("null", None),
        ("'5'", "5"),
        ("[[32], [64, 64]]", [[32], [64, 64]]),
        ("{rate: 0.5}", {"rate": 0.5}),
        ("two words", "two words"),
    ],
)
def test_values_of_overrides_are_yaml(text: str, value: Any) -> None:
    """As in a file."""
    assert parse_value(text, "--set k=v") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", "--set k=v: expected a YAML value after the =, got '[1'"),
        ("a: b: c", "--set k=v: expected a YAML value after the =, got 'a: b: c'"),
        ("\udcff", "--set k=v: expected a YAML value after the =, got '\\udcff'"),
        ("!x 5", f"--set k=v: {no_tag('!x')}"),
        ("{a: 1, a: 2}", "--set k=v: duplicate key; it is also in line 1"),
    ],
)
def test_values_that_are_not_yaml_are_refused(text: str, message: str) -> None:
    """The place is the override."""
    with pytest.raises(ExperimentError) as raised:
        parse_value(text, "--set k=v")
    assert str(raised.value) == message


def test_keys_are_written_with_dots_and_indices() -> None:
    """Indices of lists are in brackets."""
    assert format_key(("model", "groups", 0, 1)) == "model.groups[0][1]"
    assert format_key(()) == ""
