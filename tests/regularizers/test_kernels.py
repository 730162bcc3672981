"""The choice of kernels."""

import pytest

from reglab.regularizers.base import Kind, Position
from reglab.regularizers.kernels import Kernels, covers


@pytest.mark.parametrize(
    ("kernels", "kinds"),
    [
        ("all", {"convolution", "dense", "output"}),
        ("conv", {"convolution"}),
        ("dense", {"dense", "output"}),
    ],
)
def test_kernels_cover_their_layers(kernels: Kernels, kinds: set[Kind]) -> None:
    """Convolutions are `conv`, hidden dense layers and the output `dense`; others have no kernel."""
    everywhere: tuple[Kind, ...] = ("input", "convolution", "group", "dense", "output")
    assert {kind for kind in everywhere if covers(kernels, Position("x", kind, 0))} == kinds
