"""The state of a training as named arrays and a header, for a file."""

from collections.abc import Mapping
from typing import Any

from reglab.training.loop.state import State

_VARIABLE, _CALLBACK = "variable/", "callback/"


def pack_state(state: State) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header, plain values that JSON can contain, and the arrays by name."""
    header = {
        "epochs_done": state.epochs_done,
        "images_done": state.images_done,
        "stopped": state.stopped,
        "variables": list(state.variables),
        "callbacks": {name: list(arrays) for name, arrays in state.callbacks.items()},
    }
    arrays = {_VARIABLE + name: value for name, value in state.variables.items()}
    for name, kept in state.callbacks.items():
        arrays |= {f"{_CALLBACK}{name}/{key}": value for key, value in kept.items()}
    return header, arrays


def unpack_state(header: Mapping[str, Any], arrays: Mapping[str, Any]) -> State:
    """The state from what `pack_state` has returned; raises KeyError or TypeError if something is missing."""
    return State(
        epochs_done=header["epochs_done"],
        images_done=header["images_done"],
        stopped=header["stopped"],
        variables={name: arrays[_VARIABLE + name] for name in header["variables"]},
        callbacks={
            name: {key: arrays[f"{_CALLBACK}{name}/{key}"] for key in keys}
            for name, keys in header["callbacks"].items()
        },
    )
