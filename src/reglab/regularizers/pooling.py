"""The base of max and average pooling: the windows, and whether they fit the feature maps."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Regularizer


class Pooling(Regularizer):
    """Windows with sides of `pool_size` pixels, `strides` pixels apart, after every group."""

    pool_size: Annotated[int, Field(ge=1, le=16)] = 2
    """Side of a window (P), pixels."""
    strides: Annotated[int, Field(ge=1, le=16)] | None = None
    """Distance between windows (S), pixels; `pool_size` if omitted."""
    padding: Literal["valid", "same"] = "valid"
    """`valid`: only whole windows, so a side of W becomes ⌊(W − P) / S⌋ + 1; `same`: ⌈W / S⌉."""

    def side_after(self, side: int) -> int:
        """Side of the pooled maps, pixels, for maps of `side` pixels; below 1 if no window fits."""
        strides = self.strides or self.pool_size
        return -(-side // strides) if self.padding == "same" else (side - self.pool_size) // strides + 1

    def window_conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Windows that change nothing, and windows that are larger than the maps of a group."""
        if self.pool_size == 1 and self.strides in (None, 1):
            yield Conflict(
                "pool_size",
                "windows of 1×1 pixels have no effect; set pool_size or strides to 2 or more",
            )
            return
        side = setup.data.image_shape[0]
        for group, _ in enumerate(setup.model.groups, start=1):
            pooled = self.side_after(side)
            if pooled < 1:
                yield Conflict(
                    "pool_size",
                    f"a window of {self.pool_size}×{self.pool_size} does not fit the feature maps "
                    f"of group {group}, which have {side}×{side} pixels; "
                    "reduce pool_size or strides, or use fewer groups",
                )
                return
            side = pooled
