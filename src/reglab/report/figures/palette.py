"""Colours of the experiments, which colour-blind readers can distinguish; the same in every figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from types import MappingProxyType

# Seven colours of Okabe and Ito, "Color Universal Design", 2008, without their yellow, which is too pale on
# white. The other five were chosen for a large distance from these and from each other in CIELAB, for normal
# sight, protanopia and deuteranopia (simulated as in Machado et al., 2009).
_COLOURS = (
    "#D55E00",
    "#A0522D",
    "#009E73",
    "#0072B2",
    "#225555",
    "#999933",
    "#C51B7D",
    "#E69F00",
    "#56B4E9",
    "#CC79A7",
    "#000000",
    "#332288",
)

# Dashes show the kind of curve, so experiments with the same colour have different markers.
_MARKERS = ("", "o", "s", "^", "D", "v", "P", "X")

# With this number, `baseline` is black, at most two of the 18 shipped experiments (without the quickstart and
# the smoke test) have the same colour, and experiments that are usually compared have different colours.
_SALT = 1113279

_DARKER = 0.72
"""Factor of each channel of a colour for text, because thin letters need more contrast than a line."""


@dataclass(frozen=True)
class Style:
    """Colour and marker of an experiment's curves.

    Attributes:
        colour: `#rrggbb`.
        marker: Matplotlib's letter; empty for none.
    """

    colour: str
    marker: str

    @property
    def ink(self) -> str:
        """The colour for text, darker than `colour`, `#rrggbb`."""
        channels = (int(self.colour[start : start + 2], 16) for start in (1, 3, 5))
        return "#" + "".join(f"{round(channel * _DARKER):02x}" for channel in channels)


def assign_styles(names: Sequence[str]) -> Mapping[str, Style]:
    """Assigns one style to each name.

    The colour follows from a hash of the name, so an experiment has the same colour in every comparison. If
    several names of a figure have the same hash, the first in alphabetical order gets this colour, and the
    others get the next free ones. With more names than colours, colours are used several times, with
    different markers.

    Args:
        names: of experiments; styles repeat if there are more than 96.

    Returns:
        Name → style in the order of the names, read-only.
    """
    unique = sorted(set(names))
    limit = ceil(len(unique) / len(_COLOURS))
    uses = [0] * len(_COLOURS)
    styles: dict[str, Style] = {}

    def take(name: str, colour: int) -> None:
        styles[name] = Style(_COLOURS[colour], _MARKERS[uses[colour] % len(_MARKERS)])
        uses[colour] += 1

    for name in unique:
        if uses[_hash(name)] < limit:
            take(name, _hash(name))
    for name in unique:
        if name not in styles:
            colours = ((_hash(name) + step) % len(_COLOURS) for step in range(len(_COLOURS)))
            take(name, next(colour for colour in colours if uses[colour] < limit))
    return MappingProxyType({name: styles[name] for name in dict.fromkeys(names)})


def _hash(name: str) -> int:
    digest = blake2b(f"{_SALT}{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % len(_COLOURS)
