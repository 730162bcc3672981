"""The protocol of our own layers inside the network."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HasStock(Protocol):
    """A layer that a network may contain although it is not one of Keras's.

    The saved network must load without reglab, so it has the stock equivalent instead. Give that a dtype
    name such as "float32": Keras cannot load a layer whose dtype is a policy object.
    """

    def make_stock(self) -> Any:
        """A new stock Keras layer with the same name and, in inference, the same outputs.

        Its weights have the same shapes and order; the caller copies their values.
        """


def make_stock(layer: Any) -> Any:
    """The stock equivalent of a layer of ours; a stock layer itself."""
    return layer.make_stock() if isinstance(layer, HasStock) else layer


def name_kind(layer: Any) -> str:
    """The class name to show for a layer: the stock class from which it is derived, if there is one."""
    stock = make_stock(layer)
    return type(stock if isinstance(layer, type(stock)) else layer).__name__
