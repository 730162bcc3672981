"""What max and average pooling share: the windows, and when too little is left to pool."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Regularizer


class Pooling(Regularizer):
    """Windows of `pool_size` pixels a side, `strides` pixels apart, after every group."""

    pool_size: Annotated[int, Field(ge=1, le=16)] = 2
    """Side of the window, pixels (P)."""
    strides: Annotated[int, Field(ge=1, le=16)] | None = None
    """Distance of neighbouring windows, pixels (S); `pool_size` where left out."""
    padding: Literal["valid", "same"] = "valid"
    """`valid`: only whole windows, ⌊(W − P) / S⌋ + 1 of them; `same`: ⌈W / S⌉."""

    def side_after(self, side: int) -> int:
        """Side of the pooled maps, pixels, for maps of `side` pixels; below 1: nothing is left."""
        strides = self.strides or self.pool_size
        return -(-side // strides) if self.padding == "same" else (side - self.pool_size) // strides + 1

    def nothing_left(self, setup: Setup) -> Iterable[Conflict]:
        """An error where a group's maps are smaller than the window."""
        side = setup.data.image_shape[0]
        for group, _ in enumerate(setup.model.groups, start=1):
            pooled = self.side_after(side)
            if pooled < 1:
                yield Conflict(
                    "pool_size",
                    f"expected a window that fits the feature maps of group {group}, {side}×{side} pixels "
                    f"by then, got {self.pool_size}×{self.pool_size}; "
                    "pool less, or use fewer groups",
                )
                return
            side = pooled
