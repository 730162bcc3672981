"""Text that is safe to show: from files of other people, and from names of files."""

import unicodedata

_KEPT = "\n"


def has_controls(text: str) -> bool:
    """Whether a text has control characters other than line breaks, or halves of surrogate pairs."""
    return any(_is_control(letter) for letter in text)


def replace_controls(text: str) -> str:
    """Replaces the characters that `has_controls` finds by `�`; a terminal would execute them."""
    return "".join("�" if _is_control(letter) else letter for letter in text) if has_controls(text) else text


def _is_control(letter: str) -> bool:
    return letter not in _KEPT and unicodedata.category(letter) in ("Cc", "Cs")
