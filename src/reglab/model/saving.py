"""The trained network as files: its weights, and a copy that maps pixels to probabilities without reglab."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

import keras
from keras import layers

from reglab.regularizers.layers.stock import make_stock

_METADATA = "metadata.json"


def pack_weights(network: keras.Model) -> bytes:
    """The content of the network's `.weights.h5`.

    It is written to memory, because HDF5 crashes the process with a segmentation fault on a full disk.
    """
    file = _NamedMemory("model.weights.h5")
    network.save_weights(file)
    return file.getvalue()


def pack_standalone(network: keras.Model) -> bytes:
    """The content of the `.keras` file of `build_standalone(network)`.

    Equal networks give equal bytes, because the date that Keras writes into its archive is removed.
    """
    saved = _NamedMemory("model.keras")
    build_standalone(network).save(saved)
    file = BytesIO()
    with ZipFile(saved) as source, ZipFile(file, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == _METADATA:
                metadata = json.loads(content)
                del metadata["date_saved"]
                content = json.dumps(metadata).encode()
            # A ZipInfo without a date has the year 1980.
            target.writestr(ZipInfo(name), content)
    return file.getvalue()


def build_standalone(network: keras.Model) -> keras.Model:
    """Builds a copy that loads without reglab.

    Args:
        network: a trained network of `build_network`.

    Returns:
        A model from images `(n, height, width, channels)` uint8 to probabilities `(n, classes)`
        float32. It computes in float32, also after training in mixed precision. Penalties and
        constraints, which act in training only, are omitted.
    """
    images = keras.Input(network.input_shape[1:], dtype="uint8", name="images")
    copy = keras.models.clone_model(network, input_tensors=images, clone_function=_copy_plain)
    copy.set_weights(network.get_weights())
    probabilities = layers.Softmax(name="probabilities", dtype="float32")(copy.output)
    return keras.Model(images, probabilities, name="reglab")


class _NamedMemory(BytesIO):
    """A file in memory with a name, because Keras checks the ending of the name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __str__(self) -> str:
        return self._name


def _copy_plain(layer: Any) -> Any:
    """The stock equivalent of a layer in float32, without its penalty and constraint, which may be ours."""
    stock = make_stock(layer)
    config = stock.get_config() | {"dtype": "float32"}
    if hasattr(layer, "kernel"):
        config |= {"kernel_regularizer": None, "kernel_constraint": None}
    return type(stock).from_config(config)
