"""Expectations in words, derived from the schema of a model."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from reglab.config.base import Frozen
from reglab.config.yaml.expectation import describe, root_node
from reglab.config.yaml.tree import KeyPath


class Circle(Frozen):
    """A kind of shape."""

    name: Literal["circle"] = "circle"
    radius: Annotated[float, Field(gt=0)] = 1.0


class Square(Frozen):
    """Another kind."""

    name: Literal["square"] = "square"
    side: Annotated[int, Field(ge=1)] = 1


class Plain(Frozen):
    """A model without kinds."""

    depth: float = 0.0


class Everything(Frozen):
    """One field of each type."""

    any_integer: int = 0
    any_number: float = 0.0
    above: Annotated[float, Field(gt=0)] = 1.0
    at_least: Annotated[float, Field(ge=0.5)] = 1.0
    below: Annotated[float, Field(lt=2)] = 1.0
    at_most: Annotated[int, Field(le=2)] = 1
    closed: Annotated[float, Field(ge=0, le=1)] = 1.0
    half_open: Annotated[float, Field(ge=0, lt=0.25)] = 0.0
    open: Annotated[float, Field(gt=0, lt=2**31)] = 1.0
    flag: bool = False
    text: str = ""
    code: Annotated[str, Field(pattern="^[a-z]+$", max_length=8)] = "a"
    word: Literal["only"] = "only"
    words: Literal["one", "two"] = "one"
    word_or_number: Literal["test"] | Annotated[float, Field(gt=0, lt=1)] = "test"
    maybe: int | None = None
    items: tuple[int, ...] = ()
    counts: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(examples=[[64]])] = ()
    nested: Annotated[tuple[tuple[bool, ...], ...], Field(min_length=1)] = ((True,),)
    plain: Plain = Plain()
    maybe_plain: Plain | None = None
    shape: Annotated[Circle | Square, Field(discriminator="name")] = Circle()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("any_integer", "an integer"),
        ("any_number", "a number"),
        ("above", "a number > 0"),
        ("at_least", "a number ≥ 0.5"),
        ("below", "a number < 2"),
        ("at_most", "an integer ≤ 2"),
        ("closed", "a number in [0, 1]"),
        ("half_open", "a number in [0, 0.25)"),
        ("open", "a number in (0, 2147483648)"),
        ("flag", "true or false"),
        ("text", "a string"),
        ("code", "1 to 8 letters, digits or . _ + -, starting with a letter or digit"),
        ("word", "only"),
        ("words", "one of one, two"),
        ("word_or_number", "test or a number in (0, 1)"),
        ("maybe", "an integer"),
        ("items", "a list of integers"),
        ("counts", "a list of integers ≥ 1, such as [64]"),
        ("nested", "a list of lists of true or false"),
        ("plain", "a mapping"),
        ("maybe_plain", "a mapping"),
        ("shape", "a mapping whose name is one of circle, square"),
    ],
)
def test_every_type_of_field_is_described(key: str, words: str) -> None:
    """Types, bounds, choices, lists and unions."""
    assert describe(root_node(Everything).descend((key,), {})) == words


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("nested", 0), {}, "a list of true or false"),
        (("nested", 0, 3), {}, "true or false"),
        (("maybe_plain", "depth"), {"maybe_plain": {}}, "a number"),
        (("shape", "side"), {"shape": {"name": "square"}}, "an integer ≥ 1"),
        (("shape", "radius"), {"shape": {"name": "circle"}}, "a number > 0"),
        (("shape", "name"), {"shape": {"name": "triangle"}}, "one of circle, square"),
        (("shape", "name"), {"shape": {"name": ["circle"]}}, "one of circle, square"),
        (("shape", "name"), {"shape": {}}, "one of circle, square"),
        (("shape", "name"), {"shape": 5}, "one of circle, square"),
    ],
)
def test_paths_through_lists_and_unions(path: KeyPath, value: Mapping[str, Any], words: str) -> None:
    """The `name` in the file determines the member of a union."""
    assert describe(root_node(Everything).descend(path, value)) == words


@pytest.mark.parametrize(
    ("path", "value", "keys"),
    [
        (("plain",), {"plain": {}}, ("depth",)),
        (("maybe_plain",), {"maybe_plain": {}}, ("depth",)),
        (("shape",), {"shape": {"name": "square"}}, ("name", "side")),
        (("shape",), {"shape": {"name": "circle"}}, ("name", "radius")),
        (("text",), {"text": ""}, ()),
    ],
)
def test_keys_are_those_of_the_selected_kind(
    path: KeyPath, value: Mapping[str, Any], keys: tuple[str, ...]
) -> None:
    """The keys of other kinds are not listed."""
    assert root_node(Everything).keys_at(path, value) == keys


def test_choices_are_the_allowed_strings_of_a_field() -> None:
    """Strings in a union are listed too; the list is empty if any string is allowed."""
    root = root_node(Everything)
    assert root.descend(("words",), {}).choices == ("one", "two")
    assert root.descend(("word_or_number",), {}).choices == ("test",)
    assert root.descend(("text",), {}).choices == ()
