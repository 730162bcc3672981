"""Which factors are on in each experiment of a study."""

from collections.abc import Sequence
from itertools import product

from reglab.study.file import Design


def list_cells(factors: Sequence[str], design: Design) -> tuple[tuple[str, ...], ...]:
    """The factors that are on, for each experiment.

    Args:
        factors: their names, k of them.
        design: `ladder`: none, the first, the first two, and so on; k + 1 experiments. `add_one_in`: none,
            and each alone; k + 1. `leave_one_out`: all, and all but each; k + 1. `full`: every combination;
            2ᵏ. `fractional`: every combination in which the number of factors that are off is even; 2ᵏ⁻¹.
            This half has the defining relation I = ±(product of all factors), so that a main effect is
            confounded only with the interaction of all other factors.

    Source: Box, Hunter and Hunter, Statistics for Experimenters, 2005, chapter 6 (fractions).
    """
    names = tuple(factors)
    match design:
        case "ladder":
            return tuple(names[:count] for count in range(len(names) + 1))
        case "add_one_in":
            return ((), *((name,) for name in names))
        case "leave_one_out":
            return (names, *(tuple(other for other in names if other != name) for name in names))
        case "full":
            return _list_combinations(names)
        case "fractional":
            return tuple(on for on in _list_combinations(names) if (len(names) - len(on)) % 2 == 0)


def _list_combinations(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """All subsets: none first, then by the number of factors, then in the order of the names."""
    switches = product((True, False), repeat=len(names))
    subsets = [tuple(name for name, is_on in zip(names, each, strict=True) if is_on) for each in switches]
    return tuple(sorted(subsets, key=len))
