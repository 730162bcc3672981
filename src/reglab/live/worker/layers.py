"""The layers of a network in words: sizes, filters, strides, and how the parameters are counted."""

from typing import Any

from reglab.live.messages import LayerFacts
from reglab.model.size import measure_size
from reglab.regularizers.layers.stock import name_kind


def describe_layers(network: Any) -> tuple[LayerFacts, ...]:
    """The layers of a built network, in its order, without the input."""
    rows = {row.name: row for row in measure_size(network).layers}
    return tuple(
        LayerFacts(
            name=layer.name,
            kind=name_kind(layer),
            output_shape=rows[layer.name].output_shape,
            window=_describe_window(layer),
            parameters=_count_parameters(layer),
        )
        for layer in network.layers
        if layer.name in rows
    )


def _describe_window(layer: Any) -> str:
    strides = getattr(layer, "strides", None)
    for what, size in (("filter", "kernel_size"), ("pool", "pool_size")):
        if strides is not None and hasattr(layer, size):
            rows, columns = getattr(layer, size)
            steps = str(strides[0]) if len(set(strides)) == 1 else "×".join(map(str, strides))
            return f"{what} {rows}×{columns}, stride {steps}"
    return ""


def _count_parameters(layer: Any) -> str:
    total = layer.count_params()
    if not total:
        return ""
    kernel, bias = getattr(layer, "kernel", None), getattr(layer, "bias", None)
    if kernel is not None:
        # Filters first, as one counts them: 16 filters of 5×5×3, and 16 biases.
        sizes = [kernel.shape[-1], *kernel.shape[:-1]]
        terms = "×".join(map(str, sizes)) + (f"+{bias.shape[0]}" if bias is not None else "")
    else:
        terms = "+".join(str(weight.shape[0]) if weight.shape else "1" for weight in layer.weights)
    return f"{terms} = {total:,}"
