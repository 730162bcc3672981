"""Colours that stay apart for colour-blind eyes, one an experiment, the same in every figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

# Okabe and Ito, "Color Universal Design", 2008; without their yellow, which white paper swallows.
_COLOURS = ("#000000", "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")

# Dashes tell the measured sets apart, so experiments beyond the colours are told apart by markers.
_MARKERS = ("", "o", "s", "^", "D", "v", "P", "X")

_DARKER = 0.72
"""Of a colour's brightness: thin text needs more contrast than a line."""


@dataclass(frozen=True)
class Style:
    """How an experiment's curves look.

    Attributes:
        colour: `#rrggbb`.
        marker: Matplotlib's letter; empty for none.
    """

    colour: str
    marker: str

    @property
    def ink(self) -> str:
        """The colour, dark enough for text on white, `#rrggbb`."""
        channels = (int(self.colour[start : start + 2], 16) for start in (1, 3, 5))
        return "#" + "".join(f"{round(channel * _DARKER):02x}" for channel in channels)


def assign_styles(names: Sequence[str]) -> Mapping[str, Style]:
    """One style a name, by order: seven colours, then the same with circles, squares, ….

    Args:
        names: of experiments; the first, usually the baseline, is black. Past 56 they repeat.

    Returns:
        Name → style, read-only.
    """
    styles = {}
    for position, name in enumerate(dict.fromkeys(names)):
        turn, colour = divmod(position, len(_COLOURS))
        styles[name] = Style(_COLOURS[colour], _MARKERS[turn % len(_MARKERS)])
    return MappingProxyType(styles)
