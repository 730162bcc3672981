"""Stock Keras equivalents of our own layers inside the network."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HasStock(Protocol):
    """A layer of our own that a network may contain.

    The saved network must load without reglab, so it contains the stock equivalent instead.
    """

    def make_stock(self) -> Any:
        """A new stock Keras layer with the same name and, in inference, the same outputs.

        Its weights have the same shapes and order; the caller copies their values.
        """


def make_stock(layer: Any) -> Any:
    """The stock equivalent of one of our own layers; a stock layer is returned unchanged."""
    return layer.make_stock() if isinstance(layer, HasStock) else layer


def name_kind(layer: Any) -> str:
    """The class name to show for a layer: its own, or that of its stock equivalent if it derives from it."""
    stock = make_stock(layer)
    return type(stock if isinstance(layer, type(stock)) else layer).__name__
