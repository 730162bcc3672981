"""Gradients of logits with respect to images. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops


def draw_directions(shape: tuple[Any, int], seed: Any) -> Any:
    """Draws unit vectors in uniformly random directions, `(n, classes)` float32."""
    draws = keras.random.normal(shape, dtype="float32", seed=seed)
    return draws / ops.norm(draws, axis=1, keepdims=True)


def project_jacobian(network: Any, images: Any, directions: Any) -> Any:
    """Computes vᵀJ for each image; J is the Jacobian of the logits, with the network in inference mode.

    The result can be differentiated with respect to the network's weights.

    Args:
        network: a network from images to logits `(n, classes)`.
        images: `(n, height, width, channels)` float32.
        directions: v, `(n, classes)`.

    Returns:
        Gradients of v · logits with respect to the image, of the shape of the images.
    """
    images = ops.stop_gradient(images)

    def project(images: Any) -> Any:
        return ops.sum(directions * network(images, training=False))

    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            with tf.GradientTape() as tape:
                tape.watch(images)
                projected = project(images)
            return tape.gradient(projected, images)
        case "jax":
            import jax

            return jax.grad(project)(images)
        case _:
            import torch

            leaf = images.detach().requires_grad_()
            with torch.enable_grad():
                (gradient,) = torch.autograd.grad(project(leaf), leaf, create_graph=True)
            return gradient
