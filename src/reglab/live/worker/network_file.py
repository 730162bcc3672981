"""A network in JSON, which can be read without reglab.

The file has `format`, `experiment` (every key with its value) and `layers`, in the order of the network. A
layer has `name`, `kind` (its class in Keras), `output_shape` for one image, and `weights`, each with `name`,
`shape` and `values`: float32, little endian, in C order, in base64.
"""

import base64
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.files import refused, write_atomically
from reglab.live.worker.layers import describe_layers

SUFFIX = ".network.json"
_LARGEST = 2**29
"""Bytes of a file that is read."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Weight(_Part):
    """One array of a layer."""

    name: str
    shape: tuple[Annotated[int, Field(ge=0)], ...]
    values: str


class NetworkLayer(_Part):
    """One layer, in the order of the network."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    weights: tuple[Weight, ...]


class Network(_Part):
    """The whole file."""

    format: Literal["reglab network 1"]
    experiment: dict[str, Any]
    layers: tuple[NetworkLayer, ...]


def write_network(path: Path, experiment: Experiment, network: Any) -> None:
    """Writes the layers of a built network, with their weights; raises RunError if the system refuses."""
    layers = tuple(
        NetworkLayer(
            name=facts.name,
            kind=facts.kind,
            output_shape=facts.output_shape,
            weights=tuple(_encode(weight) for weight in _weights(network.get_layer(facts.name))),
        )
        for facts in describe_layers(network)
    )
    content = Network(
        format="reglab network 1",
        experiment=experiment.model_dump(mode="json", exclude_none=True),
        layers=layers,
    )
    write_atomically(path, content.model_dump_json() + "\n")


def read_network(path: Path, network: Any) -> None:
    """Gives the weights of a file to a built network with the same layers.

    Raises:
        RunError: the file does not exist, is too large, is not of this form, or is of another network, which
            then keeps its weights.
    """
    content = _read(path)
    values = {
        (layer.name, weight.name): _decode(weight, path)
        for layer in content.layers
        for weight in layer.weights
    }
    wanted = {(layer.name, weight.name): weight for layer in network.layers for weight in _weights(layer)}
    for key, weight in wanted.items():
        place = "/".join(key)
        if key not in values:
            raise RunError(f"{path} is of another network: it has no {place}")
        if values[key].shape != tuple(weight.shape):
            raise RunError(
                f"{path} is of another network: {place} has the shape {values[key].shape}, "
                f"expected {tuple(weight.shape)}"
            )
    if extra := sorted("/".join(key) for key in values.keys() - wanted.keys()):
        raise RunError(f"{path} is of another network: it also has {extra[0]}")
    for key, weight in wanted.items():
        weight.assign(values[key])


def _read(path: Path) -> Network:
    try:
        if path.stat().st_size > _LARGEST:
            raise RunError(f"{path}: expected a network of at most {_LARGEST:,} bytes, got a larger file")
        return Network.model_validate_json(path.read_bytes())
    except OSError as error:
        raise refused("read", path, error) from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise RunError(f'{path}: expected a network in JSON with the format "reglab network 1"') from error


def _weights(layer: Any) -> list[Any]:
    """The weights that an inference needs, without the random state of layers such as dropout."""
    return [weight for weight in layer.weights if weight.dtype != "uint32"]


def _encode(weight: Any) -> Weight:
    values = np.asarray(weight.numpy() if hasattr(weight, "numpy") else weight, "<f4")
    return Weight(
        name=weight.name, shape=tuple(values.shape), values=base64.b64encode(values.tobytes()).decode()
    )


def _decode(weight: Weight, path: Path) -> NDArray[np.float32]:
    try:
        values = np.frombuffer(base64.b64decode(weight.values, validate=True), "<f4")
        return values.reshape(weight.shape)
    except ValueError as error:
        raise RunError(f"{path}: {weight.name} has not as many values as its shape {weight.shape}") from error
