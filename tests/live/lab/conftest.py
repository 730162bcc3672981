"""Fixtures: samples of a training."""

from collections.abc import Callable
from typing import Any

import pytest

from reglab.live.messages import Sample


@pytest.fixture
def make_sample() -> Callable[..., Sample]:
    """Make a sample of a running training on 1,000 images in batches of 100."""

    def make(images: int, **values: Any) -> Sample:
        defaults: dict[str, Any] = {
            "running": True,
            "complete": False,
            "steps": images // 100,
            "epoch": images / 1000,
            "learning_rate": 0.001,
            "batch_size": 100,
            "penalty": 0.0,
        }
        return Sample(images=images, **{**defaults, **values})

    return make
