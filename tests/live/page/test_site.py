"""Which pages are open, and when the training pauses because none is."""

from pathlib import Path

import pytest

from reglab.live.lab.lab import Lab
from reglab.live.lab.presets import list_presets
from reglab.live.page.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site that trains and pauses while no page is open, with two pages."""
    site = Site(Lab(tmp_path), tmp_path, list_presets()[0].text, pauses_when_closed=True)
    site.lab.transport.play()
    site.enter("first")
    site.enter("second")
    return site


def test_the_last_page_pauses_the_training_and_the_next_one_resumes_it(site: Site) -> None:
    """One of two pages does not."""
    site.leave("first")
    assert site.lab.transport.plays
    site.leave("second")
    assert not site.lab.transport.plays
    site.enter("third")
    assert site.lab.transport.plays


def test_what_a_user_has_paused_stays_paused(site: Site) -> None:
    """After all pages were closed and one is opened."""
    site.lab.transport.pause()
    site.leave("first")
    site.leave("second")
    site.enter("third")
    assert not site.lab.transport.plays


def test_it_trains_without_a_page_unless_it_shall_pause(site: Site) -> None:
    """The switch is off at first."""
    site.pauses_when_closed = False
    site.leave("first")
    site.leave("second")
    assert site.lab.transport.plays
