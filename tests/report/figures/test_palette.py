"""Every experiment has a look of its own."""

from reglab.report.palette import Style, assign_styles


def test_twenty_experiments_look_different() -> None:
    """Colour and marker together never repeat for as many as anyone compares."""
    names = [f"experiment {number}" for number in range(20)]
    styles = assign_styles(names)
    assert list(styles) == names
    assert len(set(styles.values())) == 20


def test_first_seven_need_no_markers() -> None:
    """Colours alone tell the first seven apart; the eighth is the first colour with circles."""
    styles = list(assign_styles([str(number) for number in range(8)]).values())
    assert {style.marker for style in styles[:7]} == {""}
    assert styles[7] == Style(styles[0].colour, "o")


def test_text_is_darker() -> None:
    """Text in an experiment's colour has 72 % of each channel."""
    assert Style("#D55E00", "").ink == "#994400"
