"""Colours that colour-blind readers can tell apart; an experiment has the same one in every figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from types import MappingProxyType

# Seven colours of Okabe and Ito, "Color Universal Design", 2008, without their yellow, which is too pale on
# white. The five others were chosen for their distance from these and from each other, in CIELAB, as people
# with normal sight, protanopia and deuteranopia see them (Machado et al., 2009).
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

# Dashes are used for the kind of curve, so experiments with the same colour differ in their markers.
_MARKERS = ("", "o", "s", "^", "D", "v", "P", "X")

# With this number `baseline` is black, the 18 shipped experiments of the lecture share a colour in pairs at
# most, and those that are usually compared do not share one.
_SALT = 1113279

_DARKER = 0.72
"""Factor of a colour's brightness for text: thin letters need more contrast than a line."""


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
    """Assigns one style to each name.

    A name's colour follows from a hash of the name, so an experiment has the same colour in every
    comparison. The exception are names of one figure with the same hash: the alphabetically first one has
    the colour, and the others have the next free ones. Figures with more names than colours use every colour
    several times, with different markers.

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
