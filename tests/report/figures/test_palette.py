"""Every experiment has its own look, the same in every figure."""

from reglab.config.shipped import shipped_directory
from reglab.report.figures.palette import Style, assign_styles

LECTURE = tuple(path.stem for path in sorted(shipped_directory().glob("*.yaml")) if path.stem != "smoke")


def test_colours_do_not_depend_on_the_company() -> None:
    """Each shipped experiment of the lecture has one colour, alone and with all others."""
    together = assign_styles(LECTURE)
    assert len(LECTURE) == 18
    assert {name: assign_styles([name])[name].colour for name in LECTURE} == {
        name: style.colour for name, style in together.items()
    }


def test_lecture_experiments_look_different() -> None:
    """No two of the 18 have the same colour and marker; the baseline is black."""
    assert len(set(assign_styles(LECTURE).values())) == 18
    assert assign_styles(LECTURE)["baseline"].colour == "#000000"


def test_markers_are_only_for_shared_colours() -> None:
    """A colour that one experiment has needs no marker."""
    usual = ["baseline", "mp", "mp_do", "mp_bn", "mp_do_bn", "mp_do_bn_da"]
    styles = assign_styles(usual)
    assert {style.marker for style in styles.values()} == {""}
    assert len({style.colour for style in styles.values()}) == 6
    shared = assign_styles([*usual, "l1"])
    assert (shared["mp_bn"].colour, shared["mp_bn"].marker) == (shared["l1"].colour, "")
    assert shared["l1"].marker == "o"


def test_collisions_do_not_depend_on_the_order() -> None:
    """Of two names with one hash the alphabetically first one has the style, in any order."""
    names = [f"experiment {number}" for number in range(96)]
    styles, reverse = assign_styles(names), assign_styles(names[::-1])
    assert list(styles) == names
    assert dict(styles) == dict(reverse)
    assert len(set(styles.values())) == 96


def test_too_many_experiments_repeat() -> None:
    """More than there are styles are drawn too."""
    assert len(set(assign_styles([str(number) for number in range(120)]).values())) == 96


def test_text_is_darker() -> None:
    """Text in an experiment's colour has 72 % of each channel."""
    assert Style("#D55E00", "").ink == "#994400"
