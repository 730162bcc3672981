"""Layer tables and multiply-adds against counts by hand."""

from collections.abc import Callable, Mapping

import keras

from reglab.experiment import Experiment
from reglab.model.network import build_network, outline_network
from reglab.model.size import LayerRow, measure_size


def test_multiply_adds_of_max_pooling(networks: Mapping[str, keras.Model]) -> None:
    """1024 positions of 27·32 + 288·32, 256 of 288·64 + 576·64, 64 of 576·128 + 1152·128, two dense."""
    by_hand = (
        1024 * (27 * 32 + 288 * 32)
        + 256 * (288 * 64 + 576 * 64)
        + 64 * (576 * 128 + 1152 * 128)
        + 128 * 64
        + 64 * 10
    )
    assert by_hand == 38_642_304
    assert measure_size(networks["mp"]).multiply_adds == by_hand


def test_multiply_adds_without_pooling(networks: Mapping[str, keras.Model]) -> None:
    """Every convolution is applied at all 1024 positions."""
    kernels = 27 * 32 + 288 * 32 + 288 * 64 + 576 * 64 + 576 * 128 + 1152 * 128
    assert measure_size(networks["baseline"]).multiply_adds == 1024 * kernels + 128 * 64 + 64 * 10


def test_layer_table(networks: Mapping[str, keras.Model]) -> None:
    """Name, kind, output shape, parameters and multiply-adds of each layer except the input."""
    assert measure_size(networks["convnetjs"]).layers == (
        LayerRow("rescaling", "Rescaling", (32, 32, 3), 0, 0),
        LayerRow("conv_1_1", "Conv2D", (32, 32, 16), 1_216, 1024 * 16 * 75),
        LayerRow("group_1_max_pooling", "MaxPooling2D", (16, 16, 16), 0, 0),
        LayerRow("conv_2_1", "Conv2D", (16, 16, 20), 8_020, 256 * 20 * 400),
        LayerRow("group_2_max_pooling", "MaxPooling2D", (8, 8, 20), 0, 0),
        LayerRow("conv_3_1", "Conv2D", (8, 8, 20), 10_020, 64 * 20 * 500),
        LayerRow("group_3_max_pooling", "MaxPooling2D", (4, 4, 20), 0, 0),
        LayerRow("flatten", "Flatten", (320,), 0, 0),
        LayerRow("output", "Dense", (10,), 3_210, 3_200),
    )


def test_an_outline_has_the_same_size(
    networks: Mapping[str, keras.Model], shipped: Mapping[str, Experiment]
) -> None:
    """It is counted without weights, for every shipped experiment."""
    for name, network in networks.items():
        outline, _ = outline_network(shipped[name], 10)
        assert measure_size(outline) == measure_size(network)


def test_shortcuts_are_counted(make_experiment: Callable[..., Experiment]) -> None:
    """3·4 + 4 parameters and 3·4 multiply-adds at 64 positions for the 1×1 convolution; none for the Add."""
    plain, residual = (
        measure_size(build_network(make_experiment(model={"residual": value}), 3)) for value in (False, True)
    )
    assert residual.parameters - plain.parameters == 16
    assert residual.multiply_adds - plain.multiply_adds == 64 * 12
    (shortcut,) = (row for row in residual.layers if row.name == "group_1_shortcut")
    assert shortcut == LayerRow("group_1_shortcut", "Conv2D", (8, 8, 4), 16, 64 * 12)


def test_fused_batch_norm_has_the_name_of_its_stock_layer(networks: Mapping[str, keras.Model]) -> None:
    """Four parameters for each map."""
    rows = [row for row in measure_size(networks["bn"]).layers if row.kind == "BatchNormalization"]
    assert [row.parameters for row in rows] == [128, 128, 256, 256, 512, 512]
