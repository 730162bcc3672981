"""A long training on the page, of as many steps as an hour of MP + DO + BN + DA on two cores."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.page.conftest import EXPERIMENT, Page, Server, wait_for

pytestmark = pytest.mark.slow
_STEPS = 12_600
"""3.5 steps a second for an hour."""
_BEFORE = 1_500
_MEGABYTE = 2**20


def _resident(pid: int) -> float:
    """Memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / _MEGABYTE


def _heap(page: Page) -> float:
    """Memory of the page's scripts in MB, without what is no longer needed."""
    page.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    return float(page.driver.execute_script("return performance.memory.usedJSHeapSize")) / _MEGABYTE


def test_an_hour_of_steps_needs_no_more_memory(
    serve: Callable[..., Server], browse: Callable[..., Page]
) -> None:
    """Neither worker, server nor page grow, while the inside of the network is shown and changes."""
    server = serve("small.yaml", "--set", "model.groups=[[2]]", "--set", "model.dense=[4]")
    page = browse(server.url)
    batch = EXPERIMENT["training"]["batch_size"]

    def reach(steps: int) -> tuple[float, float, float]:
        wait_for(lambda: page.number("examples-seen-yours") >= steps * batch, patience=600)
        (worker,) = server.workers
        return _resident(worker), _resident(server.process.pid), _heap(page)

    before = reach(_BEFORE)
    after = reach(_BEFORE + _STEPS)
    grown = [late - early for early, late in zip(before, after, strict=True)]
    # Autosaves, allocators and compiled code move the memory by some MB; a leak of 10 kB a step would be 126.
    assert max(grown) < 30, (before, after)
    assert not page.problems()
