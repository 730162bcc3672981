"""The YAML reader: YAML 1.2's scalars, places, and every file that is no experiment."""

import math
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
    """Value and type; neither YAML 1.1's booleans, octals and base 60, nor Python's spellings."""
    got = parse_scalar(text)
    assert (type(got), got) == (type(value), value)


def test_nan_is_a_number() -> None:
    """`.nan`, which equals nothing."""
    assert math.isnan(parse_scalar(".nan"))


def test_quoted_scalars_are_texts(write: Write) -> None:
    """Either quote, and block texts."""
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
    """File and line of keys and list items; a key's own line, not that of its value."""
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
    """Aliases that end are plain YAML."""
    path = write("a: &pair [1, 2]\nb: *pair\nc: {d: *pair}\n")
    assert read_tree(path).value == {"a": [1, 2], "b": [1, 2], "c": {"d": [1, 2]}}


def test_a_byte_order_mark_is_no_text(write: Write) -> None:
    """As editors on Windows write it."""
    assert read_tree(write("\ufefftitle: a\n")).value == {"title": "a"}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "title: a\ndata: {clean: 5}\ntitle: b\ndata:\n",
            [
                "x.yaml:3: title: expected each key once, got it in line 1 too",
                "x.yaml:4: data: expected each key once, got it in line 2 too",
            ],
        ),
        (
            "model:\n  dense: [5]\n  dense: [6]\n",
            ["x.yaml:3: model.dense: expected each key once, got it in line 2 too"],
        ),
        (
            "a: !!int '5'\nb: !!str 5\nc: [1, !secret x]\n!!str d: 5\n",
            [
                f"x.yaml:{place}: expected a plain value, got the tag {tag}; "
                "numbers stand as they are, texts in quotes"
                for place, tag in [
                    ("1: a", "!!int"),
                    ("2: b", "!!str"),
                    ("3: c[1]", "!secret"),
                    ("4", "!!str"),
                ]
            ],
        ),
        (
            "a: &ring\n  b: [1, *ring]\n",
            ["x.yaml:1: a.b[1]: expected values, got an alias that contains itself"],
        ),
        ("? [1, 2]\n: 3\n", ["x.yaml:1: expected a name before the colon, got a list or a mapping"]),
        (
            f"a: {'[' * 60}{']' * 60}\n",
            [f"x.yaml:1: a{'[0]' * 50}: expected values, got brackets or keys nested over 50 deep"],
        ),
        (
            'a: "\\ud800"\n"\\udfff": 1\n',
            [
                "x.yaml:1: a: expected a text, got half of a surrogate pair",
                "x.yaml:2: expected a text, got half of a surrogate pair",
            ],
        ),
    ],
    ids=["duplicates", "nested duplicates", "tags", "ring", "list as key", "depth", "surrogates"],
)
def test_faults_inside_a_file_are_collected(write: Write, text: str, problems: list[str]) -> None:
    """The file is read to its end, and each fault told with its place."""
    assert [str(problem) for problem in read_tree(write(text)).problems] == problems


def test_the_first_of_two_equal_keys_stands_and_unreadable_values_are_left_out(write: Write) -> None:
    """So that no fault is reported twice."""
    tree = read_tree(write("a: 1\na: 2\nb: !x 3\nc: [1, !x 2]\nd: {e: !x 5, f: 6}\n"))
    assert tree.value == {"a": 1, "d": {"f": 6}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x.yaml: expected an experiment, got an empty file"),
        (b"# Only a comment.\n", "x.yaml: expected an experiment, got an empty file"),
        (b"- a\n- b\n", "x.yaml:1: expected keys such as title, data and model, got something else"),
        (b"\n\nhello\n", "x.yaml:3: expected keys such as title, data and model, got something else"),
        (
            b"!experiment\ntitle: a\n",
            "x.yaml:1: expected a plain value, got the tag !experiment; "
            "numbers stand as they are, texts in quotes",
        ),
        (b"\x89PNG\r\n\x1a\n", "x.yaml: expected a YAML file, got one that is not text in UTF-8"),
        (
            "title: a".encode("utf-16"),
            "x.yaml: expected a YAML file, got one that is not text in UTF-8",
        ),
        (b"PK\x03\x04\x00\x00", "x.yaml: expected a YAML file, got one with characters that are no text"),
        (b"a" * 1_000_001, "x.yaml: expected a YAML file of an experiment, got one of over a megabyte"),
        (b"[" * 1000, "x.yaml: expected an experiment, got values that are nested too deeply"),
        (
            b"title: a\ndata: b: c\n",
            "x.yaml:2: expected YAML, got a syntax error: mapping values are not allowed here",
        ),
        (
            b"title: a\n\tdata: b\n",
            "x.yaml:2: expected YAML, got a syntax error: found character '\\t' that cannot start any token",
        ),
        (
            b"title: *nowhere\n",
            "x.yaml:1: expected YAML, got a syntax error: found undefined alias 'nowhere'",
        ),
        (
            b"title: a\n---\ntitle: b\n",
            "x.yaml:2: expected YAML, got a syntax error: found another document",
        ),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "text",
        "tagged",
        "png",
        "utf-16",
        "zip",
        "huge",
        "brackets",
        "two colons",
        "tab",
        "alias",
        "two documents",
    ],
)
def test_files_that_are_no_experiment_are_told_apart(content: bytes, message: str) -> None:
    """One line each, whole, with the line of the file where there is one."""
    path = Path("x.yaml")
    path.write_bytes(content)
    with pytest.raises(ExperimentError) as raised:
        read_tree(path)
    assert str(raised.value) == message


def test_aliases_of_aliases_are_not_unfolded_without_end(write: Write) -> None:
    """Ten to the ninth values out of nine lines."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ExperimentError) as raised:
        read_tree(write("\n".join(lines)))
    assert str(raised.value) == "x.yaml: expected an experiment, got over 10,000 values"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere.yaml", "nowhere.yaml: expected a YAML file, got: No such file or directory"),
        ("folder", "folder: expected a YAML file, got a directory"),
        ("loop.yaml", "loop.yaml: expected a YAML file, got: Too many levels of symbolic links"),
        ("a" * 300, f"{'a' * 300}: expected a YAML file, got: File name too long"),
    ],
)
def test_paths_without_a_file_are_named(path: str, message: str) -> None:
    """Missing, a directory, a link to itself, and a name that no system takes."""
    Path("folder").mkdir()
    Path("loop.yaml").symlink_to("loop.yaml")
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
    """As they would stand in a file."""
    assert parse_value(text, "--set k=v") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", "--set k=v: expected a YAML value after the =, got '[1'"),
        ("a: b: c", "--set k=v: expected a YAML value after the =, got 'a: b: c'"),
        ("\udcff", "--set k=v: expected a YAML value after the =, got '\\udcff'"),
        (
            "!x 5",
            "--set k=v: expected a plain value, got the tag !x; numbers stand as they are, texts in quotes",
        ),
        ("{a: 1, a: 2}", "--set k=v: expected each key once, got it in line 1 too"),
    ],
)
def test_values_that_are_no_yaml_are_refused(text: str, message: str) -> None:
    """Named by the override, without a file or a line."""
    with pytest.raises(ExperimentError) as raised:
        parse_value(text, "--set k=v")
    assert str(raised.value) == message


def test_keys_are_written_with_dots_and_indices() -> None:
    """As in `--set`, with list items in brackets."""
    assert format_key(("model", "groups", 0, 1)) == "model.groups[0][1]"
    assert format_key(()) == ""
