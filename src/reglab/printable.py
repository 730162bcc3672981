"""Text that is safe to show: from files of other people, and from names of files."""

import unicodedata

_KEPT = "\n"
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They change the order of the letters that follow, so that a text reads as another one."""
_NOT_IN_XML = "\ufffe\uffff"
"""An SVG file with them is not valid."""


def has_controls(text: str) -> bool:
    """Whether a text has control characters other than line breaks, or halves of surrogate pairs.

    Control characters are those of terminals, line and paragraph separators, those that reorder text, and two
    code points that are no characters.
    """
    return any(_is_control(letter) for letter in text)


def replace_controls(text: str) -> str:
    """Replaces the characters that `has_controls` finds by `�`; a terminal would execute them."""
    return "".join("�" if _is_control(letter) else letter for letter in text) if has_controls(text) else text


def _is_control(letter: str) -> bool:
    return letter not in _KEPT and (
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in _REORDERING + _NOT_IN_XML
    )
