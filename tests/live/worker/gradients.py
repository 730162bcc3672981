"""Prints what an inspection finds beside finite differences, as JSON, for the backend of the environment."""

import json
import sys

import numpy as np

from reglab.backend.start import start_backend
from reglab.experiment import Experiment

EXPERIMENT = {
    "data": {"dataset": "folder", "image_size": 8},
    "model": {"groups": [[3]], "dense": [5], "activation": "tanh", "head": "flatten", "residual": True},
    "regularizers": {"batch_norm": {}, "dropout": {}, "l2": {}, "average_pooling": {}},
}
LABEL = 2
STEP = 1e-2


def main() -> None:
    """Computes both with the same image."""
    backend = start_backend("float32")
    import keras

    from reglab.live.worker.inspection import Inspection
    from reglab.model.network import build_network

    experiment = Experiment.from_mapping(EXPERIMENT)
    network = build_network(experiment, 3)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    before = network.get_weights()
    inspection = Inspection(experiment, 3, eager=backend.name == "torch")
    inside = {each.name: each for each in inspection.look(network, image, LABEL)}

    def predict() -> np.ndarray:
        logits = np.asarray(
            keras.ops.convert_to_numpy(network(image[None].astype(np.float32), training=False))
        )
        return logits[0].astype(np.float64)

    def measure() -> float:
        logits = predict()
        return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[LABEL])

    kernel = network.get_layer("conv_1_1").kernel
    values = np.array(keras.ops.convert_to_numpy(kernel))
    differences = np.zeros(10)
    for place in range(10):
        for sign in (1, -1):
            moved = values.copy()
            moved.flat[place] += sign * STEP
            kernel.assign(moved)
            differences[place] += sign * measure() / (2 * STEP)
    kernel.assign(values)
    logits = predict()
    probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    found = inside["conv_1_1"].kernel_gradients
    assert found is not None
    after = network.get_weights()
    json.dump(
        {
            "layers": list(inside),
            "expected_layers": [layer.name for layer in network.layers if layer.name != "images"],
            "activations": inside["output"].activations.tolist(),
            "expected_activations": logits.tolist(),
            "kernel": found.ravel()[:10].tolist(),
            "expected_kernel": differences.tolist(),
            "output": inside["output"].gradients.tolist(),
            "expected_output": (probabilities - np.eye(3)[LABEL]).tolist(),
            "changed": [
                i for i, (a, b) in enumerate(zip(before, after, strict=True)) if not np.array_equal(a, b)
            ],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
