"""Text that is safe to show."""

import pytest

from reglab.printable import has_controls, replace_controls


@pytest.mark.parametrize(
    "letter",
    ["\0", "\a", "\x1b", "\x7f", "\x9b", "\r", "\ud800", "\u2028", "\u2029", "\u202e", "\u2066", "\ufffe"],
)
def test_control_characters(letter: str) -> None:
    """Those of a terminal, of lines and of the direction of text, and what SVG files cannot have."""
    assert has_controls(f"a{letter}b")
    assert replace_controls(f"a{letter}b\n") == "a\ufffdb\n"


@pytest.mark.parametrize("text", ["", "Größe\n", "网络", "شبكة", "👩‍🔬", "می‌خواهم"])
def test_other_text(text: str) -> None:
    """Letters of all languages, and the joiners that some of them and emoji need."""
    assert not has_controls(text)
    assert replace_controls(text) == text
