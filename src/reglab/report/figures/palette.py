"""Colours that colour-blind readers can tell apart; an experiment has the same one in every figure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
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

_HOMES = 2 * len(_COLOURS)
"""Pairs that names are hashed to: each colour without a marker and with the first one."""

# With this number the 18 shipped experiments of the lecture have 18 different pairs, `baseline` is black, and those
# that are usually compared have different colours.
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

    A name's colour and marker follow from a hash of the name, so that an experiment has the same colour in
    every comparison. Markers are drawn only for colours that two names of the figure share. If two names
    have the same colour and marker, the alphabetically first name has them and the other name has the next
    pair that no name of the figure has.

    Args:
        names: of experiments; styles repeat if there are more than 96.

    Returns:
        Name → style in the order of the names, read-only.
    """
    places: dict[str, int] = {}
    waiting = []
    for name in sorted(set(names)):
        if (home := _find_home(name)) in places.values():
            waiting.append(name)
        else:
            places[name] = home
    styles = len(_COLOURS) * len(_MARKERS)
    for name in waiting:
        taken = {place % styles for place in places.values()} if len(places) < styles else set()
        places[name] = next(
            place for step in range(styles) if (place := (_find_home(name) + step) % styles) not in taken
        )
    colours = Counter(place % len(_COLOURS) for place in places.values())
    built = {}
    for name in dict.fromkeys(names):
        turn, colour = divmod(places[name], len(_COLOURS))
        built[name] = Style(_COLOURS[colour], _MARKERS[turn] if colours[colour] > 1 else "")
    return MappingProxyType(built)


def _find_home(name: str) -> int:
    digest = blake2b(f"{_SALT}{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _HOMES
